"""`--help` of every command without optional packages; wrong names before anything is loaded."""

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from pose_action_ros import cli

BLOCKED = [
    "torch",
    "lightning_fabric",
    "matplotlib",
    "onnx",
    "h5py",
    "rosbags",
    "scipy",
    "cv2",
    "onnxruntime",
    "tensorrt",
    "cuda",
    "pycocotools",
    "ray",
    "rclpy",
    "PIL",
]

_HELP_OF_ALL = f"""
import contextlib, io, json, sys
sys.modules.update(dict.fromkeys({BLOCKED!r}))
from pose_action_ros import cli
results = {{}}
for name in cli.COMMANDS:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            code = cli.main([*name.split(), "--help"])
        except SystemExit as end:
            code = end.code
        except BaseException as error:
            code = repr(error)
    results[name] = (code, out.getvalue())
print(json.dumps(results))
"""


@lru_cache
def _help_of_all() -> dict[str, tuple[object, str]]:
    """Exit code and text of all commands' help, from one process."""
    done = subprocess.run(
        [sys.executable, "-c", _HELP_OF_ALL], capture_output=True, text=True, check=True
    )
    results: dict[str, tuple[object, str]] = json.loads(done.stdout)
    return results


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_needs_no_optional_package(name: str) -> None:
    code, text = _help_of_all()[name]
    assert code == 0, text
    assert f"usage: pose-action {name} " in text


@pytest.mark.parametrize("name", ["nofile.mp4", "notes.txt"])
def test_a_wrong_file_is_refused_before_anything_is_loaded(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("no video\n")
    code = (
        "import sys; from pose_action_ros.cli import main; "
        f"code = main(['process', {name!r}]); "
        "print(code, sorted({'numpy', 'cv2', 'onnxruntime', 'tqdm', 'rosbags'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "1 []\n"
    assert name in done.stderr
    assert "expected" in done.stderr
