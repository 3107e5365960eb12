from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pose_action_ros.models.card import SHIPPED
from ros_processes import command
from ros_support import Peer, wait_until


def refused(module: str, **parameters: object) -> str:
    """The one line a node says when it refuses to start, after what went well until then."""
    done = subprocess.run(
        command(module, parameters),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "INFO" not in line.partition(":")[0])
    return line


@pytest.mark.parametrize(
    ("module", "parameters", "words"),
    [
        ("lifter_node", {"lifter_engine": "abacus"}, "got 'abacus', expected one of auto"),
        ("lifter_node", {"field_of_view": 500.0}, "got 500.0, expected 10"),
        ("action_node", {"unknown_below": "much"}, "'unknown_below': got 'much'"),
        ("action_node", {"action_model": "/nowhere.onnx"}, "no model '/nowhere.onnx'"),
        ("keypoints_node", {"max_people": 0}, "'max_people': got 0, expected 1 to 32"),
        ("keypoints_node", {"image_transport": "pigeon"}, "expected one of raw, compressed"),
        ("camera_node", {"source": "/nowhere"}, "no source '/nowhere'"),
        ("pipeline", {"lifter_model": "/nowhere.onnx"}, "no model '/nowhere.onnx'"),
    ],
)
def test_a_bad_parameter_is_one_line_and_exit_code_1(
    module: str, parameters: dict[str, object], words: str
) -> None:
    line = refused(module, **parameters)
    assert line.startswith("cannot start: ")
    assert words in line


def test_a_model_that_was_changed_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    for name in ("action.onnx", "action.json"):
        shutil.copy(SHIPPED / name, tmp_path)
    model = tmp_path / "action.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    assert "damaged or was changed" in refused("action_node", action_model=model)


def test_what_ros_does_not_understand_is_one_line() -> None:
    done = subprocess.run(
        [*command("action_node", {}), "-p", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["lifter_node", "camera_node"])
def test_a_signal_ends_a_node_with_exit_code_0(
    module: str, number: signal.Signals, peer: Peer
) -> None:
    # A name of its own: one that ended before may still be in the graph.
    name = f"{module}_{number}_{os.getpid()}"
    parameters = {"image_width": 64} if module == "camera_node" else {}
    process = subprocess.Popen(
        [*command(module, parameters), "-r", f"__node:={name}"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - a shell's background jobs ignore SIGINT
    )
    wait_until(lambda: name in peer.get_node_names())
    time.sleep(0.5)
    process.send_signal(number)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert "Traceback" not in said
