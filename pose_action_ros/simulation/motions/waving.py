"""Waving with one hand or both, from the elbow or with the whole arm."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.reach import aim
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, ease

Arm = dict[str, Array]


class Wave:
    """Waving of one arm with a swing from -1 to 1."""

    def __init__(self, rng: Rng) -> None:
        kind = str(
            rng.choice(["high", "hand", "front", "low", "whole"], p=[0.46, 0.12, 0.18, 0.08, 0.16])
        )
        self._kind = kind
        self._raise = {  # angle of the upper arm from hanging [degrees]
            "high": rng.uniform(32, 110),
            "hand": rng.uniform(40, 100),  # the forearm hardly moves
            "front": rng.uniform(40, 105),
            "low": rng.uniform(8, 35),
            "whole": rng.uniform(110, 165),
        }[kind]
        self._plane = {  # 0 sideways, 90 forward
            "high": rng.uniform(-5, 60),
            "hand": rng.uniform(0, 55),
            "front": rng.uniform(50, 90),
            "low": rng.uniform(10, 90),
            "whole": rng.uniform(-5, 75),
        }[kind]
        self._size = rng.uniform(15, 45) * {"whole": 0.7, "hand": 0.15}.get(kind, 1.0)
        self._tilt = rng.uniform(-5 if kind == "hand" else -12, 35)  # of the forearm, outwards
        low = self._raise < 70  # a folded elbow needs the forearm ahead
        self._ahead = rng.uniform(0.3, 0.7) if low else rng.uniform(0.0, 0.6)
        self._floppy = rng.uniform(18, 30) if kind == "hand" else rng.uniform(0, 22)
        self._palm = rng.normal(60, 15)
        self._cocked = rng.uniform(30, 65) if kind == "low" else rng.normal(10, 8)
        self._drift = [Wander(rng, 0.1, 0.5) for _ in range(2)]

    def __call__(self, times: Array, swing: Array) -> Arm:
        """Arm channels at times (T,) for a swing (T,)."""
        lift = self._raise + 3 * self._drift[0](times)
        tilt = np.radians(self._tilt + 3 * self._drift[1](times) + self._size * swing)
        if self._kind == "whole":
            return self._whole(lift, swing)
        upper = _direction(lift + 4 * swing, np.full_like(times, self._plane))
        if self._kind == "low":
            forearm = np.stack([np.cos(tilt), np.sin(tilt), np.full_like(tilt, 0.3)], axis=-1)
        else:
            ahead = np.full_like(tilt, self._ahead)
            forearm = np.stack([ahead, np.sin(tilt), np.cos(tilt)], axis=-1)
        return self._with_hand(aim(upper, forearm), swing)

    def _whole(self, lift: Array, swing: Array) -> Arm:
        plane = np.radians(self._plane)
        swung = lift + 0.8 * self._size * swing
        arm = {
            "flex": swung * np.sin(plane),
            "abduct": swung * np.cos(plane),
            "rotate_in": np.full_like(lift, -60.0 * np.cos(plane)),
            "elbow": 12 + abs(self._tilt) - 8 * swing,
        }
        return self._with_hand(arm, swing)

    def _with_hand(self, arm: Arm, swing: Array) -> Arm:
        still = np.zeros_like(swing)
        return {
            **arm,
            "pronate": still + self._palm,
            "wrist_side": -self._floppy * swing,
            "wrist_flex": still - self._cocked,
            "curl": still + 0.05,
        }


def _direction(lift: Array, plane: Array) -> Array:
    """(T, 3) direction of an arm raised [degrees] in a plane (0 sideways, 90 forward [degrees])."""
    up, around = np.radians(lift), np.radians(plane)
    return np.stack(
        [np.sin(up) * np.sin(around), np.sin(up) * np.cos(around), -np.cos(up)], axis=-1
    )


def _waving(body: Body, rng: Rng, sides: tuple[str, ...]) -> Motion:
    stand = Standing(body, rng)
    wave = Wave(rng)
    waves = {side: wave if rng.random() < 0.75 else Wave(rng) for side in sides}
    beat = Beat(rng, rate=rng.uniform(0.8, 2.8))
    together = bool(rng.random() < 0.7)  # both hands outwards at the same time, or parallel
    size = Wander(rng, 0.1, 0.4)
    delay, rise = rng.uniform(0, 0.25), rng.uniform(0.35, 0.8)
    bouts = Strokes(
        rng,
        rise=rise,
        hold=rng.uniform(1.5, 3.5) if rng.random() < 0.35 else 30.0,
        fall=rng.uniform(0.4, 0.8),
        rest=rng.uniform(0.1, 0.5),
    )
    lean, arc = rng.normal(0, 3, 2), rng.uniform(-8, 30)

    def motion(times: Array) -> Channels:
        pose = stand.base(times)
        up = bouts(times - delay)
        pose["phase"] = bouts.phase(times - delay)
        between = 4 * up * (1 - up)
        swing = np.sin(2 * np.pi * beat(times)) * (1 + 0.15 * size(times)) * ease(times / rise)
        for side in sides:
            sign = 1.0 if together or side == "left" else -1.0
            arm = waves[side](times, sign * swing)
            pose.toward(arm, up, side)
            pose[f"{side}_abduct"] += arc * between
            raised = np.hypot(arm["flex"], arm["abduct"])
            pose[f"{side}_shrug"] += up * np.clip(0.16 * (raised - 30), 0, 22)
        pose["bend_left"] += up * lean[0]
        pose["twist_left"] += up * (lean[1] + 0.8 * swing)
        return stand.settle(pose)

    return motion


def waving_left(body: Body, rng: Rng) -> Motion:
    """Wave with the left hand."""
    return _waving(body, rng, ("left",))


def waving_right(body: Body, rng: Rng) -> Motion:
    """Wave with the right hand."""
    return _waving(body, rng, ("right",))


def waving_both(body: Body, rng: Rng) -> Motion:
    """Wave with both hands."""
    return _waving(body, rng, SIDES)
