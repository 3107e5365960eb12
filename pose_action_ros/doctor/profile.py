"""Check of the Fast DDS profile, which reserves shared memory for raw images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from pose_action_ros.doctor.checks import Finding, Level, Problem, ok
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.doctor.ros import middleware

BEFORE_KILTED = ("humble", "iron", "jazzy")
SHIPPED = "share/pose_action_ros/config/fastdds.xml"
LARGE_IMAGE = 1920 * 1080 * 3
"""Bytes of a raw image of the largest size for which the shipped profile is made."""
LEAST_IMAGES = 4
"""Number of images that must fit at once: one is written while others are read."""

_LOST = "by default Fast DDS silently drops raw images above its 0.5 MB of shared memory"

PROFILE_UNSET = Problem(
    "profile-unset",
    Level.WARN,
    "No profile is set in this terminal.",
    f"{_LOST}; the launch files set a profile for their own processes, not for the camera driver",
    "before starting the camera driver: export {variable}={file}",
)
PROFILE_VARIABLE = Problem(
    "profile-variable",
    Level.WARN,
    "The profile is set in the variable of another version of Fast DDS.",
    "Fast DDS 3 (from Kilted on) reads FASTDDS_DEFAULT_PROFILES_FILE, older versions read "
    "FASTRTPS_DEFAULT_PROFILES_FILE only",
    "export {variable}={file}",
)
PROFILE_MISSING = Problem(
    "profile-missing",
    Level.ERROR,
    "The file of the profile does not exist.",
    f"Fast DDS continues without it; {_LOST}",
    "export {variable}={file}",
)
PROFILE_BROKEN = Problem(
    "profile-broken",
    Level.ERROR,
    "The file of the profile is not XML, or its sizes are not numbers.",
    f"Fast DDS ignores invalid files; {_LOST}",
    "correct the file, or use the shipped one: export {variable}={file}",
)
PROFILE_UNUSED = Problem(
    "profile-not-default",
    Level.WARN,
    "The file of the profile has no default participant.",
    f'ROS uses only a participant marked is_default_profile="true"; {_LOST}',
    "mark the participant, or use the shipped file: export {variable}={file}",
)
PROFILE_SMALL = Problem(
    "profile-small",
    Level.WARN,
    "The profile reserves too little shared memory for large raw images, or none.",
    "images larger than the shared memory of the sender are silently dropped",
    "set the segment_size of the SHM transport to {bytes} or more, or use the shipped file: "
    "export {variable}={file}",
)


@dataclass(frozen=True)
class Profile:
    """Shared memory of a profile.

    Attributes:
        segment: bytes of each process for messages that it sends; 0 without a SHM transport.
        default: True if ROS uses the participant of the file.
    """

    segment: int
    default: bool


def profile_variable(environ: Mapping[str, str]) -> str:
    """Name of the variable with the profile for the Fast DDS of an environment's distribution."""
    vendor = "FASTRTPS" if environ.get("ROS_DISTRO") in BEFORE_KILTED else "FASTDDS"
    return f"{vendor}_DEFAULT_PROFILES_FILE"


def read_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        OSError: the file cannot be read.
        xml.etree.ElementTree.ParseError: it is not XML.
        ValueError: the size of a segment is not a number.
    """
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - the user's own file
    transports = {_text(item, "transport_id"): item for item in _all(root, "transport_descriptor")}
    for participant in _all(root, "participant"):
        if participant.get("is_default_profile", "").lower() == "true":
            used = [_all(item, "transport_id") for item in _all(participant, "userTransports")]
            ids = [(item.text or "").strip() for items in used for item in items]
            sizes = [_segment(transports[name]) for name in ids if name in transports]
            return Profile(max(sizes, default=0), default=True)
    return Profile(max(map(_segment, transports.values()), default=0), default=False)


def _segment(transport: ET.Element) -> int:
    """Bytes of the shared memory of a transport."""
    size = _text(transport, "segment_size")
    return int(size) if _text(transport, "type") == "SHM" and size else 0


def _all(parent: ET.Element, tag: str) -> list[ET.Element]:
    """Elements with this tag in any XML namespace."""
    return [item for item in parent.iter() if item.tag.rpartition("}")[2] == tag]


def _text(parent: ET.Element, tag: str) -> str:
    elements = _all(parent, tag)
    return (elements[0].text or "").strip() if elements else ""


def check(machine: Machine) -> Iterator[Finding]:
    """Check that a profile is set, can be read and has room for images."""
    if not middleware(machine).startswith("rmw_fastrtps"):
        yield ok(f"{middleware(machine)} needs no profile of Fast DDS")
        return
    name = profile_variable(machine.environ)
    words: dict[str, object] = {
        "variable": name,
        "file": machine.in_prefixes(SHIPPED) or ".../config/fastdds.xml",
    }
    path = machine.environ.get(name, "")
    others = {"FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"} - {name}
    if path:
        yield _file(Path(path), words)
    elif wrong := [other for other in others if machine.environ.get(other)]:
        text = f"{wrong[0]} is set, {name} is not"
        yield PROFILE_VARIABLE.finding(text, **{**words, "file": machine.environ[wrong[0]]})
    else:
        yield PROFILE_UNSET.finding(f"{name} is not set", **words)


def _file(path: Path, words: dict[str, object]) -> Finding:
    """Finding for the file of a profile."""
    try:
        profile = read_profile(path)
    except OSError as error:
        return PROFILE_MISSING.finding(f"{path} cannot be read: {error.strerror}", **words)
    except (ET.ParseError, ValueError) as error:
        return PROFILE_BROKEN.finding(f"{path} is not a profile: {error}", **words)
    if not profile.default:
        return PROFILE_UNUSED.finding(f"{path} has no default participant", **words)
    least = LEAST_IMAGES * LARGE_IMAGE
    if profile.segment < least:
        text = f"{path} reserves {profile.segment / 1e6:.1f} MB of shared memory"
        return PROFILE_SMALL.finding(text, bytes=least, **words)
    room = profile.segment // LARGE_IMAGE
    return ok(f"{path}: {profile.segment / 1e6:.0f} MB, room for {room} raw images of 1920x1080")


def segment_of(machine: Machine) -> int:
    """Bytes of shared memory of an image sender, by the profile that is set or the shipped one."""
    path = machine.environ.get(profile_variable(machine.environ))
    shipped = machine.in_prefixes(SHIPPED)
    return (_segment_in(Path(path)) if path else 0) or (_segment_in(shipped) if shipped else 0)


def _segment_in(path: Path) -> int:
    """Segment size of a profile; 0 if it cannot be read."""
    try:
        return read_profile(path).segment
    except (OSError, ET.ParseError, ValueError):
        return 0
