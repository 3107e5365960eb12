"""Stamps of messages as seconds; checks of them and of the node's clock at each report."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from builtin_interfaces.msg import Time

from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.stamp_order import NANOSECONDS

AHEAD = 0.1
"""Allowed lead [s] of a stamp over the node's clock: clocks of two machines differ a little."""
OLD = 2.0
"""Allowed age [s] of a message on arrival."""
CLOCK_STEP = 1.0
"""Allowed difference [s] between the steps of the machine's clock and of a monotonic one."""
RECENT = 10.0
"""Time [s] for which a jump of stamps or clock is reported."""


def seconds_of(stamp: Time) -> float:
    """A stamp [s], to a tenth of a microsecond."""
    return float(stamp.sec + stamp.nanosec / NANOSECONDS)


def nanoseconds_of(stamp: Time) -> int:
    """A stamp [ns]; negative ones, which rclpy's Time refuses, are allowed."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def message_stamp(nanoseconds: int) -> Time:
    """The stamp of a time [ns]."""
    whole, rest = divmod(nanoseconds, NANOSECONDS)
    return Time(sec=whole, nanosec=rest)


class Timeline:
    """Conversion of stamps to seconds since the first stamp, and back.

    A float of seconds since 1970 is off by a tenth of a microsecond. Seconds since the first stamp
    are exact to the nanosecond for 48 days, so stamps are published as they were received.
    """

    def __init__(self) -> None:
        self._origin: int | None = None

    def seconds(self, stamp: Time) -> float:
        """A stamp [s]."""
        if self._origin is None:
            self._origin = int(stamp.sec)
        return float((stamp.sec - self._origin) + stamp.nanosec / NANOSECONDS)

    def stamp(self, seconds: float) -> Time:
        """The stamp of seconds of this timeline."""
        origin = (self._origin or 0) * NANOSECONDS
        return message_stamp(origin + round(seconds * NANOSECONDS))


@dataclass
class _Jump:
    """A jump of stamps or of a clock: its size [s], and its moment on a monotonic clock [s]."""

    size: float = 0.0
    when: float = -float("inf")

    def findings(self, subject: str, now: float) -> list[Finding]:
        """Report the jump while it is recent."""
        ago = now - self.when
        if ago > RECENT:
            return []
        direction = "back" if self.size < 0 else "forward"
        text = f"{subject} jumped {direction} by {abs(self.size):.1f} s, {ago:.0f} s ago"
        return [Finding(Level.WARN, text)]


class StampWatch:
    """Checks of the stamps of received messages, at each report.

    Args:
        noun: the message, e.g. "image".
        steady: monotonic time [s].

    Attributes:
        arrivals: stamp (0 for none) and node's clock [ns] on arrival, of the messages since the
            last report.
        done: stamp and node's clock [ns] of the newest published result.
        values: ages of the newest message, for diagnostics.
    """

    def __init__(self, noun: str, steady: Callable[[], float] = monotonic) -> None:
        self.arrivals: deque[tuple[int, int]] = deque(maxlen=1000)
        self.done: tuple[Time, int] | None = None
        self.values: dict[str, str] = {}
        self._noun, self._steady = noun, steady
        self._jump = _Jump()

    def reset(self) -> None:
        """Forget the messages so far."""
        self.done, self.values = None, {}
        self.arrivals.clear()

    def jump(self, seconds: float) -> None:
        """Take note of a jump of the stamps [s]."""
        self._jump = _Jump(seconds, self._steady())

    def findings(self) -> list[Finding]:
        """Problems since the last call."""
        received = [self.arrivals.popleft() for _ in range(len(self.arrivals))]
        ages = [(now - time) / NANOSECONDS for time, now in received if time]
        texts = []
        if len(ages) < len(received):
            texts.append(f"{self._noun} without a stamp: the time of its arrival is used")
        if ages and min(ages) < -AHEAD:
            text = f"{self._noun} stamped {-min(ages):.2f} s in the future by this node's clock"
            texts.append(text)
        if ages and max(ages) > OLD:
            text = f"{self._noun} already {max(ages):.1f} s old on arrival by this node's clock"
            texts.append(text)
        if ages:
            self.values["age on arrival [ms]"] = f"{1000 * ages[-1]:.1f}"
        if self.done is not None:
            stamp, now = self.done
            self.values["age when done [ms]"] = f"{(now - nanoseconds_of(stamp)) / 1e6:.1f}"
        jumps = self._jump.findings("stamps", self._steady())
        return [*jumps, *(Finding(Level.WARN, text) for text in texts)]


class ClockWatch:
    """Checks of the node's clock against a monotonic one.

    Args:
        steady: monotonic time [s].
    """

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        self._steady = steady
        self._last: tuple[int, float] | None = None
        self._jump = _Jump()

    def findings(self, now: int, *, simulated: bool) -> list[Finding]:
        """Problems of the clock.

        Args:
            now: time of the node's clock [ns].
            simulated: True if it follows /clock, which may stand still or run at another pace.
        """
        steady = self._steady()
        if self._last is not None:
            passed = (now - self._last[0]) / NANOSECONDS
            step = min(passed, 0.0) if simulated else passed - (steady - self._last[1])
            if abs(step) > (0.0 if simulated else CLOCK_STEP):
                self._jump = _Jump(step, steady)
        self._last = now, steady
        if simulated and not now:
            return [Finding(Level.WARN, "use_sim_time is on, but there is no publisher on /clock")]
        return self._jump.findings("the clock", steady)
