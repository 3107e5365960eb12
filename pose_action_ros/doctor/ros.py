"""An installed ROS 2: whether it is there, and whether this Python can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pose_action_ros.doctor.findings import Finding, Level, Problem, one_line, well
from pose_action_ros.doctor.machine import Machine

MESSAGES = ("sensor_msgs", "geometry_msgs", "visualization_msgs", "diagnostic_msgs")
OPTIONAL = ("tf2_msgs", "diagnostic_updater", "hri_msgs")
DEFAULT_RMW = "rmw_fastrtps_cpp"
OURS = (
    "from rclpy.type_support import check_for_type_support as check; "
    "import pose_action_ros.msg as m; check(m.Keypoints); check(m.Action); print(m.__file__)"
)

NOT_SOURCED = Problem(
    "ros-not-sourced",
    Level.WARN,
    "A ROS 2 is installed, but its variables are not set in this terminal.",
    "without its variables neither ros2 nor the nodes are found",
    "source {setup}, and then install/setup.bash of your workspace",
)
ROS_1 = Problem(
    "ros-1",
    Level.ERROR,
    "ROS 1 is set up in this terminal.",
    "the nodes are for ROS 2; both in one environment hide each other's modules",
    "open a new terminal and source a ROS 2 distribution only; look into ~/.bashrc",
)
RCLPY_PYTHON = Problem(
    "rclpy-other-python",
    Level.ERROR,
    "rclpy is there for another Python than this one.",
    "it is compiled for one version of Python and cannot be imported by another",
    "make the environment anew: python{version} -m venv --system-site-packages .venv",
)
RCLPY_BROKEN = Problem(
    "rclpy-broken",
    Level.ERROR,
    "rclpy is there but cannot be imported.",
    "no node can start",
    "source setup.bash of one distribution in a new terminal; if that does not help, install its "
    "package rclpy again",
)
RMW_UNKNOWN = Problem(
    "rmw-unknown",
    Level.ERROR,
    "The middleware that RMW_IMPLEMENTATION names is not installed.",
    "no node can start without the middleware that RMW_IMPLEMENTATION names",
    "unset RMW_IMPLEMENTATION, or sudo apt install ros-{distro}-{package}",
)
RMW_OTHER = Problem(
    "rmw-other",
    Level.WARN,
    "The middleware is not Fast DDS.",
    "the shipped profile is Fast DDS's; how other middleware passes large images was not measured",
    "tune it as ROS 2's page on DDS tuning says, send compressed images, or "
    "export RMW_IMPLEMENTATION=rmw_fastrtps_cpp in all terminals",
)
MESSAGES_MISSING = Problem(
    "messages-missing",
    Level.ERROR,
    "The messages of this package cannot be used.",
    "the nodes speak with this package's own messages, which are generated when it is built",
    "colcon build --packages-select pose_action_ros && . install/setup.bash",
)
ROS_PACKAGES = Problem(
    "ros-packages-missing",
    Level.ERROR,
    "Packages of ROS messages are not installed.",
    "the nodes import them",
    "sudo apt install {packages}, or rosdep install --from-paths src --ignore-src",
)


def check(machine: Machine) -> Iterator[Finding]:
    """The distribution, rclpy, the middleware, and messages."""
    distro, version = (machine.environ.get(name, "") for name in ("ROS_DISTRO", "ROS_VERSION"))
    if version == "1":
        yield ROS_1.found(f"ROS_VERSION is 1, ROS_DISTRO is {distro or 'not set'}")
    outcome = machine.attempt("import rclpy; print(rclpy.__file__)")
    if not outcome.worked:
        yield _no_rclpy(machine, outcome.said)
        return
    yield well(f"ROS 2 {distro or '(ROS_DISTRO is not set)'}, rclpy in {outcome.said}")
    yield _middleware(machine)
    yield from _messages(machine)


def _no_rclpy(machine: Machine, said: str) -> Finding:
    """Why rclpy cannot be imported."""
    ours = ".".join(map(str, machine.python[:2]))
    built = _pythons_of_rclpy(machine)
    if built and ours not in built:
        found = f"rclpy here is for Python {' and '.join(built)}, this is Python {ours}"
        return RCLPY_PYTHON.found(found, version=built[0])
    if built or "No module named 'rclpy'" not in said:
        return RCLPY_BROKEN.found(f"rclpy cannot be imported: {one_line(said)}")
    setups = sorted((machine.root / "opt/ros").glob("*/setup.bash"))
    if setups:
        names = ", ".join(path.parent.name for path in setups)
        return NOT_SOURCED.found(f"ROS 2 {names} is installed but not sourced", setup=setups[-1])
    return well("no ROS 2 here; `pose-action process` works without, the nodes need it")


def _pythons_of_rclpy(machine: Machine) -> list[str]:
    """Versions of Python that an rclpy below the prefixes is installed for."""
    places = (
        path
        for prefix in machine.prefixes
        for pattern in ("lib", "local/lib")
        for path in (prefix / pattern).glob("python3.*/*-packages/rclpy")
    )
    return sorted({path.parents[1].name.removeprefix("python") for path in places})


def middleware(machine: Machine) -> str:
    """Name of the middleware that nodes use."""
    return machine.environ.get("RMW_IMPLEMENTATION") or DEFAULT_RMW


def _middleware(machine: Machine) -> Finding:
    name = middleware(machine)
    index = machine.in_prefixes(f"share/ament_index/resource_index/rmw_typesupport/{name}")
    if index is None and machine.in_prefixes(f"lib/lib{name}.so") is None:
        package = name.replace("_", "-")
        distro = machine.environ.get("ROS_DISTRO", "DISTRO")
        return RMW_UNKNOWN.found(f"{name} is not installed", distro=distro, package=package)
    if not name.startswith("rmw_fastrtps"):
        return RMW_OTHER.found(f"RMW_IMPLEMENTATION is {name}")
    return well(f"middleware {name}")


def _messages(machine: Machine) -> Iterator[Finding]:
    """This package's own messages, and those of others."""
    ours = machine.attempt(OURS)
    if ours.worked:
        yield well(f"messages of this package: {Path(ours.said.strip()).parent}")
    else:
        yield MESSAGES_MISSING.found(f"pose_action_ros.msg cannot be used: {one_line(ours.said)}")
    missing = _not_importable(machine, MESSAGES)
    if missing:
        distro = machine.environ.get("ROS_DISTRO", "DISTRO")
        names = " ".join(f"ros-{distro}-{name.replace('_', '-')}" for name in missing)
        yield ROS_PACKAGES.found(f"not installed: {', '.join(missing)}", packages=names)
    if absent := _not_importable(machine, OPTIONAL):
        yield well(f"not installed, and not needed: {', '.join(absent)}")


def _not_importable(machine: Machine, names: tuple[str, ...]) -> list[str]:
    """Those of the packages that Python does not find."""
    code = "import sys; from importlib.util import find_spec; "
    outcome = machine.attempt(f"{code}print(*[n for n in {names!r} if find_spec(n) is None])")
    return re.findall(r"\w+", outcome.said) if outcome.worked else []
