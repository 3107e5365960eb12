"""A standing person's living base: stance, posture of the arms, sway, breathing, looking about.

Gestures are laid over it; the feet are planted at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.postures import arm_posture
from pose_action_ros.simulation.reach import Stance, plant
from pose_action_ros.simulation.timing import Wander

Array = npt.NDArray[np.float64]
Motion = Callable[[Array], Channels]
"""Channels at times (T,) [s]."""


class Standing:
    """Someone who stands there: `base` gives the pose but for the legs, `settle` plants these."""

    def __init__(
        self, body: Body, rng: np.random.Generator, arms: str = "", wide: float = 1.0
    ) -> None:
        """Arms names a posture of postures.ARMS, random when empty; wide scales the stance."""
        self.body = body
        self._arms = arm_posture(body, rng, arms)
        self._lean = rng.normal(0, [2.0, 1.0, 3.0, 2.5])  # pitch, roll, bend forward, nod
        self._shift = rng.normal(0, 0.012 * body.height)
        self._stance = _random_stance(body, rng, wide)
        self._breath = rng.uniform(0.2, 0.35), rng.uniform(0, 6.3), rng.uniform(0.5, 1.5)
        self._sway = [Wander(rng, 0.05, 0.6) for _ in range(4)]
        self._unrest = float(rng.gamma(2.0, 0.5))
        self._gaze = [Wander(rng, 0.04, 0.25, 4) for _ in range(3)]
        self._curious = float(rng.choice([2.0, 5.0, 12.0], p=[0.5, 0.35, 0.15]))
        self._fidget = [Wander(rng, 0.1, 1.2) for _ in range(2 * len(_FIDGETS))]

    def base(self, times: Array) -> Channels:
        """The pose at times (T,) without its legs."""
        pose = Channels.zeros(len(times))
        height, unrest = self.body.height, self._unrest
        ahead, aside, roll, twist = (wander(times) for wander in self._sway)
        pose["forward"] = 0.005 * height * unrest * ahead
        pose["sideways"] = self._shift + 0.009 * height * unrest * aside
        pose["pitch"] = self._lean[0] + 0.5 * unrest * ahead
        pose["roll"] = self._lean[1] - 0.8 * unrest * aside + 0.3 * roll
        pose["bend_left"] = -pose["roll"]
        pose["yaw"] = 1.2 * unrest * twist
        pose["twist_left"] = unrest * roll
        rate, start, depth = self._breath
        breath = depth * np.sin(2 * np.pi * rate * times + start)
        pose["bend_forward"] = self._lean[2] - 0.6 * breath
        turn, nod, tilt = (wander(times) for wander in self._gaze)
        pose["turn_left"] = self._curious * 1.3 * turn - pose["yaw"]
        pose["nod"] = self._lean[3] - pose["bend_forward"] + self._curious * 0.4 * nod
        pose["tilt_left"] = 1.5 * tilt
        self._hang(pose, times, breath)
        return pose

    def _hang(self, pose: Channels, times: Array, breath: Array) -> None:
        """Arms in their posture, moving a little."""
        noise = iter(self._fidget)
        for side, arm in zip(SIDES, self._arms, strict=True):
            pose.toward(arm, side=side)
            pose[f"{side}_shrug"] += 0.7 * breath
            for name, size in _FIDGETS.items():
                pose[f"{side}_{name}"] += size * self._unrest * next(noise)(times)

    def settle(self, pose: Channels, drop: npt.ArrayLike = 0.0) -> Channels:
        """Plant the feet under the pelvis, which is `drop` [m] below upright."""
        plant(self.body, pose, self._stance.lowered(drop))
        return pose


_FIDGETS = {"flex": 0.8, "abduct": 0.6, "rotate_in": 1.0, "elbow": 0.9, "wrist_flex": 1.5}


def _random_stance(body: Body, rng: np.random.Generator, wide: float) -> Stance:
    width = wide * body.height * np.clip(rng.normal(0.12, 0.035), 0.05, 0.25)
    toes = rng.normal(8, 5)
    return Stance(
        width=float(width),
        stagger=float(body.height * rng.normal(0, 0.02)),
        toes_out=(float(toes + rng.normal(0, 3)), float(toes + rng.normal(0, 3))),
        drop=float(body.leg * rng.uniform(0.0, 0.006)),
    )
