"""Stamps of messages: conversion to seconds, and checks against the node's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from builtin_interfaces.msg import Time

from pose_action_ros.nodes.health import Finding, Level

NANOSECONDS = 1_000_000_000

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
        whole, rest = divmod(round(seconds * NANOSECONDS), NANOSECONDS)
        return Time(sec=whole + (self._origin or 0), nanosec=rest)


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
    """Checks of the stamps of received messages.

    Args:
        noun: the message, e.g. "image".
        steady: monotonic time [s].

    Attributes:
        values: ages of the newest message, for diagnostics.
    """

    def __init__(self, noun: str, steady: Callable[[], float] = monotonic) -> None:
        self._noun, self._steady = noun, steady
        self._newest: int | None = None
        self._ages: list[float] = []  # of the messages since the last report
        self._unstamped = False
        self._jump = _Jump()
        self.values: dict[str, str] = {}

    def reset(self) -> None:
        """Restart: the next message may have any stamp."""
        self._newest, self._ages, self._unstamped, self.values = None, [], False, {}

    def arrived(self, stamp: Time, now: int) -> None:
        """Check the stamp of a received message; `now` is the node's clock [ns]."""
        time = int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
        if not time:
            self._unstamped = True
            return
        age = (now - time) / NANOSECONDS
        self._ages.append(age)
        self.values["age on arrival [ms]"] = f"{1000 * age:.1f}"
        if self._newest is not None and time < self._newest:
            self._jump = _Jump((time - self._newest) / NANOSECONDS, self._steady())
        self._newest = time

    def done(self, stamp: Time, now: int) -> None:
        """Note that the results of a message were published; `now` is the node's clock [ns]."""
        age = now - (int(stamp.sec) * NANOSECONDS + int(stamp.nanosec))
        self.values["age when done [ms]"] = f"{age / 1e6:.1f}"

    def findings(self) -> list[Finding]:
        """Problems since the last call."""
        ages, self._ages = self._ages, []
        unstamped, self._unstamped = self._unstamped, False
        texts = []
        if unstamped:
            texts.append(f"{self._noun} without a stamp: the driver sets none")
        if ages and min(ages) < -AHEAD:
            text = f"{self._noun} stamped {-min(ages):.2f} s in the future by this node's clock"
            texts.append(text)
        if ages and max(ages) > OLD:
            text = f"{self._noun} already {max(ages):.1f} s old on arrival by this node's clock"
            texts.append(text)
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
