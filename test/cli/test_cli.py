import argparse
import subprocess
import sys
import types

import pytest

from pose_action_ros import __version__, cli
from pose_action_ros.errors import ModelError


def _command(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    """Make a module the command "fake"."""
    module = types.SimpleNamespace(DESCRIPTION="fake", configure=_configure, run=run)
    monkeypatch.setitem(sys.modules, "fake_command", module)
    monkeypatch.setattr(cli, "COMMANDS", {"fake": ("fake_command", "does nothing")})


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", type=int, default=0)


def test_the_command_gets_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, lambda args: args.code)
    assert cli.main(["fake"]) == 0
    assert cli.main(["fake", "--code", "7"]) == 7


def test_our_errors_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise ModelError("the model is gone")

    _command(monkeypatch, run)
    assert cli.main(["fake"]) == 1
    assert capsys.readouterr().err == "pose-action: the model is gone\n"


def test_other_errors_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise ZeroDivisionError

    _command(monkeypatch, run)
    with pytest.raises(ZeroDivisionError):
        cli.main(["fake"])


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    _command(monkeypatch, run)
    assert cli.main(["fake"]) == cli.INTERRUPTED


def test_missing_training_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pose_action_ros.cli.train", None)

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="torch")

    monkeypatch.setattr(cli, "import_module", missing)
    assert cli.main(["train"]) == 1
    assert "pip install '.[train]'" in capsys.readouterr().err


def test_no_command_shows_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in cli.COMMANDS)


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == 2
    assert "process" in capsys.readouterr().err


def test_as_a_module_it_imports_no_command() -> None:
    code = "import sys; from pose_action_ros import cli; print({'torch', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    done = subprocess.run(
        [sys.executable, "-m", "pose_action_ros", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"pose-action {__version__}\n"
