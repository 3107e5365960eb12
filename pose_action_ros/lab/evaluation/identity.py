"""Identity of tracked people: IDF1 and HOTA, computed by motrics, and switches.

Sources: IDF1, Ristani et al. 2016, arXiv:1609.01775, one assignment of tracks to people over the
whole scene; HOTA, Luiten et al. 2021, arXiv:2009.07736, the geometric mean of detection (DetA) and
association (AssA), averaged over similarities of 0.05 to 0.95; switches, Bernardin and Stiefelhagen
2008 (CLEAR MOT). The similarity of a track and a person is the OKS of their joints; IDF1 and
switches need at least SAME. Switches are counted here, as TrackEval does: motrics 0.3 counts others
where several tracks are similar to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.evaluation.packages import missing
from pose_action_ros.tracking.assignment import assign

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SAME = 0.5
"""Least OKS of a true positive."""


@dataclass(frozen=True, eq=False)
class TrackedImage:
    """True people and tracks in one image.

    Attributes:
        people: P ids of true people.
        tracks: T ids.
        similarity: (P, T) 0 to 1.
    """

    people: tuple[int, ...]
    tracks: tuple[int, ...]
    similarity: Array

    def without(self, ignored: Flags) -> TrackedImage:
        """Remove people (P,) that do not count, and the tracks that match them.

        As in the MOT Challenge: all people and tracks are matched first, so that the track of a
        person who counts is never removed.
        """
        matched = {column for row, column in pairs(self.similarity) if ignored[row]}
        rows = np.flatnonzero(~ignored)
        columns = [column for column in range(len(self.tracks)) if column not in matched]
        return TrackedImage(
            tuple(self.people[row] for row in rows),
            tuple(self.tracks[column] for column in columns),
            self.similarity[rows][:, columns],
        )


@dataclass(frozen=True)
class IdentityScores:
    """Figures of the tracks in several scenes; the first four 0 to 1.

    Attributes:
        idf1: share of correctly identified detections.
        hota, deta, assa: quality of tracking, and its parts detection and association.
        switches: number of times that a person got another id.
        minutes: total time of all people in view [min].
    """

    idf1: float
    hota: float
    deta: float
    assa: float
    switches: int
    minutes: float

    @property
    def rate(self) -> float:
        """Switches per person and minute."""
        return self.switches / self.minutes if self.minutes else float("nan")


def pairs(similarity: Array) -> list[tuple[int, int]]:
    """Rows and columns (P, T) of people and tracks that belong together: the best assignment."""
    alike = np.where(similarity >= SAME, similarity, 0.0)
    if not alike.size:
        return []
    return [(row, column) for row, column in assign(-alike) if alike[row, column] > 0]


def identity_scores(scenes: Sequence[Sequence[TrackedImage]], rate: float) -> IdentityScores:
    """Score the tracks of scenes; ids of different scenes have nothing in common.

    Args:
        scenes: their images in order.
        rate: images per second.

    Raises:
        InputError: motrics is not installed.
    """
    try:
        import motrics  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise missing(error) from error
    numbers: dict[tuple[str, int, int], int] = {}
    people, tracks, similarity = [], [], []
    for scene, images in enumerate(scenes):
        for image in images:
            people.append(_numbered(numbers, ("person", scene), image.people))
            tracks.append(_numbered(numbers, ("track", scene), image.tracks))
            similarity.append(image.similarity.tolist())
    identity = motrics.compute_identity_from_similarity(people, tracks, similarity, SAME)
    hota = motrics.compute_hota_from_similarity(people, tracks, similarity)
    return IdentityScores(
        idf1=identity.idf1,
        hota=hota.hota,
        deta=hota.deta,
        assa=hota.assa,
        switches=sum(map(switches, scenes)),
        minutes=sum(map(len, people)) / rate / 60,
    )


def switches(images: Sequence[TrackedImage]) -> int:
    """Number of times that a person got another id than the last one, in the images of a scene.

    A pair of the last image stays as long as its similarity suffices.
    """
    last: dict[int, int] = {}  # track of each person
    before: dict[int, int] = {}  # the same in the last image with people and tracks
    count = 0
    for image in images:
        if not image.similarity.size:
            continue
        kept = np.array(
            [[before.get(one) == track for track in image.tracks] for one in image.people]
        )
        alike = np.where(image.similarity >= SAME, image.similarity + 1000.0 * kept, 0.0)
        found = pairs(alike)
        before = {image.people[row]: image.tracks[column] for row, column in found}
        count += sum(last.get(one, track) != track for one, track in before.items())
        last |= before
    return count


def _numbered(
    numbers: dict[tuple[str, int, int], int], key: tuple[str, int], ids: Sequence[int]
) -> list[int]:
    """Numbers that are unique over all scenes."""
    return [numbers.setdefault((*key, one), len(numbers)) for one in ids]
