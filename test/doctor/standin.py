"""A machine on which all is robot, in a folder; tests take away or break one thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pose_action_ros.doctor.checks import Finding, Level
from pose_action_ros.doctor.machine import Machine, Outcome

PROFILE = Path(__file__).resolve().parents[2] / "config" / "fastdds.xml"
RMW = "share/ament_index/resource_index/rmw_typesupport"


def succeeded(output: str) -> Outcome:
    return Outcome(succeeded=True, output=output + "\n")


def failed(error: str) -> Outcome:
    return Outcome(succeeded=False, output=f"Traceback (most recent call last):\n  ...\n{error}\n")


HEALTHY: Mapping[str, Outcome] = {
    # part of the command: its outcome; the first match counts
    "find_spec": succeeded(""),
    "cv_bridge": succeeded(""),
    "pose_action_ros.msg": succeeded("/ws/lib/python3.12/site-packages/pose_action_ros/msg/x.py"),
    "import rclpy": succeeded("/opt/ros/jazzy/lib/python3.12/site-packages/rclpy/__init__.py"),
    "import ": succeeded("1.26.4 /usr/lib/python3/dist-packages/some/__init__.py"),
    "inference tensorrt": failed("ModuleNotFoundError: No module named 'tensorrt'"),
    "doctor.inference": succeeded("1.20, ran lifter.onnx on CPU, 1 thread"),
    "nvidia-smi": Outcome(succeeded=False, output="no program nvidia-smi"),
}


def healthy(folder: Path) -> Machine:
    """A robot with ROS 2 Jazzy, this package and the shipped profile."""
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
    """A fake of Machine.run with these outcomes, before those of HEALTHY."""
    answers = {**other, **{key: value for key, value in HEALTHY.items() if key not in other}}

    def run(command: Sequence[str]) -> Outcome:
        line = " ".join(command)
        return next(value for key, value in answers.items() if key in line)

    return run


def with_variables(machine: Machine, **variables: str | None) -> Machine:
    """The machine with other environment variables; None unsets one."""
    merged = {**machine.environ, **variables}
    environ = {name: value for name, value in merged.items() if value is not None}
    return replace(machine, environ=environ)


def with_answers(machine: Machine, answers: Mapping[str, Outcome]) -> Machine:
    """The machine with other outcomes of some programs."""
    return replace(machine, run=answering(answers))


def only(findings: Iterable[Finding], problem: Any) -> Finding:
    """Return the only problem among the findings, which must be this one with a complete remedy."""
    (finding,) = [finding for finding in findings if finding.level is not Level.OK]
    assert finding.problem == problem.name
    assert finding.level is problem.level
    assert finding.why == problem.why
    assert finding.remedy
    assert not set("{}\n") & set(finding.text + finding.remedy)
    return finding


def fine(results: Iterable[Finding]) -> list[str]:
    """Texts of the findings, all of which must be OK."""
    findings = list(results)
    assert [item for item in findings if item.level is not Level.OK] == []
    return [item.text for item in findings]
