from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from doctor.standin import failed, with_answers, with_variables
from pose_action_ros import cli
from pose_action_ros.cli import doctor as command
from pose_action_ros.doctor import checks, network, packages, ros
from pose_action_ros.doctor.checks import Finding, Level, last_line
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.doctor.topic import TopicView


def use(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Make the command check this machine."""
    monkeypatch.setattr(command, "this_machine", lambda: machine)


def test_healthy_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, robot)
    assert cli.main(["doctor"]) == 0
    output = capsys.readouterr().out
    assert output.endswith("\nerrors: 0, warnings: 0\n")
    assert all(title in output for title in checks.CHECKS.values())
    assert cli.main(["doctor", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["errors"], result["warnings"]) == (0, 0)
    assert {row["check"] for row in result["findings"]} == set(checks.CHECKS)


@pytest.mark.parametrize("installed", [False, True])
def test_without_ros_nothing_is_said_about_dds(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    robot: Machine,
    installed: bool,
) -> None:
    """ROS is not installed, or not sourced: nothing of it is set up in this terminal."""
    names = ("ROS_VERSION", "ROS_DISTRO", "AMENT_PREFIX_PATH", "FASTRTPS_DEFAULT_PROFILES_FILE")
    bare = with_variables(robot, ROS_DOMAIN_ID="999", **dict.fromkeys(names))
    missing = {"import rclpy": failed("ModuleNotFoundError: No module named 'rclpy'")}
    root = robot.root if installed else robot.root / "empty"
    use(monkeypatch, replace(with_answers(bare, missing), root=root))
    assert cli.main(["doctor"]) == 0
    output = capsys.readouterr().out
    assert not re.search("DDS|ROS_DOMAIN_ID|/dev/shm|RMW|profile", output), output
    assert ("[ros-not-sourced]" if installed else "ROS 2 is not installed") in output
    assert cli.main(["doctor", "--json"]) == 0
    checked = {row["check"] for row in json.loads(capsys.readouterr().out)["findings"]}
    assert checked == set(checks.CHECKS) - set(checks.OF_DDS)


def test_problems_have_a_reason_and_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, with_variables(robot, ROS_DOMAIN_ID="999", RMW_IMPLEMENTATION="rmw_none"))
    assert cli.main(["doctor"]) == 1
    output = capsys.readouterr().out
    problem = network.DOMAIN_INVALID
    assert f"  error ROS_DOMAIN_ID=999 [{problem.name}]\n        why: {problem.why}\n" in output
    assert f"        do:  {problem.remedy}\n" in output
    assert output.endswith("errors: 2, warnings: 0; more in docs/troubleshooting.md\n")
    assert cli.main(["doctor", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["findings"]
    bad = [row for row in rows if row["level"] != "ok"]
    assert [row["problem"] for row in bad] == [ros.RMW_UNKNOWN.name, problem.name]
    assert bad[1]["remedy"] == problem.remedy


def test_exit_code_is_zero_with_warnings(monkeypatch: pytest.MonkeyPatch, robot: Machine) -> None:
    use(monkeypatch, with_variables(robot, ROS_DOMAIN_ID="120"))
    assert cli.main(["doctor"]) == 0


def test_exception_in_a_check_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, robot)

    def breaks(_machine: Machine) -> Any:
        raise ModuleNotFoundError("No module named 'numpy'")

    monkeypatch.setattr(packages, "check", breaks)
    assert cli.main(["doctor"]) == 1
    assert "packages: ModuleNotFoundError: No module named 'numpy' [check-failed]" in (
        capsys.readouterr().out
    )


def test_missing_user_models(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, robot)
    assert cli.main(["doctor", "--model", "/no/such.onnx", "--model", "/none.task"]) == 1
    output = capsys.readouterr().out
    assert "no file /no/such.onnx [user-model]" in output
    assert "no file /none.task [user-model]" in output


def test_topic_without_ros(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, robot)
    monkeypatch.setitem(sys.modules, command.VIEWER, None)
    assert cli.main(["doctor", "--image-topic", "/image"]) == 1
    assert "[topic-without-ros]" in capsys.readouterr().out


def test_topic_without_publisher(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, robot)
    viewer = SimpleNamespace(view_topic=lambda topic: TopicView(topic, []))
    monkeypatch.setitem(sys.modules, command.VIEWER, viewer)
    assert cli.main(["doctor", "--image-topic", "/image"]) == 1
    assert "no publisher on /image [topic-no-publisher]" in capsys.readouterr().out


def test_doctor_needs_only_the_standard_library() -> None:
    """A missing NumPy is reported."""
    modules = ("numpy", "cv2", "yaml", "onnxruntime", "rclpy")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({modules!r}))
from dataclasses import replace
from pose_action_ros import cli
from pose_action_ros.cli import doctor as command
from pose_action_ros.doctor import machine
broken = replace(machine.this_machine(), run=lambda _: machine.Outcome(False, "broken"))
command.this_machine = lambda: broken
print("code", cli.main(["doctor"]))
"""
    outcome = this_machine().run_python(code)
    assert outcome.succeeded, outcome.output
    assert "numpy: broken [package-broken]" in outcome.output
    assert "inference: ModuleNotFoundError" in outcome.output
    assert "CPU cores" in outcome.output
    assert outcome.output.endswith("code 1\n")


def test_findings_have_last_line() -> None:
    assert last_line("Traceback\n  line 3\nOSError: no\n\n") == "OSError: no"
    assert last_line(" \n") == "no output"
    assert command.as_text(Finding(Level.OK, "", "fine")) == "  ok    fine\n"


def test_broken_numpy_is_reported_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], robot: Machine
) -> None:
    use(monkeypatch, with_answers(robot, {"import numpy": failed("ImportError: no libopenblas")}))
    assert cli.main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert output.index("[package-broken]") < output.index("ROS 2")


def test_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real machine has the attributes of the fake."""
    real = this_machine()
    assert real.cpus >= 1
    assert real.packages["numpy"]
    assert real.free(real.root) > 0
    monkeypatch.setenv("AMENT_PREFIX_PATH", "/a::/b")
    assert this_machine().prefixes == (Path("/a"), Path("/b"))
    assert replace(real, environ={}).prefixes == ()
    assert real.text("no/such/file") == ""
