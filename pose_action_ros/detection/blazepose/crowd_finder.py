"""MoveNet as BlazePose's person finder: regions of several and of small people in an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.blazepose.landmarks import Landmarks
from pose_action_ros.detection.blazepose.regions import MARGIN, Region
from pose_action_ros.detection.movenet.decode import Candidate
from pose_action_ros.detection.movenet.network import Area, MoveNetNetwork
from pose_action_ros.similarity import Array, similarities, tolerances
from pose_action_ros.skeletons import BLAZEPOSE_33, COCO_17, convert

LEAST_SCORE, LEAST_PART_SCORE = 0.1, 0.25
"""Least score in the whole image and in a part of it; the landmark network decides."""
SAME_PERSON = 0.6
"""Least similarity of two poses of one person."""
SURE = 0.15
"""Least score of a joint on which a region is based."""
_TOP = 1.1
"""Distance of the farthest point of a body from its hips, in distances of its farthest joint."""
_LONG = 1.9
"""Least distance of the farthest point of a body from its hips, in lengths of its trunk."""
_HIPS, _SHOULDERS = (
    [COCO_17.index(f"{side}_{joint}") for side in ("left", "right")]
    for joint in ("hip", "shoulder")
)


class CrowdFinder:
    """Finds new people, beyond those that are followed; see Finder.

    Args:
        network: MoveNet's.
    """

    looks = 1

    def __init__(self, network: MoveNetNetwork) -> None:
        self._network = network

    def areas(self, image: Image) -> list[Area]:
        """The whole image, then parts of it in which small people are larger."""
        return [Area.whole(image), *Area.parts(image)]

    def __call__(self, image: Image, area: Area, known: Sequence[Landmarks]) -> list[Region]:
        """Regions of the new people in an area of an image (H, W, 3) BGR; see Finder."""
        least = LEAST_SCORE if area == Area.whole(image) else LEAST_PART_SCORE
        taken = [convert(person.points, BLAZEPOSE_33, COCO_17) for person in known]
        regions = []
        for one in sorted(self._network(image, area), key=lambda person: -person.score):
            points = np.where(one.scores[:, None] >= SURE, one.points, np.nan)
            if one.score >= least and not _is_one_of(points, taken):
                taken.append(points)
                regions.append(region_of(one))
        return regions


def _is_one_of(points: Array, taken: Sequence[Array]) -> bool:
    """True if a pose (17, 2) is similar to one of the other poses."""
    if not taken:
        return False
    alike = similarities(np.stack(taken), np.zeros(len(taken)), points[None], tolerances(COCO_17))
    return bool(alike.max() >= SAME_PERSON)


def region_of(person: Candidate) -> Region:
    """The region of a person for the landmark network, from the joints that are seen."""
    sure = person.scores >= SURE
    hips, shoulders = (_middle(person.points, sure, joints) for joints in (_HIPS, _SHOULDERS))
    trunk = shoulders - hips
    length = max(float(np.linalg.norm(trunk)), 1e-6)
    seen = person.points[sure] if sure.any() else person.points
    reach = _TOP * float(np.linalg.norm(seen - hips, axis=1).max())
    return Region.around_body(hips, hips + trunk / length * max(reach, _LONG * length), MARGIN)


def _middle(points: Array, sure: npt.NDArray[np.bool_], joints: list[int]) -> Array:
    """Middle of two joints: of those that are seen, or of both guesses."""
    seen = [joint for joint in joints if sure[joint]]
    middle: Array = points[seen or joints].mean(axis=0)
    return middle
