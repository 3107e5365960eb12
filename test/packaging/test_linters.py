"""Linters run beside another command, and the first failure ends both."""

import os
import sys
from pathlib import Path

import linters
import pytest
from linters import beside, finish, start_linters

ENV = dict(os.environ)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_all_are_reported_with_the_exit_code_of_the_first_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = [python("print('fine')"), python("exit('bad')"), python("exit(2)")]
    assert finish(start_linters(commands, ENV, tmp_path)) == 1
    output = capsys.readouterr().out
    assert "fine\n" in output
    assert "bad\n" in output


@pytest.mark.parametrize("code", [0, 5])
def test_linters_without_a_fault_print_nothing_beside_a_command(
    code: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    running = start_linters([python("print('fine')")], ENV, tmp_path)
    assert beside(running, python(f"print('closing line'); exit({code})"), ENV) == code
    assert capfd.readouterr().out == "closing line\n"


def test_a_fault_interrupts_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    stuck = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); signal.pause()"
    running = start_linters([python("exit('bad')")], ENV, tmp_path)
    assert beside(running, python(stuck), ENV) == 1
    assert "bad\n" in capfd.readouterr().out


def test_a_command_that_ignores_the_interrupt_is_terminated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linters, "GRACE", 0.1)
    stuck = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.pause()"
    running = start_linters([python("exit('bad')")], ENV, tmp_path)
    assert beside(running, python(stuck), ENV) == 1
