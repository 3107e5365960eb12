"""Standing about: nothing in particular."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.postures import arm_posture
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


def standing(body: Body, rng: Rng) -> Motion:
    """Stand, shift weight, look around, now and then move the arms or scratch."""
    stand = Standing(body, rng)
    shift = Strokes(rng, rise=0.8, hold=3.0, fall=0.8, rest=3.0, vary=0.4)
    aside = float(rng.choice([-1.0, 1.0])) * rng.uniform(0, 0.03) * body.height
    other = arm_posture(body, rng)
    change = Strokes(rng, rise=0.9, hold=4.0, fall=0.9, rest=6.0, vary=0.5)
    restless = float(rng.random() < 0.4)
    scratch = _Scratch(body, rng)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        away = shift(times + 2.0)
        pose["sideways"] += aside * away
        pose["roll"] -= 90 * aside / body.height * away
        pose["bend_left"] += 90 * aside / body.height * away
        for side, posture in zip(SIDES, other, strict=True):
            pose.toward(posture, restless * change(times - 1.0), side)
        scratch(pose, times)
        return stand.settle(pose)

    return motion


class _Scratch:
    """Now and then one hand goes to the face or the other arm."""

    def __init__(self, body: Body, rng: Rng) -> None:
        self._often = float(rng.random() < 0.2)
        self._side = SIDES[rng.integers(2)]
        self._strokes = Strokes(rng, rise=0.6, hold=0.8, fall=0.6, rest=6.0, vary=0.4)
        face = np.array([0.28, -0.20, 0.22])
        belly = np.array([0.30, -0.28, -0.35])
        place = (face if rng.random() < 0.6 else belly) + rng.normal(0, 0.03, 3)
        self._arm = {
            **arm(body, place, [-0.2, 0.7, -1.0]),
            "pronate": np.array(30.0),
            "curl": np.array(0.5),
        }

    def __call__(self, pose: Channels, times: Array) -> None:
        pose.toward(self._arm, self._often * self._strokes(times - 2.5), self._side)
