"""Turning about the vertical with steps on the spot."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import ease

_TURNS: Final = 32
"""Turns before a person stops turning."""


class Turner:
    """A motion: standing, and turning now and then.

    Attributes:
        turns: (N,) heading after each turn [degrees], to the left.
    """

    def __init__(
        self,
        body: Body,
        rng: Rng,
        *,
        turns: Array,
        seconds: tuple[float, float],
        pauses: tuple[float, float],
        arms: str = "",
    ) -> None:
        """Draw a style.

        Args:
            body: the person's measures.
            rng: source of randomness.
            turns: (N,) signed angle of each turn [degrees].
            seconds: least and greatest time of a turn by 90 degrees [s].
            pauses: least and greatest pause after a turn [s].
            arms: posture of the arms, see Standing.
        """
        self._stand = Standing(body, rng, arms=arms)
        self._body = body
        self.turns = np.concatenate([[0.0], np.cumsum(turns)])
        quick = rng.uniform(*seconds) * np.exp(rng.normal(0, 0.1, len(turns)))
        self._lengths = np.maximum(quick * (np.abs(turns) / 90) ** 0.8, 0.35)
        rest = rng.uniform(*pauses) * np.exp(rng.normal(0, 0.3, len(turns)))
        starts = np.cumsum(self._lengths + rest) - self._lengths - rest
        self._starts = starts + rng.uniform(0, 0.2)
        each = rng.uniform(38, 75)
        self._steps = np.maximum(np.ceil(np.abs(turns) / each), 1)
        self._wide = body.height * rng.uniform(0.045, 0.075)
        self._high = body.leg * rng.uniform(0.015, 0.1)
        self._out, self._shift = rng.uniform(2, 14), rng.uniform(0.2, 0.6)
        self._lead = rng.uniform(0, 25)

    def _local(self, times: Array) -> tuple[npt.NDArray[np.intp], Array]:
        """Number (T,) of the present turn, and the share (T,) of it that is done, 0 to 1."""
        number = np.searchsorted(self._starts, times, side="right") - 1
        number = np.clip(number, 0, len(self._starts) - 1)
        share = np.clip((times - self._starts[number]) / self._lengths[number], 0, 1)
        return number, share

    def turning(self, times: Array) -> npt.NDArray[np.bool_]:
        """(T,) True while the person turns."""
        _, share = self._local(times)
        flags: npt.NDArray[np.bool_] = (share > 0) & (share < 1)
        return flags

    def __call__(self, times: Array) -> Channels:
        """Compute the pose at times (T,)."""
        pose = self._stand.base(times)
        number, share = self._local(times)
        way = self.turns[number + 1] - self.turns[number]
        angle = self.turns[number] + way * (0.5 * share + 0.5 * ease(share))
        ahead = np.sign(way) * np.sin(np.pi * share) ** 2
        pose["turn_left"] += self._lead * ahead
        pose["twist_left"] += 0.4 * self._lead * ahead
        feet = {side: self._foot(side, number, share) for side in SIDES}
        lifted = np.asarray(feet["left"].height) - np.asarray(feet["right"].height)
        x, y = pose["forward"].copy(), pose["sideways"].copy()
        y -= self._shift * self._wide * lifted / self._high
        turned = np.radians(angle)
        pose["forward"] = x * np.cos(turned) - y * np.sin(turned)
        pose["sideways"] = x * np.sin(turned) + y * np.cos(turned)
        pose["yaw"] += angle
        return plant_feet(self._body, pose, feet, 0.01 * self._body.leg)

    def _foot(self, side: str, number: npt.NDArray[np.intp], share: Array) -> Foot:
        """One foot; the feet step in turn, that on the inner side first, and one step closes."""
        way, steps = self.turns[number + 1] - self.turns[number], self._steps[number]
        late = np.where((way > 0) == (side == "left"), 0.0, 1.0)
        mine = share * (steps + 1) - late  # steps of both feet since the first of this foot
        done = np.maximum(np.floor(mine / 2), 0)
        move = np.clip(mine - 2 * done, 0, 1)
        before = np.clip(2 * done + late - 1, 0, steps)
        reached = np.minimum(2 * done + late + 1, steps)
        angle = self.turns[number] + way * (before + (reached - before) * ease(move)) / steps
        moving = (move > 0) & (reached > before)
        turned, out = np.radians(angle), OUTWARD[side]
        return Foot(
            x=-np.sin(turned) * out * self._wide,
            y=np.cos(turned) * out * self._wide,
            height=np.where(moving, self._high * np.sin(np.pi * move) ** 2, 0.0),
            toes=angle + out * self._out,
        )


def turning_round(body: Body, rng: Rng) -> Motion:
    """Turn by a quarter to a whole circle, pause, and turn on or back."""
    size = float(rng.choice([90.0, 180.0, 270.0, 360.0], p=[0.2, 0.45, 0.1, 0.25]))
    way = float(rng.choice([-1.0, 1.0]))
    kind = str(rng.choice(["on", "back", "mixed"], p=[0.5, 0.3, 0.2]))
    signs = {
        "on": np.ones(_TURNS),
        "back": np.tile([1.0, -1.0], _TURNS // 2),
        "mixed": rng.choice([-1.0, 1.0], _TURNS),
    }[kind]
    turns = way * signs * size * rng.uniform(0.85, 1.1, _TURNS)
    turner = Turner(body, rng, turns=turns, seconds=(0.5, 1.3), pauses=(0.3, 1.6))

    def motion(times: Array) -> Channels:
        pose = turner(times)
        pose["phase"] = np.where(turner.turning(times), 0.0, 1.0)
        return pose

    return motion
