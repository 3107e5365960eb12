"""How much of a source is given: looped, and ended after some seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from pose_action_ros.sources.base import Source, SourceFrame


class Extent:
    """Another source, repeated if asked and cut after `seconds` (0: not cut); see Source."""

    def __init__(self, source: Source, loop: bool, seconds: float) -> None:
        self._source = source
        self._loop = loop
        self._seconds = seconds
        self._begin = 0.0
        self.rate = source.rate
        self.intrinsics = source.intrinsics

    @property
    def length(self) -> int | None:
        """Number of images, where it is known beforehand."""
        whole = None if self._loop else self._source.length
        if not self._seconds:
            return whole
        cut = ceil(self._seconds * self.rate)
        return cut if whole is None else min(cut, whole)

    @property
    def skipped(self) -> int:
        """Images that could not be read so far."""
        return self._source.skipped

    @property
    def damage(self) -> str:
        """What of it is lost."""
        return self._source.damage

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames; each round continues the counting and the time of the one before."""
        index, self._begin = 0, 0.0
        while True:
            last = None
            for frame in self._source:
                last = replace(frame, index=index + frame.index, stamp=self._begin + frame.stamp)
                if self._seconds and last.stamp >= self._seconds:
                    return
                yield last
            if not self._loop or last is None:
                return
            index, self._begin = last.index + 1, last.stamp + 1 / self.rate

    def skip_until(self, stamp: float) -> bool:
        """See Source."""
        return self._source.skip_until(stamp - self._begin)

    def close(self) -> None:
        """Close the source."""
        self._source.close()
