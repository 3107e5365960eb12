"""Answers for scenes with and without falls: detected falls, states after them, false falls.

Definitions:
    A fall begins with the loss of balance and ends when its label does, 0.7 s after the impact.
    It is detected if "falling" is an answer between its beginning and LATEST after its end, for
        any track. Its delay is the time of the first such answer after the end, negative before it.
    The state after it is "lying", or "sitting" after a fall on the seat; it is answered if it is an
        answer within STATE after the end.
    The person is lost in an image without any track, and has another id if the most frequent track
        in STATE after the end is not that before the fall.
    A false fall is a change of a track's answer to "falling" in a scene without falls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pose_action_ros.lab.evaluation.tables import share

FALL: Final = "falling"
LATEST: Final = 1.0
STATE: Final = 3.0
"""[s] after the end of a fall."""
IMAGES, POSES = "images", "exact 3D"
"""What the answers are made from: rendered images, or the true poses."""


@dataclass(frozen=True)
class Answered:
    """What is answered in a scene with one person.

    Attributes:
        source: IMAGES or POSES.
        camera: a name of CAMERAS.
        kind: of the scene: the state before a fall, or the kind of other movements.
        seconds: length.
        answers: time [s], track and label of each answer, in order.
        tracks: time [s] and tracks of each image.
    """

    source: str
    camera: str
    kind: str
    seconds: float
    answers: Sequence[tuple[float, int, str]]
    tracks: Sequence[tuple[float, tuple[int, ...]]]

    @property
    def false_falls(self) -> int:
        """Number of changes to "falling"."""
        newest: dict[int, str] = {}
        count = 0
        for _, track, label in self.answers:
            count += label == FALL and newest.get(track) != FALL
            newest[track] = label
        return count


@dataclass(frozen=True)
class AnsweredFall(Answered):
    """A scene with a fall.

    Attributes:
        start, end: of the fall [s].
        after: the state after it.
    """

    start: float
    end: float
    after: str

    @property
    def delay(self) -> float | None:
        """[s] from the end to the first "falling" since the start; None if not detected."""
        times = [stamp for stamp, _, label in self.answers if label == FALL]
        within = [stamp for stamp in times if self.start <= stamp <= self.end + LATEST]
        return within[0] - self.end if within else None

    @property
    def state_answered(self) -> bool:
        """Whether the state after the fall is answered."""
        return any(
            label == self.after and self.end <= stamp <= self.end + STATE
            for stamp, _, label in self.answers
        )

    @property
    def lost(self) -> float:
        """Share of the images after the end without a track."""
        return share(not tracks for stamp, tracks in self.tracks if self._is_after(stamp))

    @property
    def has_new_id(self) -> bool:
        """Whether the track after the fall is another one; False without a track."""
        before = Counter(i for stamp, ids in self.tracks if stamp < self.start for i in ids)
        after = Counter(i for stamp, ids in self.tracks if self._is_after(stamp) for i in ids)
        if not before or not after:
            return False
        return before.most_common(1)[0][0] != after.most_common(1)[0][0]

    def _is_after(self, stamp: float) -> bool:
        return self.end < stamp <= self.end + STATE
