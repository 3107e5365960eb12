"""Assembly of people from joints and possible limbs.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008, section 3.5: possible limbs are added
by falling score, and a limb that contradicts earlier ones is rejected; and OpenPose's rules
(net/bodyPartConnectorBase.cpp): a limb joins two people without a common joint to one. Limbs that
only associate come last and never start a person. Of the assembled people OpenPose drops those with
few joints or a low score; fragments are dropped here, too (see `fragments` of DecodingSettings).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.detection.openpose.lines import Lines
from pose_action_ros.detection.openpose.peaks import Indices, Peaks
from pose_action_ros.detection.openpose.settings import DecodingSettings

_LEG = 4
"""Most joints of people that OpenPose drops because they have feet but no more than a leg."""


class Person:
    """Joints of one person.

    Attributes:
        peaks: number of the peak of each joint.
        score: heights of the joints and scores of the limbs, summed.
        limbs: number of limbs in the sum.
        associated: number of joints that hang on by a limb that only associates.
    """

    __slots__ = ("associated", "limbs", "peaks", "score")

    def __init__(self, peaks: dict[int, int], score: float) -> None:
        self.peaks, self.score, self.limbs, self.associated = peaks, score, 1, 0

    @property
    def mean_score(self) -> float:
        """Mean over joints and limbs."""
        return self.score / (len(self.peaks) + self.limbs)


def assemble(
    lines: Lines, peaks: Peaks, layout: MapLayout, settings: DecodingSettings
) -> list[Person]:
    """People, highest score first; a peak belongs to one of them at most.

    Args:
        lines: possible limbs.
        peaks: their joints.
        layout: of the limbs.
        settings: thresholds of a person.
    """
    crowd = _Crowd(peaks)
    order = _order(lines, peaks, layout, settings.peak_weight)
    columns = (*lines.pairs, lines.scores)
    for limb, start, end, score in zip(*(c[order].tolist() for c in columns), strict=True):
        crowd.connect(start, end, score, associates=limb in layout.associating)
    people = _sufficient(crowd.people(), layout, settings)
    if not settings.fragments:
        people = [person for person in people if not _is_fragment(person, people, peaks, layout)]
    return sorted(people, key=lambda person: -person.mean_score)


def _order(lines: Lines, peaks: Peaks, layout: MapLayout, weight: float) -> Indices:
    """Order of the lines by falling score, those that only associate last."""
    limbs, starts, ends = lines.pairs
    sure = lines.scores + weight * (peaks.scores[starts] + peaks.scores[ends])
    return np.lexsort((-sure, layout.only_associate[limbs]))


def _sufficient(
    people: list[Person], layout: MapLayout, settings: DecodingSettings
) -> list[Person]:
    """The people with enough joints and a sufficient score.

    The feet do not count, as a leg has often both a left and a right one. OpenPose counts them if
    there are no other people.
    """
    found = [person for person in people if _is_person(person, layout.uncounted, settings)]
    if found or not settings.fragments:
        return found
    return [person for person in people if _is_person(person, (), settings)]


def _is_person(person: Person, uncounted: tuple[int, ...], settings: DecodingSettings) -> bool:
    """True if a person has enough joints and a sufficient score."""
    counted = len(person.peaks.keys() - uncounted)
    if counted < len(person.peaks) and counted <= _LEG:
        return False
    joints = counted if settings.fragments else counted - person.associated
    return joints >= settings.min_parts and person.score >= settings.min_mean_score * counted


def _is_fragment(person: Person, people: Sequence[Person], peaks: Peaks, layout: MapLayout) -> bool:
    """True for a single arm or leg, and for a head that is part of another person."""
    joints = person.peaks.keys()
    if any(joints <= limb for limb in layout.extremities):
        return True
    larger = (other for other in people if len(other.peaks) > len(person.peaks))
    return joints <= layout.head and any(_overlap(person, other, peaks) for other in larger)


def _overlap(head: Person, other: Person, peaks: Peaks) -> bool:
    """True if both have one joint at places that are nearer than the head's joints are apart."""
    size = np.ptp(peaks.points[list(head.peaks.values())], axis=0).max()
    common = head.peaks.keys() & other.peaks.keys()
    apart = (peaks.points[head.peaks[joint]] - peaks.points[other.peaks[joint]] for joint in common)
    return any(np.hypot(*offset) < size for offset in apart)


class _Crowd:
    """The people during assembly, and the person of each peak."""

    def __init__(self, peaks: Peaks) -> None:
        self._heights = peaks.scores.tolist()
        counts = np.diff(peaks.starts)
        self._joints = np.repeat(np.arange(len(counts)), counts).tolist()
        self._owners: list[Person | None] = [None] * len(self._heights)

    def people(self) -> list[Person]:
        """All people, in the order of their first peaks."""
        return list(dict.fromkeys(owner for owner in self._owners if owner is not None))

    def connect(self, start: int, end: int, score: float, *, associates: bool) -> None:
        """Add a limb between two peaks unless it contradicts earlier limbs."""
        one, other = self._owners[start], self._owners[end]
        if one is None and other is None:
            if not associates:
                self._start(start, end, score)
        elif other is None and one is not None:
            self._add(one, end, score, associates)
        elif one is None and other is not None:
            self._add(other, start, score, associates)
        elif one is other and one is not None:
            one.score += score
            one.limbs += 1
        elif one is not None and other is not None:
            self._merge(one, other, score)

    def _start(self, start: int, end: int, score: float) -> None:
        peaks = {self._joints[start]: start, self._joints[end]: end}
        person = Person(peaks, self._heights[start] + self._heights[end] + score)
        self._owners[start] = self._owners[end] = person

    def _add(self, person: Person, peak: int, score: float, associates: bool) -> None:
        """Add a joint to a person, unless the person has it already."""
        if person.peaks.setdefault(self._joints[peak], peak) == peak:
            person.score += self._heights[peak] + score
            person.limbs += 1
            person.associated += associates
            self._owners[peak] = person

    def _merge(self, one: Person, other: Person, score: float) -> None:
        """Join two people without a common joint to one."""
        if one.peaks.keys().isdisjoint(other.peaks):
            one.peaks |= other.peaks
            one.score += other.score + score
            one.limbs += other.limbs + 1
            one.associated += other.associated
            for peak in other.peaks.values():
                self._owners[peak] = one
