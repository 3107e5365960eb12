"""Performances: one person doing one action in a style of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Channels
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions import MOTIONS, TRAVELLING
from pose_action_ros.simulation.standing import Motion

Array = npt.NDArray[np.float64]

ACTIONS: tuple[str, ...] = tuple(MOTIONS)
"""The labels the simulation knows."""


@dataclass(frozen=True, eq=False)
class Performance:
    """One action in one style, for as long as one asks.

    Attributes:
        label: one of ACTIONS.
        body: who does it.
        motion: channels over time; starts at the origin, facing x.
    """

    label: str
    body: Body
    motion: Motion

    def channels(self, times: npt.ArrayLike) -> Channels:
        """Joint angles and root at times (T,) [s] from the beginning, within joint limits."""
        return self.motion(np.atleast_1d(np.asarray(times, dtype=np.float64))).limited()

    def joints(self, times: npt.ArrayLike) -> Array:
        """(T, J, 3) [m] joints of FIGURE at times (T,) [s]; z up, floor at 0, facing x at 0."""
        return pose_body(self.body, self.channels(times)).joints

    def mirrored(self) -> Performance:
        """The same with left and right swapped, in the label too."""
        label = self.label
        for side, other in (("left", "right"), ("right", "left")):
            if self.label.endswith(side):
                label = self.label.removesuffix(side) + other
        return Performance(label, self.body, lambda times: self.motion(times).mirrored())


def perform(
    label: str, rng: np.random.Generator, body: Body | None = None, room: float = np.inf
) -> Performance:
    """Someone doing the action in a random style.

    Args:
        label: one of ACTIONS.
        rng: source of chance.
        body: who it is; a random one when none is given.
        room: how far from the start [m] the way of walking and running may lead.

    Raises:
        InputError: unknown label; the message lists those there are.
    """
    if label not in MOTIONS:
        raise InputError(f"unknown action {label!r}; the simulation knows {', '.join(ACTIONS)}")
    body = body or Body.random(rng)
    if label in TRAVELLING:
        return Performance(label, body, TRAVELLING[label](body, rng, room))
    return Performance(label, body, MOTIONS[label](body, rng))
