from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blazepose_files import blazepose_files
from doctor.standin import failed, with_answers, with_variables
from pose_action_ros import cli
from pose_action_ros.cli import doctor as command
from pose_action_ros.doctor import checks, network, packages, ros
from pose_action_ros.doctor.findings import Finding, Level, one_line
from pose_action_ros.doctor.machine import Machine, this_machine
from pose_action_ros.doctor.topic import TopicView


def on(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Let the command look at this machine."""
    monkeypatch.setattr(command, "this_machine", lambda: machine)


def test_a_healthy_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    blazepose_files()
    on(monkeypatch, well)
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("\nerrors: 0, warnings: 0\n")
    assert all(title in said for title in checks.CHECKS.values())
    assert cli.main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["errors"], told["warnings"]) == (0, 0)
    assert {row["check"] for row in told["findings"]} == set(checks.CHECKS)


def test_problems_are_told_with_reason_and_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    blazepose_files()
    on(monkeypatch, with_variables(well, ROS_DOMAIN_ID="999", RMW_IMPLEMENTATION="rmw_none"))
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    problem = network.DOMAIN_INVALID
    assert f"  error ROS_DOMAIN_ID=999 [{problem.name}]\n        why: {problem.why}\n" in said
    assert f"        do:  {problem.remedy}\n" in said
    assert said.endswith("errors: 2, warnings: 0; more in docs/troubleshooting.md\n")
    assert cli.main(["doctor", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["findings"]
    bad = [row for row in rows if row["level"] != "ok"]
    assert [row["problem"] for row in bad] == [ros.RMW_UNKNOWN.name, problem.name]
    assert bad[1]["remedy"] == problem.remedy


def test_warnings_are_no_errors(monkeypatch: pytest.MonkeyPatch, well: Machine) -> None:
    on(monkeypatch, with_variables(well, ROS_DOMAIN_ID="120"))
    assert cli.main(["doctor"]) == 0


def test_a_check_that_fails_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    on(monkeypatch, well)

    def breaks(_machine: Machine) -> Any:
        raise ModuleNotFoundError("No module named 'numpy'")

    monkeypatch.setattr(packages, "check", breaks)
    assert cli.main(["doctor"]) == 1
    assert "packages: ModuleNotFoundError: No module named 'numpy' [check-failed]" in (
        capsys.readouterr().out
    )


def test_models_of_the_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    on(monkeypatch, well)
    assert cli.main(["doctor", "--model", "/no/such.onnx", "--model", "/none.task"]) == 1
    said = capsys.readouterr().out
    assert "no file /no/such.onnx [user-model]" in said
    assert "no file /none.task [user-model]" in said


def test_a_topic_without_ros(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    on(monkeypatch, well)
    monkeypatch.setitem(sys.modules, command.VIEWER, None)
    assert cli.main(["doctor", "--image-topic", "/image"]) == 1
    assert "[topic-without-ros]" in capsys.readouterr().out


def test_a_topic_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    on(monkeypatch, well)
    viewer = SimpleNamespace(view_topic=lambda topic: TopicView(topic, []))
    monkeypatch.setitem(sys.modules, command.VIEWER, viewer)
    assert cli.main(["doctor", "--image-topic", "/image"]) == 1
    assert "nobody publishes /image [topic-no-publisher]" in capsys.readouterr().out


def test_it_needs_nothing_but_python() -> None:
    """Where NumPy is missing or breaks, the doctor must still say so."""
    names = ("numpy", "cv2", "yaml", "onnxruntime", "rclpy")
    code = f"""
import sys
sys.modules.update(dict.fromkeys({names!r}))
from dataclasses import replace
from pose_action_ros import cli
from pose_action_ros.cli import doctor as command
from pose_action_ros.doctor import machine
broken = replace(machine.this_machine(), run=lambda _: machine.Outcome(False, "broken"))
command.this_machine = lambda: broken
print("code", cli.main(["doctor"]))
"""
    outcome = this_machine().attempt(code)
    assert outcome.worked, outcome.said
    assert "numpy: broken [package-broken]" in outcome.said
    assert "inference: ModuleNotFoundError" in outcome.said
    assert "CPU cores" in outcome.said
    assert outcome.said.endswith("code 1\n")


def test_findings_have_one_line() -> None:
    assert one_line("Traceback\n  line 3\nOSError: no\n\n") == "OSError: no"
    assert one_line(" \n") == "nothing was said"
    assert command.text_of(Finding(Level.OK, "", "fine")) == "  ok    fine\n"


def test_a_broken_numpy_is_said_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], well: Machine
) -> None:
    on(monkeypatch, with_answers(well, {"import numpy": failed("ImportError: no libopenblas")}))
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert said.index("[package-broken]") < said.index("ROS 2")


def test_this_machine_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in has what the real one has."""
    real = this_machine()
    assert real.cpus >= 1
    assert real.packages["numpy"]
    assert real.free(real.root) > 0
    monkeypatch.setenv("AMENT_PREFIX_PATH", "/a::/b")
    assert this_machine().prefixes == (Path("/a"), Path("/b"))
    assert replace(real, environ={}).prefixes == ()
    assert real.text("no/such/file") == ""
