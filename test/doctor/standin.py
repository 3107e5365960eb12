"""A machine on which all is well, in a folder; tests take away or break one thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pose_action_ros.doctor.findings import Finding, Level
from pose_action_ros.doctor.machine import Machine, Outcome

PROFILE = Path(__file__).resolve().parents[2] / "config" / "fastdds.xml"
RMW = "share/ament_index/resource_index/rmw_typesupport"


def worked(said: str) -> Outcome:
    return Outcome(worked=True, said=said + "\n")


def failed(said: str) -> Outcome:
    return Outcome(worked=False, said=f"Traceback (most recent call last):\n  ...\n{said}\n")


HEALTHY: Mapping[str, Outcome] = {
    # part of the command: how it ends, in the order in which they are looked for
    "find_spec": worked(""),
    "cv_bridge": worked(""),
    "pose_action_ros.msg": worked("/ws/lib/python3.12/site-packages/pose_action_ros/msg/x.py"),
    "import rclpy": worked("/opt/ros/jazzy/lib/python3.12/site-packages/rclpy/__init__.py"),
    "import ": worked("1.26.4 /usr/lib/python3/dist-packages/some/__init__.py"),
    "engine_trial tensorrt": failed("ModuleNotFoundError: No module named 'tensorrt'"),
    "engine_trial": worked("1.20, ran lifter.onnx on CPU, 1 thread"),
    "nvidia-smi": Outcome(worked=False, said="no program nvidia-smi"),
}


def healthy(folder: Path) -> Machine:
    """A robot with ROS 2 Jazzy, our workspace and the shipped profile."""
    prefix = folder / "opt/ros/jazzy"
    for path in (folder / "dev/shm", prefix / RMW, prefix / "share/pose_action_ros/config"):
        path.mkdir(parents=True)
    (prefix / RMW / "rmw_fastrtps_cpp").touch()
    (prefix / "setup.bash").touch()
    profile = shutil.copy(PROFILE, prefix / "share/pose_action_ros/config/fastdds.xml")
    (folder / "proc").mkdir()
    (folder / "proc/meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 8000000 kB\n")
    environ = {
        "ROS_VERSION": "2",
        "ROS_DISTRO": "jazzy",
        "AMENT_PREFIX_PATH": f"/nowhere:{prefix}",
        "FASTRTPS_DEFAULT_PROFILES_FILE": str(profile),
    }
    return Machine(
        environ=environ,
        python=(3, 12, 3),
        packages={"numpy": "1.26.4", "opencv-python-headless": "4.10"},
        search=(),
        root=folder,
        free=lambda _: 2**30,
        run=answering({}),
        cpus=4,
    )


def answering(other: Mapping[str, Outcome]) -> Callable[[Sequence[str]], Outcome]:
    """Something that runs no program, but says how it would end; `other` comes first."""
    answers = {**other, **{key: value for key, value in HEALTHY.items() if key not in other}}

    def run(command: Sequence[str]) -> Outcome:
        line = " ".join(command)
        return next(value for key, value in answers.items() if key in line)

    return run


def with_variables(machine: Machine, **variables: str | None) -> Machine:
    """The machine with other variables; None unsets one."""
    together = {**machine.environ, **variables}
    environ = {name: value for name, value in together.items() if value is not None}
    return replace(machine, environ=environ)


def with_answers(machine: Machine, answers: Mapping[str, Outcome]) -> Machine:
    """The machine on which some programs end otherwise."""
    return replace(machine, run=answering(answers))


def only(found: Iterable[Finding], problem: Any) -> Finding:
    """The one finding that is a problem: this one, with its level and a remedy without gaps."""
    (finding,) = [finding for finding in found if finding.level is not Level.OK]
    assert finding.problem == problem.name
    assert finding.level is problem.level
    assert finding.why == problem.why
    assert finding.remedy
    assert not set("{}\n") & set(finding.found + finding.remedy)
    return finding


def fine(found: Iterable[Finding]) -> list[str]:
    """What was found, where all of it is well."""
    findings = list(found)
    assert [item for item in findings if item.level is not Level.OK] == []
    return [item.found for item in findings]
