"""The checks in their order, and running them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from pose_action_ros.doctor.findings import Finding, Level, Problem
from pose_action_ros.doctor.machine import Machine

CHECKS: Mapping[str, str] = {
    # name of the module, imported when it runs: title
    "packages": "Python and its packages",
    "ros": "ROS 2",
    "network": "Network",
    "profile": "Fast DDS profile",
    "shared_memory": "Shared memory",
    "model_files": "Model files",
    "inference": "Inference engines",
    "hardware": "Hardware",
}
TOPIC = "topic"
"""The check that runs only when a topic is named."""
TITLES = {**CHECKS, TOPIC: "Image topic"}

CHECK_FAILED = Problem(
    "check-failed",
    Level.ERROR,
    "A check could not be made.",
    "what it would have looked at is not known",
    "mend what is said above and ask again; if nothing is, report this as a mistake of the doctor",
)


def module_of(name: str) -> Any:
    """The module of a check."""
    return import_module(f"pose_action_ros.doctor.{name}")


def findings(name: str, machine: Machine) -> Iterator[Finding]:
    """What a check finds; its own failure, too, is a finding."""
    try:
        yield from module_of(name).check(machine)
    except Exception as error:  # noqa: BLE001 - on a broken machine anything breaks
        yield CHECK_FAILED.found(f"{name}: {type(error).__name__}: {error}")


def problems(name: str) -> list[Problem]:
    """All problems that a check knows, in the order in which its module has them."""
    return [value for value in vars(module_of(name)).values() if isinstance(value, Problem)]
