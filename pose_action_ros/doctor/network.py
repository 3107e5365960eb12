"""Check of the environment variables for the discovery of nodes."""

from __future__ import annotations

from collections.abc import Iterator

from pose_action_ros.doctor.checks import Finding, Level, Problem, ok
from pose_action_ros.doctor.machine import Machine

HIGHEST_DOMAIN, HIGHEST_SAFE = 232, 101
"""Linux assigns ports above those of domain 101 to other programs: ROS 2, "The ROS_DOMAIN_ID"."""
RANGES = ("SUBNET", "LOCALHOST", "OFF", "SYSTEM_DEFAULT")
SINCE_IRON = "ROS_AUTOMATIC_DISCOVERY_RANGE"

DOMAIN_INVALID = Problem(
    "domain-invalid",
    Level.ERROR,
    "ROS_DOMAIN_ID is not a number from 0 to 232.",
    "no node can start with it",
    "export ROS_DOMAIN_ID= a number from 0 to 101, the same in all terminals",
)
DOMAIN_HIGH = Problem(
    "domain-high",
    Level.WARN,
    "ROS_DOMAIN_ID is above 101.",
    "Linux may assign its ports to other programs, so nodes sometimes fail to start",
    "export ROS_DOMAIN_ID= a number from 0 to 101, the same in all terminals",
)
RANGE_UNKNOWN = Problem(
    "discovery-range-unknown",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE has an invalid value.",
    "ROS treats invalid values, and lower case, as LOCALHOST: other machines are not found",
    "export ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET, LOCALHOST, OFF or SYSTEM_DEFAULT",
)
RANGE_OFF = Problem(
    "discovery-off",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE is OFF.",
    "nodes do not search for others: the camera is not found, not even on this machine",
    "unset ROS_AUTOMATIC_DISCOVERY_RANGE, or name the machines in ROS_STATIC_PEERS",
)
RANGE_IGNORED = Problem(
    "discovery-range-ignored",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE is set, but this ROS 2 ignores it.",
    "this variable has an effect from ROS 2 Iron on",
    "to limit discovery to this machine with {distro}: export ROS_LOCALHOST_ONLY=1",
)
LOCALHOST_ONLY = Problem(
    "localhost-only",
    Level.WARN,
    "Both ROS_LOCALHOST_ONLY and ROS_AUTOMATIC_DISCOVERY_RANGE are set.",
    "with ROS_LOCALHOST_ONLY=1 the other discovery variables are ignored",
    "unset ROS_LOCALHOST_ONLY, and use ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST instead",
)
LARGE_DATA = Problem(
    "large-data-localhost",
    Level.WARN,
    "FASTDDS_BUILTIN_TRANSPORTS is LARGE_DATA, and discovery is limited to this machine.",
    "with discovery limited to this machine, LARGE_DATA loses nearly all raw images",
    "unset FASTDDS_BUILTIN_TRANSPORTS and use the shipped profile, or set the range SUBNET",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Check the domain, the discovery range, and the transports of Fast DDS."""
    yield _domain(machine)
    value = machine.environ.get(SINCE_IRON, "")
    localhost = machine.environ.get("ROS_LOCALHOST_ONLY", "") == "1"
    distro = machine.environ.get("ROS_DISTRO", "")
    if value and distro == "humble":
        yield RANGE_IGNORED.finding(f"{SINCE_IRON}={value} with {distro}", distro=distro)
    elif localhost and value:
        yield LOCALHOST_ONLY.finding(f"ROS_LOCALHOST_ONLY=1 beside {SINCE_IRON}={value}")
    elif value and value not in RANGES:
        yield RANGE_UNKNOWN.finding(f"{SINCE_IRON}={value}")
    elif value == "OFF":
        yield RANGE_OFF.finding(f"{SINCE_IRON}=OFF")
    else:
        yield ok(f"discovery range: {_range(value, localhost)}")
    transports = machine.environ.get("FASTDDS_BUILTIN_TRANSPORTS", "")
    if transports.upper().startswith("LARGE_DATA") and (localhost or value == "LOCALHOST"):
        yield LARGE_DATA.finding(
            f"FASTDDS_BUILTIN_TRANSPORTS={transports}, discovery on this machine only"
        )


def _range(value: str, localhost: bool) -> str:
    """Description of the discovery range."""
    if localhost or value == "LOCALHOST":
        return "this machine"
    return "the local network" if value in ("", "SUBNET") else value


def _domain(machine: Machine) -> Finding:
    text = machine.environ.get("ROS_DOMAIN_ID", "")
    if not text:
        return ok("ROS_DOMAIN_ID is not set: domain 0")
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_DOMAIN):
        return DOMAIN_INVALID.finding(f"ROS_DOMAIN_ID={text}")
    if int(text) > HIGHEST_SAFE:
        return DOMAIN_HIGH.finding(f"ROS_DOMAIN_ID={text}")
    return ok(f"ROS_DOMAIN_ID={text}")
