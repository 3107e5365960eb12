"""The end of a process: signals that ask for it, its deadline, and the end itself."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread, Timer, current_thread, main_thread
from typing import Any, NoReturn

STOP_SIGNALS = signal.SIGINT, signal.SIGTERM
_SIGEV_THREAD = 2
_CLOCK_MONOTONIC = 1


def on_stop_signal(stop: Callable[[], object]) -> None:
    """Call a function at the first SIGINT or SIGTERM, and ignore all further ones.

    The function runs in a thread of its own: the main thread may be inside a library. Signals stay
    ignored until `end_process`; the end of the interpreter would restore their default, and a
    second Ctrl-C would then kill the process.

    Only the main thread may call this.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    # In this order: a signal between the two calls would be lost in the other.
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: None)

    def watch() -> None:
        while os.read(reading, 1)[0] not in STOP_SIGNALS:
            pass
        stop()

    Thread(target=watch, name="signals", daemon=True).start()


class Interruption:
    """The signal that interrupted a command.

    Attributes:
        code: exit code of the command, as a shell numbers them.
    """

    code = 128 + signal.SIGINT

    def interrupt(self, number: int, _frame: object) -> NoReturn:
        """Raise KeyboardInterrupt; the handler of the signals."""
        self.code = 128 + number
        raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Raise KeyboardInterrupt in the main thread at SIGTERM, too, while inside.

    Signals that the starter of this process ignores stay ignored.
    """
    interruption = Interruption()
    with _handled_by(interruption.interrupt):
        yield interruption


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Ignore SIGINT and SIGTERM while inside, for example to complete a file."""
    with _handled_by(signal.SIG_IGN):
        yield


@contextmanager
def _handled_by(handler: Any) -> Iterator[None]:
    """Use a handler for the stop signals that are not ignored; restore the present ones."""
    present = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    if current_thread() is not main_thread():
        present.clear()
    own = {number: one for number, one in present.items() if one not in (signal.SIG_IGN, None)}
    for number in own:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, one in own.items():
            signal.signal(number, one)


def end_after(seconds: float, code: int) -> None:
    """End this process with an exit code after a time [s], whatever its threads do by then.

    A timer of the system ends it where there are POSIX timers: a thread of Python could wait for
    the interpreter's lock, which a library that hangs may hold.
    """
    if not _start_timer(seconds, code):
        timer = Timer(seconds, os._exit, [code])
        timer.daemon = True
        timer.start()


def end_with_input() -> None:
    """End this process when its standard input ends: its starter holds the other end."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os._exit(1)

    Thread(target=watch, name="input", daemon=True).start()


def end_process(code: int) -> NoReturn:
    """End this process at once, after its output is written.

    The interpreter's own end would run the destructors of libraries, some of which hang or crash
    when threads of theirs still run; the system releases everything as well.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(code)


class _Event(ctypes.Structure):
    """struct sigevent of POSIX, with room for the longest of its forms."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("function", ctypes.c_void_p),
        ("attributes", ctypes.c_void_p),
        ("padding", ctypes.c_char * 64),
    )


class _Times(ctypes.Structure):
    """struct itimerspec of POSIX."""

    _fields_ = (("interval", ctypes.c_long * 2), ("first", ctypes.c_long * 2))


def _start_timer(seconds: float, code: int) -> bool:
    """Start a POSIX timer that calls _exit(code) in a thread of the C library; False if unable."""
    library: Any = ctypes.CDLL(None)
    if not sys.platform.startswith("linux") or not hasattr(library, "timer_create"):
        return False
    leave = ctypes.cast(library._exit, ctypes.c_void_p)  # noqa: SLF001 - the name in C
    event = _Event(value=code, notify=_SIGEV_THREAD, function=leave)
    timer = ctypes.c_void_p()
    if library.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)):
        return False
    times = _Times()
    times.first[:] = int(seconds), int(seconds % 1 * 1e9)
    return not library.timer_settime(timer, 0, ctypes.byref(times), None)
