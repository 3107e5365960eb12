"""Recordings of a person who raises a hand, for tests of teaching."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.demonstrations import demonstrations_of
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
WRIST = HUMAN36M_17.index("right_wrist")
# A standing person with hanging arms, x to the left, y down, origin between the hips [m].
BODY: Array = np.array(
    [
        [0, 0, 0],
        *([-0.13, 0, 0], [-0.13, 0.44, 0], [-0.13, 0.88, 0]),
        *([0.13, 0, 0], [0.13, 0.44, 0], [0.13, 0.88, 0]),
        *([0, -0.25, 0], [0, -0.5, 0], [0, -0.6, -0.1], [0, -0.72, 0]),
        *([0.17, -0.48, 0], [0.2, -0.2, 0], [0.2, 0.05, 0]),
        *([-0.17, -0.48, 0], [-0.2, -0.2, 0], [-0.2, 0.05, 0]),
    ]
)


def take(
    label: str,
    source: str = "a.mp4",
    *,
    rests: tuple[float, float] = (0.0, 0.0),
    seconds: float = 2.0,
    placed: bool = False,
    person: int = 0,
) -> PoseTrack:
    """A person who raises and lowers the right hand, with rests before and after."""
    stamps: Array = np.arange(0, rests[0] + seconds + rests[1], 0.05, dtype=np.float64)
    phase: Array = np.clip((stamps - rests[0]) / seconds, 0, 1)
    points: Array = np.repeat(BODY[None], len(stamps), axis=0)
    points[:, WRIST, 1] -= 0.4 * (1 - np.cos(2 * np.pi * round(seconds) * phase))
    if placed:
        points += [0.0, 0.0, 3.0]
    scores = np.ones(points.shape[:2])
    return PoseTrack(HUMAN36M_17, stamps, points, scores, label, person, source, placed)


(DEMONSTRATION,) = demonstrations_of([take("nodding")], SpmfSettings())
