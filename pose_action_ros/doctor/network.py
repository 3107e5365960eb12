"""Variables that decide which nodes find each other."""

from __future__ import annotations

from collections.abc import Iterator

from pose_action_ros.doctor.findings import Finding, Level, Problem, well
from pose_action_ros.doctor.machine import Machine

HIGHEST_DOMAIN, HIGHEST_SAFE = 232, 101
"""Linux gives ports above those of domain 101 to other programs: ROS 2, "The ROS_DOMAIN_ID"."""
RANGES = ("SUBNET", "LOCALHOST", "OFF", "SYSTEM_DEFAULT")
SINCE_IRON = "ROS_AUTOMATIC_DISCOVERY_RANGE"

DOMAIN_INVALID = Problem(
    "domain-invalid",
    Level.ERROR,
    "ROS_DOMAIN_ID is no number from 0 to 232.",
    "no node can start with it",
    "export ROS_DOMAIN_ID= a number from 0 to 101, the same in all terminals",
)
DOMAIN_HIGH = Problem(
    "domain-high",
    Level.WARN,
    "ROS_DOMAIN_ID is above 101.",
    "its ports are among those that Linux gives to other programs, so nodes fail to start at times",
    "export ROS_DOMAIN_ID= a number from 0 to 101, the same in all terminals",
)
RANGE_UNKNOWN = Problem(
    "discovery-range-unknown",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE has a value that ROS does not know.",
    "ROS takes what it does not know, lower case too, for LOCALHOST: other machines are not seen",
    "export ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET, LOCALHOST, OFF or SYSTEM_DEFAULT",
)
RANGE_OFF = Problem(
    "discovery-off",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE is OFF.",
    "nodes look for nobody: the camera is not found, not even on this machine",
    "unset ROS_AUTOMATIC_DISCOVERY_RANGE, or name the machines in ROS_STATIC_PEERS",
)
RANGE_IGNORED = Problem(
    "discovery-range-ignored",
    Level.WARN,
    "ROS_AUTOMATIC_DISCOVERY_RANGE is set for a ROS 2 that does not read it.",
    "ROS 2 knows this variable from Iron on, before that it changes nothing",
    "export ROS_LOCALHOST_ONLY=1 to stay on this machine with {distro}",
)
LOCALHOST_ONLY = Problem(
    "localhost-only",
    Level.WARN,
    "ROS_LOCALHOST_ONLY is set beside ROS_AUTOMATIC_DISCOVERY_RANGE.",
    "with ROS_LOCALHOST_ONLY=1 the other variables of discovery count for nothing",
    "unset ROS_LOCALHOST_ONLY, and use ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST instead",
)
LARGE_DATA = Problem(
    "large-data-localhost",
    Level.WARN,
    "FASTDDS_BUILTIN_TRANSPORTS is LARGE_DATA, and nodes look on this machine alone.",
    "with discovery on this machine alone, LARGE_DATA loses nearly all raw images",
    "unset FASTDDS_BUILTIN_TRANSPORTS and use the shipped profile, or let nodes look in the subnet",
)


def check(machine: Machine) -> Iterator[Finding]:
    """The domain, how far nodes look for others, and Fast DDS's choice of transports."""
    yield _domain(machine)
    given = machine.environ.get(SINCE_IRON, "")
    alone = machine.environ.get("ROS_LOCALHOST_ONLY", "") == "1"
    distro = machine.environ.get("ROS_DISTRO", "")
    if given and distro == "humble":
        yield RANGE_IGNORED.found(f"{SINCE_IRON}={given} with {distro}", distro=distro)
    elif alone and given:
        yield LOCALHOST_ONLY.found(f"ROS_LOCALHOST_ONLY=1 beside {SINCE_IRON}={given}")
    elif given and given not in RANGES:
        yield RANGE_UNKNOWN.found(f"{SINCE_IRON}={given}")
    elif given == "OFF":
        yield RANGE_OFF.found(f"{SINCE_IRON}=OFF")
    else:
        yield well(f"nodes look for others {_reach(given, alone)}")
    transports = machine.environ.get("FASTDDS_BUILTIN_TRANSPORTS", "")
    if transports.upper().startswith("LARGE_DATA") and (alone or given == "LOCALHOST"):
        yield LARGE_DATA.found(f"FASTDDS_BUILTIN_TRANSPORTS={transports} on this machine alone")


def _reach(given: str, alone: bool) -> str:
    """How far nodes look for others, in words."""
    if alone or given == "LOCALHOST":
        return "on this machine alone"
    return "in the local network" if given in ("", "SUBNET") else f"as {given} says"


def _domain(machine: Machine) -> Finding:
    text = machine.environ.get("ROS_DOMAIN_ID", "")
    if not text:
        return well("ROS_DOMAIN_ID is not set: domain 0")
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_DOMAIN):
        return DOMAIN_INVALID.found(f"ROS_DOMAIN_ID={text}")
    if int(text) > HIGHEST_SAFE:
        return DOMAIN_HIGH.found(f"ROS_DOMAIN_ID={text}")
    return well(f"ROS_DOMAIN_ID={text}")
