"""Performances: one person doing one action in one style, and the label that holds at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import PHASE, Array, Channels
from pose_action_ros.simulation.furniture import Box
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.standing import Motion

UNNAMED = "unknown"
"""Label of a person while the action is paused or ends."""

AFTER: Mapping[str, str] = {
    "sitting_down": "sitting",
    "standing_up": "standing",
    "falling": "lying",
}
"""Label of a change to the label of the state after it."""


@dataclass(frozen=True, eq=False)
class Performance:
    """One person doing one action in one style, for any time.

    Attributes:
        label: one of ACTIONS, of OTHERS, or of the postures.
        body: the person's measures.
        motion: channels over time; begins at the origin, facing x.
        furniture: boxes that the person sits, lies or leans on, or that are in front.
        before: label where the action pauses or has not begun (phase 1).
        after: label of the state after a change (phase 2); that of AFTER if empty.
    """

    label: str
    body: Body
    motion: Motion
    furniture: tuple[Box, ...] = ()
    before: str = UNNAMED
    after: str = ""

    def channels(self, times: npt.ArrayLike) -> Channels:
        """Joint angles and root at times (T,) [s] after the beginning, within the joint limits."""
        return self.motion(np.atleast_1d(np.asarray(times, dtype=np.float64))).limited()

    def joints(self, times: npt.ArrayLike) -> Array:
        """(T, J, 3) joints of FIGURE [m] at times (T,) [s]; z up, floor at 0, facing x at first."""
        return pose_body(self.body, self.channels(times)).joints

    def labels(self, times: npt.ArrayLike) -> list[str]:
        """Label that holds at each of times (T,) [s]: the action, or the state before or after.

        A change without a state of its own in AFTER keeps its label.
        """
        after = self.after or AFTER.get(self.label, self.label)
        names = (self.label, self.before, after)
        return [names[round(phase)] for phase in self.channels(times)[PHASE]]
