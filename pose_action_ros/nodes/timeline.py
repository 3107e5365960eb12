"""Stamps of messages as seconds, and time that jumps backwards."""

from __future__ import annotations

from builtin_interfaces.msg import Time

NANOSECONDS = 1_000_000_000


def seconds_of(stamp: Time) -> float:
    """A stamp [s], to a tenth of a microsecond."""
    return float(stamp.sec + stamp.nanosec / NANOSECONDS)


def nanoseconds_of(stamp: Time) -> int:
    """A stamp [ns]; negative ones, which rclpy's Time refuses, are as good as others here."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


class Timeline:
    """Counts seconds from the first stamp it sees.

    A float of seconds since 1970 is off by a tenth of a microsecond; counted from here it is exact
    to the nanosecond for 48 days, so that stamps come out as they went in.
    """

    def __init__(self) -> None:
        self._origin: int | None = None
        self._newest = -float("inf")

    def seconds(self, stamp: Time) -> float:
        """A stamp [s]."""
        if self._origin is None:
            self._origin = int(stamp.sec)
        return float((stamp.sec - self._origin) + stamp.nanosec / NANOSECONDS)

    def stamp(self, seconds: float) -> Time:
        """The stamp of seconds that this timeline gave."""
        whole, rest = divmod(round(seconds * NANOSECONDS), NANOSECONDS)
        return Time(sec=whole + (self._origin or 0), nanosec=rest)

    def jumped_back(self, seconds: float) -> bool:
        """Whether this is earlier than the newest so far; it is the newest from now on."""
        jumped = seconds < self._newest
        self._newest = seconds
        return jumped
