"""From answers, several a second, to segments: who did what from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pose_action_ros.drawing.captions import HOLD
from pose_action_ros.recognition import ActionEstimate


@dataclass(frozen=True)
class Segment:
    """A time in which the answers about one person (or pair) were the same.

    Attributes:
        start: stamp of the first of them [s].
        end: when another answer came or the person was gone [s].
        person_ids: one id, two for an interaction.
        label: of all of them.
        score: their mean.
    """

    start: float
    end: float
    person_ids: tuple[int, ...]
    label: str
    score: float


@dataclass
class _Open:
    """A segment that may go on."""

    start: float
    newest: float
    label: str
    total: float
    count: int = 1

    def closed(self, person_ids: tuple[int, ...], end: float) -> Segment:
        end = min(end, self.newest + HOLD)
        return Segment(self.start, end, person_ids, self.label, self.total / self.count)


class Segments:
    """Merges answers as they come; remembers only the segments that are still open."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, ...], _Open] = {}
        self._now = 0.0

    def add(self, answers: Sequence[ActionEstimate], stamp: float) -> list[Segment]:
        """Take the answers that came with an image.

        Args:
            answers: none, one or more.
            stamp: of the image [s].

        Returns:
            The segments that ended.
        """
        self._now = stamp
        ended = []
        for answer in answers:
            last = self._open.get(answer.person_ids)
            if last and last.label == answer.label and stamp <= last.newest + HOLD:
                last.newest, last.total, last.count = (
                    stamp,
                    last.total + answer.score,
                    last.count + 1,
                )
                continue
            if last:
                ended.append(last.closed(answer.person_ids, stamp))
            self._open[answer.person_ids] = _Open(stamp, stamp, answer.label, answer.score)
        return ended + self._expired()

    def _expired(self) -> list[Segment]:
        """Close the segments of people who are gone."""
        gone = [key for key, last in self._open.items() if self._now > last.newest + HOLD]
        return [self._open.pop(key).closed(key, self._now) for key in gone]

    def finish(self) -> list[Segment]:
        """End all segments with the last image."""
        ended = [last.closed(key, self._now) for key, last in self._open.items()]
        self._open.clear()
        return ended
