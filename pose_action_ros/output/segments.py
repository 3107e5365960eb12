"""Segments of time with one action, from estimates that come several times a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pose_action_ros.drawing.captions import HOLD
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.recognition.settings import UNKNOWN


@dataclass(frozen=True)
class Segment:
    """A span of time with equal estimates for one person (or pair).

    Attributes:
        start: stamp of the first estimate [s].
        end: stamp of the next other estimate, or of the end of the track [s].
        person_ids: one id, two for an interaction.
        label: of the estimates.
        score: mean of the estimates.
    """

    start: float
    end: float
    person_ids: tuple[int, ...]
    label: str
    score: float


def labelled(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with a known action, in the order of their start."""
    found = [segment for segment in segments if segment.label != UNKNOWN]
    return sorted(found, key=lambda segment: (segment.start, segment.person_ids))


def subject(person_ids: Sequence[int]) -> str:
    """Name of a person or of two, such as "person 2" or "people 0+1"."""
    people = "person" if len(person_ids) == 1 else "people"
    return f"{people} {'+'.join(map(str, person_ids))}"


@dataclass
class _Open:
    """A segment that is not finished."""

    start: float
    newest: float
    label: str
    total: float
    count: int = 1

    def closed(self, person_ids: tuple[int, ...], end: float) -> Segment:
        end = min(end, self.newest + HOLD)
        return Segment(self.start, end, person_ids, self.label, self.total / self.count)


class Segments:
    """Merges estimates as they come; keeps only the unfinished segments."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, ...], _Open] = {}
        self._now = 0.0

    def add(self, estimates: Sequence[ActionEstimate], stamp: float) -> list[Segment]:
        """Take the estimates of one image.

        Args:
            estimates: none, one or more.
            stamp: of the image [s].

        Returns:
            The segments that ended.
        """
        self._now = stamp
        ended = []
        for estimate in estimates:
            last = self._open.get(estimate.person_ids)
            if last and last.label == estimate.label and stamp <= last.newest + HOLD:
                last.newest, last.count = stamp, last.count + 1
                last.total += estimate.score
                continue
            if last:
                ended.append(last.closed(estimate.person_ids, stamp))
            self._open[estimate.person_ids] = _Open(stamp, stamp, estimate.label, estimate.score)
        return ended + self._expired()

    def _expired(self) -> list[Segment]:
        """End the segments of lost people."""
        left = [key for key, last in self._open.items() if self._now > last.newest + HOLD]
        return [self._open.pop(key).closed(key, self._now) for key in left]

    def finish(self) -> list[Segment]:
        """End all segments with the last image."""
        ended = [last.closed(key, self._now) for key, last in self._open.items()]
        self._open.clear()
        return ended
