"""How far each 3D joint can be trusted: seen by the detector, or only inferred from the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]

INFERRED = 0.3
"""Score of an inferred joint, times the mean score of the joints the detector gave."""

# What a joint that COCO-18 does not have is told by; a joint it has is told by itself.
_TOLD_BY = {
    "mid_hip": ("right_hip", "left_hip"),
    "spine": ("right_hip", "left_hip", "right_shoulder", "left_shoulder"),
    "head_top": ("nose", "neck"),
}
_SOURCES = np.array(
    [
        [COCO_18.index(source) for source in (_TOLD_BY.get(joint, (joint,)) * 4)[:4]]
        for joint in HUMAN36M_17.joints
    ]
)
"""(17, 4) COCO-18 joints that tell each Human3.6M joint, repeated to fill the rows."""


def given_joints(scores: Array) -> npt.NDArray[np.bool_]:
    """(N, 17) which Human3.6M joints the detector told, from its scores (N, 18) of COCO-18."""
    return _least(scores) > 0


def joint_scores(scores: Array) -> Array:
    """Scores (N, 17) of Human3.6M joints from the detector's scores (N, 18) of COCO-18.

    A joint has the least score of the detected joints that tell it; when one of those is missing
    it is inferred and has at most INFERRED.
    """
    least = _least(scores)
    given = np.maximum((scores > 0).sum(axis=1), 1)
    inferred = INFERRED * scores.sum(axis=1) / given  # (N,)
    return np.where(least > 0, least, inferred[:, None])


def _least(scores: Array) -> Array:
    least: Array = scores[:, _SOURCES].min(axis=2)
    return least
