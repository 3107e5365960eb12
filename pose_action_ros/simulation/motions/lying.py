"""Lying on back, side and front, on the floor or a bed, stretched, curled up or propped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.contact import LYING, TRUNK
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD, about_y, about_z
from pose_action_ros.simulation.motions.beds import bed_of, raised
from pose_action_ros.simulation.motions.resting import Setting
from pose_action_ros.simulation.poser import Poser, drawn_resting

_STRETCHED = -55.0
_HEAD = np.array([-1.0, 0.0, 0.0])
"""Direction of the head of lying people in the world."""


def lying_axes(turn: float, rise: float = 0.0) -> Array:
    """(3, 3) axes of a pelvis of a lying person, the head towards -x.

    Args:
        turn: 0 on the back, 90 on the left side, 180 on the front [degrees].
        rise: of the spine towards the head [degrees].
    """
    axes: Array = about_y(-90 + rise) @ about_z(turn)
    return axes


def _lying(
    usual: Callable[[Body, Rng], KeyPose], propped: Callable[[Body, Rng], KeyPose] | None = None
) -> Callable[[Body, Rng], Setting]:
    """Function that draws a setting on the floor or a bed, at times with the trunk propped up."""

    def setting(body: Body, rng: Rng) -> Setting:
        draw = propped if propped and rng.random() < 0.25 else usual
        if rng.random() < 0.5:
            return Setting(lambda: draw(body, rng), parts=LYING)
        top = rng.uniform(0.4, 0.65)
        bed = bed_of(body, top, rng.uniform(0.9, 1.6), rng)
        return Setting(lambda: raised(draw(body, rng), top), [bed], parts=LYING)

    return setting


def at_rest(draw: Callable[[Body, Rng], KeyPose], body: Body, rng: Rng) -> KeyPose:
    """Draw a pose of a way of lying in which the trunk rests on the floor."""
    return drawn_resting(body, partial(draw, body, rng), LYING)


def on_back(body: Body, rng: Rng) -> KeyPose:
    """A pose on the back: legs stretched, raised or to the side; arms anywhere."""
    poser = Poser(
        body,
        [0, 0, 0],
        lying_axes(rng.normal(0, 6), rng.normal(0, 1.5)),
        bend_left=rng.normal(0, 6),
        bend_forward=abs(rng.normal(0, 4)),
        twist_left=rng.normal(0, 6),
        nod=rng.uniform(-8, 28),
        turn_left=rng.normal(0, 28),
        tilt_left=rng.normal(0, 8),
    )
    poser.rest(*TRUNK)
    kinds = rng.choice(list(_BACK_LEGS), 2, p=[0.55, 0.3, 0.15])
    if rng.random() < 0.6:
        kinds[1] = kinds[0]
    for side, kind in zip(SIDES, kinds, strict=True):
        _BACK_LEGS[str(kind)](poser, rng, side)
    ways = rng.choice(len(_BACK_ARMS), 2)
    if rng.random() < 0.5:
        ways[1] = ways[0]
    for side, way in zip(SIDES, ways, strict=True):
        _BACK_ARMS[way](poser, rng, side)
    return poser.settle()


def _leg_down(poser: Poser, rng: Rng, side: str) -> None:
    body, out = poser.body, OUTWARD[side]
    ankle = [0.985 * body.leg, out * abs(rng.normal(0.1, 0.09)), 0.26 * body.foot]
    poser.foot(side, ankle, [0, out * rng.uniform(0, 0.9), 1], angle=rng.uniform(-45, -10))


def _leg_raised(poser: Poser, rng: Rng, side: str) -> None:
    body, out = poser.body, OUTWARD[side]
    ankle = [rng.uniform(0.35, 0.75) * body.leg, out * rng.uniform(0.04, 0.2), body.foot_height]
    poser.foot(side, ankle, [0, out * rng.uniform(-0.3, 0.5), 1])


def _leg_aside(poser: Poser, rng: Rng, side: str) -> None:
    body, out = poser.body, OUTWARD[side]
    ankle = [rng.uniform(0.5, 0.8) * body.leg, out * rng.uniform(-0.05, 0.15), 0.06]
    poser.foot(side, ankle, [0, out, rng.uniform(0.25, 0.6)], angle=-25)


_BACK_LEGS = {"down": _leg_down, "raised": _leg_raised, "aside": _leg_aside}


def _arm_on_ground(poser: Poser, rng: Rng, side: str, low: float = 5, high: float = 170) -> None:
    """Lay an arm on the ground, from the feet (0) over the side (90) to the head (180 degrees)."""
    out = OUTWARD[side]
    angle = np.radians(rng.uniform(low, high))
    reach = poser.body.arm * rng.uniform(0.75, 0.98)
    wrist = poser.place(f"{side}_shoulder") + reach * np.array(
        [np.cos(angle), out * np.sin(angle), 0]
    )
    wrist[2] = 0.05
    poser.hand(
        side,
        wrist,
        [-np.sin(angle) * rng.choice([-0.4, 0.6]), out * (0.4 + np.cos(angle) ** 2), -0.3],
        pronate=rng.uniform(-60, 80),
        curl=rng.uniform(0.1, 0.6),
    )


def _arm_on_belly(poser: Poser, rng: Rng, side: str) -> None:
    middle = poser.body.half_shoulders / poser.body.arm
    place = [
        rng.uniform(0.28, 0.36),
        -middle * rng.uniform(0.4, 1.1),
        -rng.uniform(0.3, 0.85) * poser.body.trunk / poser.body.arm,
    ]
    poser.hand_at(side, place, [-0.6, 1.0, -0.4], pronate=rng.uniform(20, 60), curl=0.3)


def _arm_above_face(poser: Poser, rng: Rng, side: str) -> None:
    """Hold something above the face or the chest."""
    middle = poser.body.half_shoulders / poser.body.arm
    place = [rng.uniform(0.45, 0.75), -middle * rng.uniform(0.2, 0.9), rng.uniform(-0.2, 0.35)]
    poser.hand_at(side, place, [-0.3, 0.8, -0.7], curl=0.5)


def _arm_under_head(poser: Poser, rng: Rng, side: str) -> None:
    middle = poser.body.half_shoulders / poser.body.arm
    place = [-0.05, -middle * rng.uniform(0.5, 0.9), rng.uniform(0.32, 0.45)]
    poser.hand_at(side, place, [0.1, 1.0, 0.4], pronate=0, curl=0.2)


_BACK_ARMS = (_arm_on_ground, _arm_on_ground, _arm_on_belly, _arm_above_face, _arm_under_head)


def on_side(body: Body, rng: Rng) -> KeyPose:
    """A pose on the left side, from stretched to curled up."""
    curl = rng.uniform(0, 1)
    poser = Poser(
        body,
        [0, 0, 0],
        lying_axes(90 + rng.normal(0, 14), rng.uniform(2, 6)),
        bend_forward=curl * rng.uniform(10, 50),
        twist_left=rng.normal(0, 10),
        nod=rng.normal(5, 10) + 15 * curl,
        turn_left=rng.normal(0, 10),
        tilt_left=rng.uniform(0, 25),
    )
    poser.rest(*TRUNK, "left_shoulder", "left_hip")
    flex, knee = 105 * curl + rng.normal(0, 10), 15 + 105 * curl + rng.normal(0, 15)
    poser.bend_leg("left", max(flex, 0), np.clip(knee, 3, 140), aside=rng.uniform(-2, 4))
    further = rng.uniform(-10, 45)
    poser.bend_leg(
        "right",
        np.clip(flex + further, 0, 120),
        np.clip(knee + further, 5, 140),
        aside=-rng.uniform(2, 8) - max(further, 0) * 0.3,
    )
    _side_arms(poser, rng)
    return poser.settle()


def _side_arms(poser: Poser, rng: Rng) -> None:
    """Lay the lower arm ahead or under the head, the upper one ahead, on the side or behind."""
    body, ahead = poser.body, poser.key.pelvis[:, 0] * [1.0, 1.0, 0.0]
    low = poser.place("left_shoulder")
    share = rng.uniform(0, 1)  # from ahead to under the head
    wrist = low + body.arm * (0.75 * (1 - 0.6 * share) * ahead + 0.5 * share * _HEAD)
    wrist[2] = 0.05
    pole = ahead - (0.6 - share) * _HEAD + [0, 0, -0.1]
    poser.hand("left", wrist, pole, pronate=rng.uniform(-40, 60), curl=0.3)
    high = poser.place("right_shoulder")
    if rng.random() < 0.45:
        wrist = high + body.arm * rng.uniform(0.75, 0.95) * (-_HEAD + rng.normal(0, 0.12) * ahead)
        wrist[2] = poser.place("right_hip")[2] + rng.uniform(0.02, 0.1)
        poser.hand("right", wrist, [0, 0, 1], pronate=rng.uniform(0, 60), curl=0.3)
        return
    wrist = high + body.arm * (rng.uniform(0.45, 0.7) * ahead + rng.uniform(-0.3, 0.3) * _HEAD)
    wrist[2] = rng.uniform(0.05, 0.15)
    poser.hand("right", wrist, ahead * 0.5 - _HEAD + [0, 0, 0.6], pronate=40, curl=0.3)


def on_front(body: Body, rng: Rng) -> KeyPose:
    """A pose on the front, the head turned aside."""
    poser = Poser(
        body,
        [0, 0, 0],
        lying_axes(180 + rng.normal(0, 5)),
        bend_left=rng.normal(0, 7),
        twist_left=rng.normal(0, 5),
        nod=rng.uniform(-22, -8),
        turn_left=rng.choice([-1, 1]) * rng.uniform(30, 78),
        tilt_left=rng.normal(0, 6),
    )
    poser.rest(*TRUNK)
    _front_legs(poser, rng)
    for side in SIDES:
        _arm_beside_head(poser, rng, side) if rng.random() < 0.65 else _arm_on_ground(
            poser, rng, side, 3, 60
        )
    return poser.settle()


def _front_legs(poser: Poser, rng: Rng) -> None:
    body = poser.body
    bent = rng.random() < 0.35
    chosen = SIDES[rng.integers(2)]
    for side in SIDES:
        out = -OUTWARD[side]  # the left is at -y
        ankle = [0.99 * body.leg, out * abs(rng.normal(0.1, 0.07)), 0.06]
        poser.foot(side, ankle, [0, out * rng.uniform(0, 0.6), -1], angle=_STRETCHED)
        if bent and side == chosen and rng.random() < 0.5:
            poser.bend_leg(side, 0, rng.uniform(30, 110), angle=-30)
        elif bent and side == chosen:
            ankle = [rng.uniform(0.55, 0.8) * body.leg, out * rng.uniform(0.15, 0.4), 0.06]
            poser.foot(side, ankle, [-0.5, out, 0.05], angle=-40)


def _arm_beside_head(poser: Poser, rng: Rng, side: str) -> None:
    """Lay the forearm beside or under the head, the elbow out."""
    out, arm = -OUTWARD[side], poser.body.arm
    way = np.array([-rng.uniform(0.25, 0.85), out * rng.uniform(-0.1, 0.5), 0.0])
    wrist = poser.place(f"{side}_shoulder") + arm * way
    wrist[2] = 0.05
    poser.hand(side, wrist, [0.3, out, -0.1], pronate=rng.uniform(30, 90), curl=0.2)


def _propped_on_side(body: Body, rng: Rng) -> KeyPose:
    """On the left side, the trunk raised on the elbow."""
    rise = rng.uniform(8, 15)
    poser = Poser(
        body,
        [0, 0, 0],
        lying_axes(90 + rng.normal(0, 10), rise),
        bend_left=-rng.uniform(26, 42),
        bend_forward=rng.uniform(0, 20),
        nod=rng.normal(0, 10),
        turn_left=rng.normal(0, 20),
        tilt_left=-rng.uniform(0, 25),
    )
    poser.rest(*TRUNK, "left_hip")
    flex, knee = rng.uniform(0, 60), rng.uniform(5, 90)
    # The legs are level although the pelvis is not.
    level = rise * np.cos(np.radians(flex))
    poser.bend_leg("left", flex, knee, aside=-level - rng.uniform(0, 2))
    poser.bend_leg("right", flex + rng.uniform(0, 25), knee + rng.uniform(0, 20), aside=0.6 * level)
    _side_arms(poser, rng)
    ahead = poser.key.pelvis[:, 0] * [1.0, 1.0, 0.0]
    shoulder = poser.place("left_shoulder")
    wrist = shoulder + body.forearm * 0.95 * ahead
    wrist[2] = 0.05
    poser.hand("left", wrist, -0.4 * ahead + [0, 0, -1], pronate=60, curl=0.2)
    return poser.settle()


def _propped_on_front(body: Body, rng: Rng) -> KeyPose:
    """On the front, the chest raised on both elbows."""
    poser = Poser(
        body,
        [0, 0, 0],
        lying_axes(180, rng.uniform(4, 9)),
        bend_forward=-rng.uniform(22, 36),
        nod=rng.uniform(-20, 25),
        turn_left=rng.normal(0, 20),
    )
    poser.rest(*TRUNK)
    _front_legs(poser, rng)
    for side in SIDES:
        out = -OUTWARD[side]
        wrist = poser.place(f"{side}_shoulder") + body.forearm * np.array(
            [-rng.uniform(0.7, 0.95), -out * rng.uniform(0, 0.4), 0]
        )
        wrist[2] = 0.04
        poser.hand(side, wrist, [0.5, 0.2 * out, -1], pronate=60, curl=0.2)
    return poser.settle()


LYING_WAYS: Final[Mapping[str, Callable[[Body, Rng], Setting]]] = {
    "lying_back": _lying(on_back),
    "lying_side": _lying(on_side, _propped_on_side),
    "lying_front": _lying(on_front, _propped_on_front),
}
"""Label of a posture to a function that draws its setting."""
