"""Pushing away: with one hand or both to the front, or with one hand aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.reach import arm
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Strokes, ease

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class _Path:
    """Wrist before and at the end of a push, in arm lengths from the shoulder."""

    ready: Array
    far: Array
    elbow: Array


def pushing(body: Body, rng: Rng) -> Motion:
    """Hands are drawn up, pushed away and taken back, again and again."""
    stand = Standing(body, rng, wide=1.2)
    aside = rng.random() < 0.3
    both = not aside and rng.random() < 0.6
    sides = SIDES if both else (SIDES[rng.integers(2)],)
    path = _aside(body, rng) if aside else _forward(rng)
    level = _Levels(rng)
    palm = {
        "pronate": np.array(rng.uniform(55, 90)),
        "wrist_flex": np.array(rng.uniform(-70, -20)),
        "curl": np.array(0.05),
    }
    lean, twist = rng.uniform(0, 10) * (not aside), rng.uniform(0, 12)
    protract = 0.0 if aside else 14.0

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        up, push = level(times)
        hand = path.ready + push[:, None] * (path.far - path.ready)
        for side in sides:
            pose.toward({**arm(body, hand, path.elbow), **palm}, up, side)
            pose[f"{side}_protract"] += protract * push * up
        if len(sides) == 1:
            pose["twist_left"] += (-twist if sides[0] == "left" else twist) * push * up
        pose["pitch"] += lean * push * up
        pose["forward"] += 0.003 * lean * push * up * body.height
        return stand.settle(pose)

    return motion


class _Levels:
    """How far the hands are drawn up, and how far pushed, over time."""

    def __init__(self, rng: Rng) -> None:
        slow = rng.uniform(0.0, 1.0)
        self._home = bool(rng.random() < 0.6)  # hands go home between pushes
        self._draw = rng.uniform(0.3, 0.8)
        self._push = 0.25 + 0.6 * slow
        self._wait = rng.uniform(0.0, 0.25)
        hold = rng.uniform(0.05, 1.2)
        back = 0.3 + 0.5 * slow
        lead = self._draw + self._wait
        self._up = Strokes(
            rng,
            rise=self._draw,
            hold=self._wait + self._push + hold,
            fall=back + 0.2,
            rest=rng.uniform(0.1, 0.5),
        )
        self._again = Strokes(
            rng, rise=self._push, hold=hold, fall=back, rest=rng.uniform(0.1, 0.5)
        )
        self._lead = lead

    def __call__(self, times: Array) -> tuple[Array, Array]:
        if not self._home:
            return ease(times / self._draw), self._again(times - self._lead)
        _, since = self._up.local(times)
        return self._up(times), ease((since - self._lead) / self._push)


def _forward(rng: Rng) -> _Path:
    """From the chest to the front."""
    return _Path(
        ready=rng.uniform([0.22, -0.18, -0.32], [0.38, 0.08, 0.02]),
        far=rng.uniform([0.78, -0.2, -0.3], [0.98, 0.1, 0.15]),
        elbow=np.array([-0.2, rng.uniform(0.2, 1.2), -1.0]),
    )


def _aside(body: Body, rng: Rng) -> _Path:
    """From before the other shoulder or hip outwards, as if to clear something away."""
    middle = body.half_shoulders / body.arm
    height = rng.uniform(-0.5, 0.0)
    return _Path(
        ready=np.array([rng.uniform(0.32, 0.5), -rng.uniform(0.6, 2.0) * middle, height]),
        far=np.array(
            [rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.75), height + rng.uniform(-0.08, 0.15)]
        ),
        elbow=np.array([-0.2, rng.uniform(0.3, 1.0), -1.0]),
    )
