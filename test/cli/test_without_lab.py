"""An installation without the lab, as a robot has it with `-DLAB=OFF`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pose_action_ros

_SETUP = """
import pathlib, sys
# An editable installation, and a workspace with messages, would find another lab.
sys.meta_path = [one for one in sys.meta_path if not str(one.__module__).startswith("__editable")]
import pose_action_ros
folders = [one for one in pose_action_ros.__path__ if not pathlib.Path(one, "lab").exists()]
pose_action_ros.__path__ = folders
"""
_IMPORT_ALL = """
import importlib, pkgutil
for module in pkgutil.walk_packages(pose_action_ros.__path__, "pose_action_ros."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            # Other packages may be missing here; the lab only for its own commands.
            lab = (error.name or "").startswith("pose_action_ros.lab")
            assert not lab or module.name.startswith("pose_action_ros.cli."), module.name
print(len([name for name in sys.modules if name.startswith("pose_action_ros.")]))
assert "pose_action_ros.lab" not in sys.modules
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a copy of the package without its lab."""
    folder = tmp_path_factory.mktemp("installed")
    package = Path(pose_action_ros.__file__).parent
    ignored = shutil.ignore_patterns("lab", "__pycache__")
    shutil.copytree(package, folder / package.name, ignore=ignored)
    return folder


def _run(installed: Path, code: str) -> subprocess.CompletedProcess[str]:
    checkout = str(Path(pose_action_ros.__file__).parents[1])
    others = [path for path in sys.path if path and path != checkout]
    return subprocess.run(
        [sys.executable, "-c", _SETUP + code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), *others])},
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )


def _command(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(installed, f"from pose_action_ros.cli import main; sys.exit(main({list(words)!r}))")


def test_all_modules_can_be_imported(installed: Path) -> None:
    done = _run(installed, _IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 100


@pytest.mark.parametrize(
    "words",
    [["--help"], ["process", "--help"], ["record", "--help"], ["doctor", "--help"], ["models"]],
)
def test_commands_of_a_robot_work(installed: Path, words: list[str]) -> None:
    done = _command(installed, *words)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["teach", "recordings"],
        ["train", "lifter", "--help"],
        ["evaluate", "chain"],
        ["models", "convert-openpose", "any.caffemodel"],
    ],
)
def test_commands_of_the_lab_name_the_installation(installed: Path, words: list[str]) -> None:
    done = _command(installed, *words)
    assert done.returncode == 1
    assert "needs the lab, which this installation lacks: run pip install" in done.stderr
    assert "-DLAB=ON" in done.stderr
    assert "Traceback" not in done.stderr
