"""What a node counts, and what that says about its health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock
from time import monotonic

SILENCE = 2.0
"""Time [s] without input after which a node warns."""


class Level(IntEnum):
    """The levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True)
class Report:
    """Health at one moment: a level, a sentence, and named values."""

    level: Level
    message: str
    values: dict[str, str]


@dataclass
class _Counts:
    """Since the last report, or since the start."""

    received: int = 0
    processed: int = 0
    failed: int = 0
    dropped: int = 0
    busy: float = 0.0  # [s]


@dataclass
class Statistics:
    """Counts what a node takes in and gives out; safe to use from several threads.

    Attributes:
        noun: what comes in, e.g. "image".
        facts: more to report, e.g. the model's name.
        clock: seconds that never jump.
    """

    noun: str
    facts: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._active_since: float | None = None
        self._last_input: float | None = None
        self._last_report = self.clock()
        self._recent, self._total = _Counts(), _Counts()
        self._last_error = ""

    def activate(self, active: bool) -> None:
        """Say whether the node is meant to receive anything."""
        with self._lock:
            self._active_since = self.clock() if active else None
            self._last_input = None

    def received(self) -> None:
        """Something came in."""
        with self._lock:
            self._last_input = self.clock()
            self._recent.received += 1

    def processed(self, seconds: float) -> None:
        """Something was finished; how long that took."""
        with self._lock:
            self._recent.processed += 1
            self._recent.busy += seconds

    def dropped(self) -> None:
        """Something came in faster than it could be processed and was left out."""
        with self._lock:
            self._recent.dropped += 1

    def failed(self, error: str) -> None:
        """Something could not be processed."""
        with self._lock:
            self._recent.failed += 1
            self._last_error = error

    def report(self) -> Report:
        """Health since the last report."""
        with self._lock:
            now = self.clock()
            seconds, self._last_report = max(now - self._last_report, 1e-6), now
            recent, self._recent = self._recent, _Counts()
            _add(self._total, recent)
            level, message = self._judge(recent, seconds, now)
            return Report(level, message, self._values(recent, seconds))

    def _judge(self, recent: _Counts, seconds: float, now: float) -> tuple[Level, str]:
        if self._active_since is None:
            return Level.OK, "inactive"
        if recent.failed and not recent.processed:
            return Level.ERROR, f"every {self.noun} fails: {self._last_error}"
        if recent.failed:
            return Level.WARN, f"{recent.failed} failed, the last: {self._last_error}"
        if self._last_input is None and now - self._active_since > SILENCE:
            return Level.STALE, f"no {self.noun} yet"
        if self._last_input is not None and now - self._last_input > SILENCE:
            return Level.WARN, f"no {self.noun} for {now - self._last_input:.1f} s"
        return Level.OK, f"{recent.processed / seconds:.1f} per second"

    def _values(self, recent: _Counts, seconds: float) -> dict[str, str]:
        mean = 1000 * recent.busy / recent.processed if recent.processed else 0.0
        return {
            "rate in [Hz]": f"{recent.received / seconds:.2f}",
            "rate out [Hz]": f"{recent.processed / seconds:.2f}",
            "processing time [ms]": f"{mean:.2f}",
            "received": str(self._total.received),
            "processed": str(self._total.processed),
            "dropped": str(self._total.dropped),
            "errors": str(self._total.failed),
            "last error": self._last_error,
            **self.facts,
        }


def _add(total: _Counts, more: _Counts) -> None:
    total.received += more.received
    total.processed += more.processed
    total.failed += more.failed
    total.dropped += more.dropped
    total.busy += more.busy
