"""What the stamps of messages and the clock of a node say about each other, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.thresholds import AHEAD, CLOCK_STEP, OLD, RECENT
from pose_action_ros.nodes.timeline import NANOSECONDS


@dataclass
class _Jump:
    """Something that went back or forth: by how much [s], and when on a clock that never does."""

    size: float = 0.0
    when: float = -float("inf")

    def told(self, what: str, now: float, level: Level = Level.WARN) -> list[Finding]:
        """While it is recent."""
        ago = now - self.when
        if ago > RECENT:
            return []
        direction = "back" if self.size < 0 else "forward"
        size, when = f"{abs(self.size):.1f} s", f"{ago:.0f} s ago"
        return [Finding(level, f"{what} jumped {direction} by {size}, {when}")]


class StampWatch:
    """Follows the stamps of what comes in and of what is finished.

    Args:
        noun: what comes in, for people.
        steady: seconds that never jump.
    """

    def __init__(self, noun: str, steady: Callable[[], float] = monotonic) -> None:
        self._noun, self._steady = noun, steady
        self._newest: int | None = None
        self._ages: list[float] = []  # of what came in since the last report
        self._unstamped = False
        self._jump = _Jump()
        self.values: dict[str, str] = {}

    def reset(self) -> None:
        """Begin anew: what comes next may have any stamp."""
        self._newest, self._ages, self._unstamped, self.values = None, [], False, {}

    def arrived(self, stamp: int, now: int) -> None:
        """Something came in; its stamp and the node's clock [ns]."""
        if not stamp:
            self._unstamped = True
            return
        age = (now - stamp) / NANOSECONDS
        self._ages.append(age)
        self.values["age on arrival [ms]"] = f"{1000 * age:.1f}"
        if self._newest is not None and stamp < self._newest:
            self._jump = _Jump((stamp - self._newest) / NANOSECONDS, self._steady())
        self._newest = stamp

    def done(self, stamp: int, now: int) -> None:
        """Its results were published; its stamp and the node's clock [ns]."""
        self.values["age when done [ms]"] = f"{(now - stamp) / 1e6:.1f}"

    def findings(self) -> list[Finding]:
        """What was wrong since the last time."""
        ages, self._ages = self._ages, []
        unstamped, self._unstamped = self._unstamped, False
        found = self._jump.told("stamps", self._steady())
        if unstamped:
            found.append(Finding(Level.WARN, f"{self._noun} without a stamp: the driver sets none"))
        if ages and min(ages) < -AHEAD:
            text = f"{self._noun} stamped {-min(ages):.2f} s in the future by this node's clock"
            found.append(Finding(Level.WARN, text))
        if ages and max(ages) > OLD:
            text = f"{self._noun} already {max(ages):.1f} s old on arrival by this node's clock"
            found.append(Finding(Level.WARN, text))
        return found


class ClockWatch:
    """Follows the node's clock.

    Args:
        steady: seconds that never jump.
    """

    def __init__(self, steady: Callable[[], float] = monotonic) -> None:
        self._steady = steady
        self._last: tuple[int, float] | None = None
        self._jump = _Jump()

    def findings(self, now: int, *, simulated: bool) -> list[Finding]:
        """What is wrong with a clock.

        Args:
            now: what it says [ns].
            simulated: it is led by /clock, which may stand still or run at another pace.
        """
        steady = self._steady()
        if self._last is not None:
            passed = (now - self._last[0]) / NANOSECONDS
            step = min(passed, 0.0) if simulated else passed - (steady - self._last[1])
            if abs(step) > (0.0 if simulated else CLOCK_STEP):
                self._jump = _Jump(step, steady)
        self._last = now, steady
        if simulated and not now:
            return [Finding(Level.WARN, "use_sim_time is on, but nobody publishes on /clock")]
        return self._jump.told("the clock", steady)
