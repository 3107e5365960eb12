"""The Fast DDS profile, which gives raw images the room that Fast DDS does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from pose_action_ros.doctor.findings import Finding, Level, Problem, well
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.doctor.ros import middleware

BEFORE_KILTED = ("humble", "iron", "jazzy")
SHIPPED = "share/pose_action_ros/config/fastdds.xml"
LARGE_IMAGE = 1920 * 1080 * 3
"""Bytes of a raw image of the size that the shipped profile is made for."""
LEAST_IMAGES = 4
"""So many images must fit at once: one is written while others are still read."""

_LOST = "Fast DDS as it comes drops raw images above its 0.5 MB of shared memory, without a word"

PROFILE_UNSET = Problem(
    "profile-unset",
    Level.WARN,
    "No profile is set in this terminal.",
    f"{_LOST}; the launch files set a profile for their own processes, not for the camera driver",
    "before you start the camera driver: export {variable}={file}",
)
PROFILE_VARIABLE = Problem(
    "profile-variable",
    Level.WARN,
    "The profile is set in the variable of another Fast DDS.",
    "Fast DDS 3 (from Kilted on) reads FASTDDS_DEFAULT_PROFILES_FILE, older ones "
    "FASTRTPS_DEFAULT_PROFILES_FILE alone; do not rely on the other",
    "export {variable}={file}",
)
PROFILE_MISSING = Problem(
    "profile-missing",
    Level.ERROR,
    "The file of the profile is not there.",
    f"Fast DDS goes on without it. {_LOST}",
    "export {variable}={file}",
)
PROFILE_BROKEN = Problem(
    "profile-broken",
    Level.ERROR,
    "The file of the profile is not XML, or its sizes are no numbers.",
    f"Fast DDS goes on without a file that it cannot read. {_LOST}",
    "mend the file, or take the shipped one: export {variable}={file}",
)
PROFILE_UNUSED = Problem(
    "profile-not-default",
    Level.WARN,
    "The profile's file has no participant that ROS takes.",
    f'ROS takes only a participant marked is_default_profile="true". {_LOST}',
    "mark the participant, or take the shipped file: export {variable}={file}",
)
PROFILE_SMALL = Problem(
    "profile-small",
    Level.WARN,
    "The profile has too little shared memory for large raw images, or none.",
    "images that do not fit into the shared memory of who sends them are dropped without a word",
    "give the transport of type SHM a segment_size of {bytes} or more, or take the shipped file: "
    "export {variable}={file}",
)


@dataclass(frozen=True)
class Profile:
    """What a profile file says of shared memory.

    Attributes:
        segment: bytes that each process takes for what it sends; 0 without a transport of type SHM.
        default: ROS uses the file's participant.
    """

    segment: int
    default: bool


def variable(environ: Mapping[str, str]) -> str:
    """The variable in which the Fast DDS of an environment's distribution looks for a profile."""
    vendor = "FASTRTPS" if environ.get("ROS_DISTRO") in BEFORE_KILTED else "FASTDDS"
    return f"{vendor}_DEFAULT_PROFILES_FILE"


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        OSError: it cannot be read.
        xml.etree.ElementTree.ParseError: it is not XML.
        ValueError: a segment's size is no number.
    """
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - the user's own file
    named = {_text(item, "transport_id"): item for item in _all(root, "transport_descriptor")}
    for participant in _all(root, "participant"):
        if participant.get("is_default_profile", "").lower() == "true":
            used = [_all(item, "transport_id") for item in _all(participant, "userTransports")]
            ids = [(item.text or "").strip() for items in used for item in items]
            sizes = [_segment(named[name]) for name in ids if name in named]
            return Profile(max(sizes, default=0), default=True)
    return Profile(max(map(_segment, named.values()), default=0), default=False)


def _segment(transport: ET.Element) -> int:
    """Bytes of a transport's shared memory."""
    size = _text(transport, "segment_size")
    return int(size) if _text(transport, "type") == "SHM" and size else 0


def _all(parent: ET.Element, tag: str) -> list[ET.Element]:
    """Elements of a name in any namespace, which may be missing."""
    return [item for item in parent.iter() if item.tag.rpartition("}")[2] == tag]


def _text(parent: ET.Element, tag: str) -> str:
    found = _all(parent, tag)
    return (found[0].text or "").strip() if found else ""


def check(machine: Machine) -> Iterator[Finding]:
    """Whether a profile is named, can be read and has room for images."""
    if not middleware(machine).startswith("rmw_fastrtps"):
        yield well(f"{middleware(machine)} has no use for a profile of Fast DDS")
        return
    name = variable(machine.environ)
    words: dict[str, object] = {
        "variable": name,
        "file": machine.in_prefixes(SHIPPED) or ".../config/fastdds.xml",
    }
    given = machine.environ.get(name, "")
    others = {"FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"} - {name}
    if given:
        yield _file(Path(given), words)
    elif wrong := [other for other in others if machine.environ.get(other)]:
        found = f"{wrong[0]} is set, {name} is not"
        yield PROFILE_VARIABLE.found(found, **{**words, "file": machine.environ[wrong[0]]})
    else:
        yield PROFILE_UNSET.found(f"{name} is not set", **words)


def _file(path: Path, words: dict[str, object]) -> Finding:
    """What is wrong with a profile's file."""
    try:
        profile = read_profile(path)
    except OSError as error:
        return PROFILE_MISSING.found(f"{path} cannot be read: {error.strerror}", **words)
    except (ET.ParseError, ValueError) as error:
        return PROFILE_BROKEN.found(f"{path} is no profile: {error}", **words)
    if not profile.default:
        return PROFILE_UNUSED.found(f"{path} has no participant that is the default", **words)
    least = LEAST_IMAGES * LARGE_IMAGE
    if profile.segment < least:
        found = f"{path} gives {profile.segment / 1e6:.1f} MB of shared memory"
        return PROFILE_SMALL.found(found, bytes=least, **words)
    room = profile.segment // LARGE_IMAGE
    return well(f"{path}: {profile.segment / 1e6:.0f} MB, room for {room} raw images of 1920x1080")


def segment_of(machine: Machine) -> int:
    """Bytes that a process which sends images takes: by the profile named, else the shipped one."""
    given = machine.environ.get(variable(machine.environ))
    shipped = machine.in_prefixes(SHIPPED)
    return (_segment_in(Path(given)) if given else 0) or (_segment_in(shipped) if shipped else 0)


def _segment_in(path: Path) -> int:
    """Of a profile's file; 0 if it cannot be read."""
    try:
        return read_profile(path).segment
    except (OSError, ET.ParseError, ValueError):
        return 0
