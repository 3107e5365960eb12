"""Signals, deadlines and ends of real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pose_action_ros.stopping import interruptible, signals_ignored

INT, TERM = signal.SIGINT, signal.SIGTERM
TEMPLATE = Path(__file__).resolve().parents[1] / "resource" / "executable.in"
Starter = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start Python code that may use pose_action_ros.stopping; SIGINT is not ignored."""
    running = []

    def begin(code: str) -> "subprocess.Popen[str]":
        lines = ["import ctypes, os, signal, sys", "from pose_action_ros.stopping import *", code]
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", "\n".join(lines)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=lambda: signal.signal(INT, signal.default_int_handler),  # noqa: PLW1509
            )
        )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def line_of(process: "subprocess.Popen[str]") -> str:
    """The next line that a process writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("numbers", [(INT, INT, TERM), (TERM, TERM, INT)])
def test_the_first_signal_is_handled_and_all_others_ignored(
    start: Starter, numbers: tuple[signal.Signals, ...]
) -> None:
    process = start(
        "on_stop_signal(lambda: print('asked', flush=True)); print('ready', flush=True)\n"
        "sys.stdin.read(); end_process(7)"  # the main thread does not return to Python
    )
    assert line_of(process) == "ready"
    process.send_signal(numbers[0])
    assert line_of(process) == "asked"
    for number in numbers[1:]:
        process.send_signal(number)
    assert process.poll() is None
    assert process.communicate()[0] == ""
    assert process.returncode == 7


@pytest.mark.parametrize("code", [0, 3])
def test_the_deadline_ends_a_process_that_holds_the_lock_of_the_interpreter(
    start: Starter, code: int
) -> None:
    process = start(f"end_after(0.05, {code}); ctypes.PyDLL(None).sleep(3600)")
    process.communicate()
    assert process.returncode == code


def test_without_posix_timers_a_thread_keeps_the_deadline(start: Starter) -> None:
    process = start("sys.platform = 'other'; end_after(0.05, 3); sys.stdin.read()")
    assert process.wait() == 3


def test_the_end_writes_all_output_and_runs_nothing_else(start: Starter) -> None:
    process = start(
        "import atexit; atexit.register(print, 'late')\n"
        "sys.stdout.write('one '); sys.stdout.flush(); ctypes.CDLL(None).printf(b'two ')\n"
        "sys.stdout.write('three '); end_process(5)"
    )
    assert sorted(process.communicate()[0].split()) == ["one", "three", "two"]
    assert process.returncode == 5


def test_a_process_ends_with_its_input(start: Starter) -> None:
    process = start("end_with_input(); print('ready', flush=True); signal.pause()")
    assert line_of(process) == "ready"
    assert process.poll() is None
    process.communicate()
    assert process.returncode == 1


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """SIGINT as in a terminal: a shell ignores it in what it starts in the background."""
    before = signal.signal(INT, signal.default_int_handler)
    yield
    signal.signal(INT, before)


@pytest.mark.usefixtures("_interrupts")
@pytest.mark.parametrize(("number", "code"), [(INT, 130), (TERM, 143)])
def test_a_command_is_interrupted_by_both_signals(number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    with interruptible() as interruption, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    assert interruption.code == code
    assert signal.getsignal(number) is before


@pytest.mark.usefixtures("_interrupts")
def test_signals_are_ignored_inside_and_handled_afterwards() -> None:
    with interruptible():
        with signals_ignored():
            os.kill(os.getpid(), INT)
            os.kill(os.getpid(), TERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), TERM)


def test_signals_that_the_starter_ignores_stay_ignored(start: Starter) -> None:
    process = start(
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with interruptible():\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "    print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    )
    assert process.communicate()[0] == "True\n"


@pytest.mark.parametrize("number", [INT, TERM])
def test_an_executable_ends_during_its_imports(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "slow.py").write_text("import time; print('imports', flush=True); time.sleep(3600)")
    executable = _executable(tmp_path, "python3")
    with _started([sys.executable, str(executable)]) as process:
        assert line_of(process) == "imports"
        process.send_signal(number)
        process.send_signal(number)
        assert process.wait() == 17


@pytest.mark.parametrize("number", [INT, TERM])
def test_an_executable_ends_at_a_signal_before_its_first_line(
    tmp_path: Path, number: signal.Signals
) -> None:
    words = "-S --block-signal=INT,TERM python3"
    known = subprocess.run(["/usr/bin/env", f"{words} --version"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("this env cannot block signals")
    (tmp_path / "sitecustomize.py").write_text("print('starts', flush=True); input()")
    (tmp_path / "slow.py").write_text("import time; time.sleep(3600)")
    executable = _executable(tmp_path, words)
    with _started([str(executable)], PYTHONPATH=str(tmp_path)) as process:
        assert line_of(process) == "starts"
        process.send_signal(number)
        process.communicate("\n")
        assert process.returncode == 17


def _executable(folder: Path, interpreter: str) -> Path:
    """An executable of the module `slow`, as CMake makes it."""
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in {"interpreter": interpreter, "module": "slow", "stopped": "17"}.items():
        text = text.replace(f"@{name}@", value)
    path = folder / "run"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def _started(command: list[str], **variables: str) -> "subprocess.Popen[str]":
    """A process in which SIGINT is not ignored."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
        preexec_fn=lambda: signal.signal(INT, signal.default_int_handler),  # noqa: PLW1509
    )
