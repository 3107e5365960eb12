"""Actions that are not recognisable in a window, because joints that they need are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.motions import HANDS_NEEDED, HIPS_NEEDED, LEGS_NEEDED
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

NO_ACTION = -1
"""Label of a window in which no action is performed."""


def _rows(*parts: str) -> list[int]:
    return [HUMAN36M_17.index(f"{side}_{part}") for part in parts for side in ("left", "right")]


LEGS, HIPS, HANDS = _rows("knee", "ankle"), _rows("hip"), _rows("wrist")
NEEDS = ((LEGS_NEEDED, LEGS, 0.5), (HIPS_NEEDED, HIPS, 0.5), (HANDS_NEEDED, HANDS, 0.75))
"""Labels, the joints (Human3.6M) that they need, and the share of them that may be missing."""


def needs_of(labels: Sequence[str]) -> list[dict[str, Any]]:
    """The needs of labels as in a model's card: joints, missing and labels."""
    return [
        {
            "joints": [HUMAN36M_17.joints[row] for row in rows],
            "missing": most,
            "labels": [label for label in labels if label in names],
        }
        for names, rows, most in NEEDS
        if names & {*labels}
    ]


class Visible:
    """The labels that can be recognised from the joints of a window.

    Args:
        labels: names of the classes, in their order; others need no joints.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._needs: list[tuple[list[int], float] | None] = [
            next(((rows, most) for names, rows, most in NEEDS if label in names), None)
            for label in labels
        ]

    def label(self, points: Array, label: int) -> int:
        """The label of a window (N, 17, 3), NaN where missing; NO_ACTION if it cannot be seen."""
        need = self._needs[label] if 0 <= label < len(self._needs) else None
        if need is None:
            return label
        missing = np.isnan(points[..., 0])  # (N, 17)
        frames = ~missing.all(axis=1)
        lost = missing[frames][:, need[0]]
        return NO_ACTION if lost.size and float(lost.mean()) > need[1] else label
