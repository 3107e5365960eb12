"""What a node counts, and what that says about its health."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock
from time import monotonic

from pose_action_ros.nodes.thresholds import LONG_SILENCE, SILENCE


class Level(IntEnum):
    """The levels of diagnostic_msgs/DiagnosticStatus; STALE is what viewers say of old reports."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, in words for the person at rqt_robot_monitor."""

    level: Level
    text: str


@dataclass(frozen=True)
class Report:
    """Health at one moment: the worst level, a sentence, and named values."""

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
    inferred: int = 0
    inferring: float = 0.0  # [s]


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
        self._waiting_since: float | None = None  # for the next input; None: none is expected
        self._resting = "inactive"
        self._any = False
        self._last_report = self.clock()
        self._recent, self._total = _Counts(), _Counts()
        self._last_error = ""

    def activate(self) -> None:
        """From now on something should come in."""
        with self._lock:
            self._waiting_since, self._any = self.clock(), False

    def rest(self, why: str = "inactive") -> None:
        """From now on nothing need come in; `why` is for people."""
        with self._lock:
            self._waiting_since, self._resting = None, why

    @property
    def silence(self) -> float:
        """How long nothing came in though it should [s]."""
        since = self._waiting_since
        return 0.0 if since is None else self.clock() - since

    def received(self) -> None:
        """Something came in."""
        with self._lock:
            if self._waiting_since is not None:
                self._waiting_since, self._any = self.clock(), True
            self._recent.received += 1

    def processed(self, seconds: float) -> None:
        """Something was finished; how long that took."""
        with self._lock:
            self._recent.processed += 1
            self._recent.busy += seconds

    @contextmanager
    def inferring(self) -> Iterator[None]:
        """While inside, networks are at work."""
        started = self.clock()
        yield
        with self._lock:
            self._recent.inferred += 1
            self._recent.inferring += self.clock() - started

    def dropped(self) -> None:
        """Something came in faster than it could be processed and was left out."""
        with self._lock:
            self._recent.dropped += 1

    def failed(self, error: str) -> None:
        """Something could not be processed."""
        with self._lock:
            self._recent.failed += 1
            self._last_error = error

    def report(self, found: Sequence[Finding] = ()) -> Report:
        """Health since the last report, with what was found beside the counts."""
        with self._lock:
            now = self.clock()
            seconds, self._last_report = max(now - self._last_report, 1e-6), now
            recent, self._recent = self._recent, _Counts()
            _add(self._total, recent)
            values = self._values(recent, seconds)
            if self._waiting_since is None:
                findings = self._failures(recent)
                usual = self._resting
            else:
                findings = [*self._failures(recent), *found, *self._silences(now)]
                usual = f"{recent.processed / seconds:.1f} per second"
        findings.sort(key=lambda finding: -finding.level)
        level = findings[0].level if findings else Level.OK
        return Report(level, "; ".join(finding.text for finding in findings) or usual, values)

    def _failures(self, recent: _Counts) -> list[Finding]:
        if not recent.failed:
            return []
        if not recent.processed:
            return [Finding(Level.ERROR, f"every {self.noun} fails: {self._last_error}")]
        return [Finding(Level.WARN, f"{recent.failed} failed, the last: {self._last_error}")]

    def _silences(self, now: float) -> list[Finding]:
        assert self._waiting_since is not None
        silence = now - self._waiting_since
        if silence <= SILENCE:
            return []
        level = Level.WARN if silence <= LONG_SILENCE else Level.ERROR
        when = f"for {silence:.1f} s" if self._any else "yet"
        return [Finding(level, f"no {self.noun} {when}")]

    def _values(self, recent: _Counts, seconds: float) -> dict[str, str]:
        return {
            "rate in [Hz]": f"{recent.received / seconds:.2f}",
            "rate out [Hz]": f"{recent.processed / seconds:.2f}",
            "processing time [ms]": _mean(recent.busy, recent.processed),
            "inference time [ms]": _mean(recent.inferring, recent.inferred),
            "received": str(self._total.received),
            "processed": str(self._total.processed),
            "dropped": str(self._total.dropped),
            "errors": str(self._total.failed),
            "last error": self._last_error,
            **self.facts,
        }


def _mean(seconds: float, count: int) -> str:
    return f"{1000 * seconds / count if count else 0.0:.2f}"


def _add(total: _Counts, more: _Counts) -> None:
    total.received += more.received
    total.processed += more.processed
    total.failed += more.failed
    total.dropped += more.dropped
