from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rclpy.parameter import Parameter

from pose_action_ros.models.card import SHIPPED
from pose_action_ros.nodes.running import run
from ros_processes import command
from ros_support import Peer, node_class, wait_until


def refusal(module: str, parameters: dict[str, object]) -> str:
    """The line on stderr of a process that refuses to start, apart from what ROS logged before."""
    done = subprocess.run(command(module, parameters), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "INFO" not in line.partition(":")[0])
    return line


def refusal_here(
    module: str, parameters: dict[str, object], capfd: pytest.CaptureFixture[str]
) -> str:
    """The same of a node in this process."""
    overrides = [Parameter(name, value=value) for name, value in parameters.items()]
    assert run(lambda: node_class(module)(parameter_overrides=overrides)) == 1
    lines = [line for line in capfd.readouterr().err.splitlines() if "INFO" not in line]
    assert len(lines) == 1, lines
    return lines[0]


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("lifter_node", {"lifter_engine": "abacus"}, "got 'abacus', expected one of auto"),
    ("lifter_node", {"field_of_view": 500.0}, "got 500.0, expected 10"),
    ("action_node", {"unknown_below": "much"}, "'unknown_below': got 'much'"),
    ("action_node", {"action_model": "/nowhere.onnx"}, "no model '/nowhere.onnx'"),
    ("keypoints_node", {"max_people": 0}, "'max_people': got 0, expected 1 to 32"),
    ("keypoints_node", {"image_transport": "pigeon"}, "expected one of raw, compressed"),
    ("camera_node", {"source": "/nowhere"}, "no source '/nowhere'"),
    ("pipeline", {"lifter_model": "/nowhere.onnx"}, "no model '/nowhere.onnx'"),
]


@pytest.mark.parametrize(("module", "parameters", "words"), REFUSED)
def test_a_bad_parameter_is_one_line_and_exit_code_1(
    module: str, parameters: dict[str, object], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    line = refusal_here(module, parameters, capfd)
    assert line.startswith("cannot start: ")
    assert words in line


@pytest.mark.parametrize(
    ("module", "parameters", "words"),
    [
        pytest.param(*case, marks=[] if number == 3 else pytest.mark.exhaustive)
        for number, case in enumerate(REFUSED)
    ],
)
def test_a_process_prints_that_line_and_ends_with_1(
    module: str, parameters: dict[str, object], words: str
) -> None:
    line = refusal(module, parameters)
    assert line.startswith("cannot start: ")
    assert words in line


def test_a_damaged_model_is_one_line_and_exit_code_1(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("action.onnx", "action.json"):
        shutil.copy(SHIPPED / name, tmp_path)
    model = tmp_path / "action.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    line = refusal_here("action_node", {"action_model": str(model)}, capfd)
    assert "damaged or was changed" in line


def test_arguments_that_ros_does_not_understand_are_one_line() -> None:
    done = subprocess.run(
        [*command("action_node", {}), "-p", "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


INT, TERM = signal.SIGINT, signal.SIGTERM


@pytest.mark.parametrize(
    ("module", "numbers"),
    [
        ("lifter_node", (INT, INT)),
        ("camera_node", (TERM, INT)),
        pytest.param("lifter_node", (TERM, TERM), marks=pytest.mark.exhaustive),
        pytest.param("camera_node", (INT,), marks=pytest.mark.exhaustive),
    ],
)
def test_signals_end_a_node_with_exit_code_0(
    module: str, numbers: tuple[signal.Signals, ...], peer: Peer
) -> None:
    # A unique name: a node of an earlier test may still be in the graph.
    name = f"{module}_{sum(numbers)}_{os.getpid()}"
    parameters = {"image_width": 64} if module == "camera_node" else {}
    process = subprocess.Popen(
        [*command(module, parameters), "-r", f"__node:={name}"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
        preexec_fn=lambda: signal.signal(INT, signal.default_int_handler),  # noqa: PLW1509 - a shell's background jobs ignore SIGINT
    )
    topic = "poses" if module == "lifter_node" else "camera_info"
    wait_until(lambda: name in peer.get_node_names() and peer.count_publishers(topic))
    for number in numbers:
        process.send_signal(number)
    _, error = process.communicate()
    assert process.returncode == 0, error
    assert "Traceback" not in error


STUCK = """
import ctypes, os, signal
from pose_action_ros.nodes import camera_node, running

class Stuck(camera_node.CameraNode):
    def open(self):
        super().open()
        os.kill(os.getpid(), signal.SIGINT)

    def destroy_node(self):
        super().destroy_node()
        ctypes.PyDLL(None).sleep(3600)  # as a library that keeps the interpreter's lock

running.STOP_LIMIT = 0.1
running.run_process(Stuck)
"""


def test_a_node_that_hangs_at_its_end_leaves_with_exit_code_0() -> None:
    subprocess.run([sys.executable, "-c", STUCK], check=True)
