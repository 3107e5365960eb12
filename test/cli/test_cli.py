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
    monkeypatch.setitem(sys.modules, "pose_action_ros.cli.fake", module)
    monkeypatch.setattr(cli, "COMMANDS", {"fake": ("fake", "does nothing")})


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


@pytest.mark.parametrize(
    ("module", "remedy"),
    [
        ("torch", "fake needs torch: run pip install '.[train]' in the source folder"),
        ("matplotlib.pyplot", "fake needs matplotlib: run pip install '.[train]'"),
        ("pycocotools", "fake needs pycocotools: run pip install '.[coco]'"),
        ("rosbags", "fake needs rosbags: run pip install '.'"),
        ("pose_action_ros.lab.search", "lab, which this installation lacks: run pip install"),
    ],
)
def test_missing_packages_are_named_with_their_installation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str, remedy: str
) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    _command(monkeypatch, run)
    assert cli.main(["fake"]) == 1
    assert remedy in capsys.readouterr().err


def test_other_missing_modules_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise ModuleNotFoundError("No module named 'typo'", name="typo")

    _command(monkeypatch, run)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["fake"])


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_the_overview_lists_every_first_word(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name.partition(' ')[0]} " in text for name in cli.COMMANDS)
    assert all(help_ in text for help_ in cli.GROUPS.values())


@pytest.mark.parametrize("words", [["models", "--help"], ["train", "--help"], ["evaluate"]])
def test_the_overview_of_a_group_lists_its_commands(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    group = words[0]
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 0
    text = capsys.readouterr().out
    rows = [(name, row[1]) for name, row in cli.COMMANDS.items() if name.startswith(group + " ")]
    assert rows
    assert all(f"  {name.partition(' ')[2]} " in text and row in text for name, row in rows)


@pytest.mark.parametrize(
    ("words", "expected"), [(["fly"], "process"), (["train", "fly"], "lifter")]
)
def test_unknown_commands_are_refused(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err


def test_as_a_module_it_imports_no_command() -> None:
    code = "import sys; from pose_action_ros import cli; print({'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    done = subprocess.run(
        [sys.executable, "-m", "pose_action_ros", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"pose-action {__version__}\n"
