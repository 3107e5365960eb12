"""Health of a node: counts of its work, and reports on /diagnostics once a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock
from time import monotonic
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType  # type: ignore[attr-defined] # here in all distributions
from rclpy.node import Node

SILENCE = 2.0
"""Time [s] without input after which a node warns, or reports an error if no input can arrive."""
LONG_SILENCE = 10.0
"""Time [s] without input after which a node reports an error."""
PERIOD = 1.0
"""Time between reports [s]."""
HARDWARE_ID = "none"


class Level(IntEnum):
    """Levels of diagnostic_msgs/DiagnosticStatus; viewers set STALE for old reports."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class Finding:
    """One problem, as text for the user of rqt_robot_monitor."""

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
    """Counts since the last report, or since the start."""

    received: int = 0
    processed: int = 0
    failed: int = 0
    dropped: int = 0
    late: int = 0
    lost: int = 0
    busy: float = 0.0  # [s]
    inferring: float = 0.0  # [s]


@dataclass
class Statistics:
    """Counts of the inputs and results of a node; safe to use from several threads.

    Attributes:
        noun: the input, e.g. "image".
        facts: more values to report, e.g. the name of the model.
        clock: monotonic time [s].
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
        """Expect input from now on."""
        with self._lock:
            self._waiting_since, self._any = self.clock(), False

    def rest(self, reason: str = "inactive") -> None:
        """Expect no input from now on; the reason is reported."""
        with self._lock:
            self._waiting_since, self._resting = None, reason

    @property
    def silence(self) -> float:
        """Time [s] for which expected input has not arrived."""
        since = self._waiting_since
        return 0.0 if since is None else self.clock() - since

    def received(self) -> None:
        """Count an input."""
        with self._lock:
            if self._waiting_since is not None:
                self._waiting_since, self._any = self.clock(), True
            self._recent.received += 1

    def processed(self, seconds: float, inference: float = 0.0) -> None:
        """Count a result, with its total time and the time of the networks [s]."""
        with self._lock:
            self._recent.processed += 1
            self._recent.busy += seconds
            self._recent.inferring += inference

    def dropped(self) -> None:
        """Count an input that was dropped for a newer one."""
        with self._lock:
            self._recent.dropped += 1

    def late(self) -> None:
        """Count an input that was dropped because it is not newer than the newest."""
        with self._lock:
            self._recent.late += 1

    def lost(self, count: int) -> None:
        """Count inputs that the middleware has lost."""
        with self._lock:
            self._recent.lost += count

    def failed(self, error: str) -> None:
        """Count an input that could not be processed."""
        with self._lock:
            self._recent.failed += 1
            self._last_error = error

    def report(self, problems: Sequence[Finding] = ()) -> Report:
        """Report on the time since the last report, with problems from elsewhere."""
        with self._lock:
            now = self.clock()
            seconds, self._last_report = max(now - self._last_report, 1e-6), now
            recent, self._recent = self._recent, _Counts()
            for name in ("received", "processed", "failed", "dropped", "late", "lost"):
                setattr(self._total, name, getattr(self._total, name) + getattr(recent, name))
            values = self._values(recent, seconds)
            findings = [*self._failures(recent), *self._late(recent)]
            usual = self._resting
            if self._waiting_since is not None:
                findings += [*problems, *self._silences(now - self._waiting_since)]
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

    def _late(self, recent: _Counts) -> list[Finding]:
        if not recent.late:
            return []
        text = "older than the newest, or repeated, were dropped (reordered by the transport)"
        return [Finding(Level.WARN, f"{recent.late} {self.noun} messages {text}")]

    def _silences(self, silence: float) -> list[Finding]:
        if silence <= SILENCE:
            return []
        level = Level.WARN if silence <= LONG_SILENCE else Level.ERROR
        when = f"for {silence:.1f} s" if self._any else "yet"
        return [Finding(level, f"no {self.noun} {when}")]

    def _values(self, recent: _Counts, seconds: float) -> dict[str, str]:
        mean = 1000 / max(recent.processed, 1)  # [ms]
        return {
            "rate in [Hz]": f"{recent.received / seconds:.2f}",
            "rate out [Hz]": f"{recent.processed / seconds:.2f}",
            "processing time [ms]": f"{mean * recent.busy:.2f}",
            "inference time [ms]": f"{mean * recent.inferring:.2f}",
            "received": str(self._total.received),
            "processed": str(self._total.processed),
            "dropped": str(self._total.dropped),
            "late": str(self._total.late),
            "lost": str(self._total.lost),
            "errors": str(self._total.failed),
            "last error": self._last_error,
            **self.facts,
        }


def publish_diagnostics(node: Node, noun: str, report: Callable[[], Report]) -> object:
    """Publish a node's health once a second as long as the returned object is kept.

    The package diagnostic_updater does it where it is installed.

    Args:
        node: reported on.
        noun: its input, e.g. "image".
        report: returns its health since the last call.
    """
    namespace = node.get_namespace()  # two namespaces may share the name of a node
    task = f"{noun} stream" + ("" if namespace == "/" else f" in {namespace}")
    try:
        from diagnostic_updater import Updater  # noqa: PLC0415 - absent on many machines
    except ImportError:
        return _OwnUpdater(node, task, report)
    updater = Updater(node, PERIOD)
    updater.setHardwareID(HARDWARE_ID)
    updater.add(task, lambda status: _fill(status, report()))
    node.destroy_timer(updater.timer)
    updater.timer = _steady_timer(node, updater.period, updater.update)
    return updater


def _steady_timer(node: Node, period: float, callback: Callable[[], None]) -> object:
    """A timer of the real world: simulated time may stand still or be far away."""
    return node.create_timer(period, callback, clock=Clock(clock_type=ClockType.STEADY_TIME))


def _fill(status: Any, report: Report) -> Any:
    """Fill in a DiagnosticStatusWrapper."""
    status.summary(bytes([report.level]), report.message)
    for key, value in report.values.items():
        status.add(key, value)
    return status


class _OwnUpdater:
    """Publisher of the same messages as diagnostic_updater's."""

    def __init__(self, node: Node, task: str, report: Callable[[], Report]) -> None:
        self._node, self._task, self._report = node, task, report
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 1)
        self._timer = _steady_timer(node, PERIOD, self._publish)

    def _publish(self) -> None:
        report = self._report()
        status = DiagnosticStatus(
            level=bytes([report.level]),
            name=f"{self._node.get_name()}: {self._task}",
            message=report.message,
            hardware_id=HARDWARE_ID,
            values=[KeyValue(key=key, value=value) for key, value in report.values.items()],
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
