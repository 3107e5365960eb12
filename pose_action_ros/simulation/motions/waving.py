"""Waving with one hand or both, from the elbow or with the whole arm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Channels, Rng
from pose_action_ros.simulation.motions.gesturing import between, chosen
from pose_action_ros.simulation.reach import aim
from pose_action_ros.simulation.standing import Motion, Standing
from pose_action_ros.simulation.timing import Beat, Strokes, Wander, ease

Arm = dict[str, Array]


_KINDS = {
    "high": 26,
    "wide": 20,
    "hand": 7,
    "front": 14,
    "low": 2,
    "whole": 9,
    "shoulder": 14,
    "beside": 12,
}
_RANGES: Mapping[str, tuple[tuple[float, float], tuple[float, float], float]] = {
    # upper arm from hanging, its plane (0 sideways, 90 forward) [degrees], size of the swing
    "high": ((32, 110), (-5, 60), 1.0),
    "hand": ((40, 100), (0, 55), 0.15),  # the forearm hardly moves
    "front": ((40, 105), (50, 90), 1.0),
    "wide": ((88, 150), (-5, 60), 1.2),  # arm and forearm swing together
    "low": ((8, 35), (10, 90), 1.0),
    "whole": ((110, 165), (-5, 75), 0.7),
    "shoulder": ((12, 45), (0, 80), 0.35),  # a small wave at shoulder height
    "beside": ((4, 32), (0, 60), 0.8),  # elbow at the side
}


class Wave:
    """Waving of one arm with a swing from -1 to 1."""

    def __init__(self, rng: Rng) -> None:
        kind = chosen(rng, _KINDS)
        self._kind = kind
        (low, high), (back, ahead), size = _RANGES[kind]
        self._raise = rng.uniform(low, high)
        self._plane = rng.uniform(back, ahead)
        self._size = rng.uniform(15, 45) * size
        loose = kind in ("hand", "shoulder")
        self._tilt = rng.uniform(-5 if loose else -12, 35)  # of the forearm, outwards
        folded = self._raise < 70  # a folded elbow needs the forearm ahead
        self._ahead = rng.uniform(0.25, 0.7) if folded else rng.uniform(0.0, 0.6)
        self._sway = rng.uniform(5, 18) if kind == "wide" else 4.0  # of the upper arm
        self._floppy = rng.uniform(18, 30) if loose else rng.uniform(0, 22)
        self._steep = rng.uniform(0.35, 1.3)  # of a low forearm, upwards
        self._palm = rng.normal(60, 15)
        self._cocked = rng.uniform(10, 65) if kind == "low" else rng.normal(10, 8)
        self._drift = [Wander(rng, 0.1, 0.5) for _ in range(2)]

    def __call__(self, times: Array, swing: Array) -> Arm:
        """Arm channels at times (T,) for a swing (T,)."""
        lift = self._raise + 3 * self._drift[0](times)
        tilt = np.radians(self._tilt + 3 * self._drift[1](times) + self._size * swing)
        if self._kind == "whole":
            return self._whole(lift, swing)
        upper = _direction(lift + self._sway * swing, np.full_like(times, self._plane))
        if self._kind == "low":
            forearm = np.stack(
                [np.cos(tilt), np.sin(tilt), np.full_like(tilt, self._steep)], axis=-1
            )
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


def _waving(body: Body, rng: Rng, sides: tuple[str, ...], ground: Motion | None) -> Motion:
    ground = ground or Standing(body, rng)
    wave = Wave(rng)
    waves = {side: wave if rng.random() < 0.75 else Wave(rng) for side in sides}
    beat = Beat(rng, rate=between(rng, 0.7, 3.2))
    together = bool(rng.random() < 0.7)  # both hands outwards at the same time, or parallel
    size = Wander(rng, 0.1, 0.4)
    delay, rise = rng.uniform(0, 0.25), between(rng, 0.18, 0.8)
    onset = rise * (1.0 if rng.random() < 0.5 else 0.1)  # the arm may rise while it waves
    bouts = Strokes(
        rng,
        rise=rise,
        hold=between(rng, 0.35, 3.5) if rng.random() < 0.6 else 30.0,
        fall=rng.uniform(0.2, 0.8),
        rest=rng.uniform(0.1, 0.6),
    )
    lean, arc = rng.normal(0, 3, 2), rng.uniform(-8, 30)

    def motion(times: Array) -> Channels:
        pose = ground(times)
        up = bouts(times - delay)
        pose["phase"] = bouts.phase(times - delay)
        between = 4 * up * (1 - up)
        swing = np.sin(2 * np.pi * beat(times)) * (1 + 0.15 * size(times)) * ease(times / onset)
        for side in sides:
            sign = 1.0 if together or side == "left" else -1.0
            arm = waves[side](times, sign * swing)
            pose.toward(arm, up, side)
            pose[f"{side}_abduct"] += arc * between
            raised = np.hypot(arm["flex"], arm["abduct"])
            pose[f"{side}_shrug"] += up * np.clip(0.16 * (raised - 30), 0, 22)
        pose["bend_left"] += up * lean[0]
        pose["twist_left"] += up * (lean[1] + 0.8 * swing)
        return pose

    return motion


def waving_left(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Wave with the left hand."""
    return _waving(body, rng, ("left",), ground)


def waving_right(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Wave with the right hand."""
    return _waving(body, rng, ("right",), ground)


def waving_both(body: Body, rng: Rng, ground: Motion | None = None) -> Motion:
    """Wave with both hands."""
    return _waving(body, rng, SIDES, ground)
