"""What postures share: their setting, a standing pose, and arms on thighs, in the lap or folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Array, Rng
from pose_action_ros.simulation.furniture import Box
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD, about_x, about_y
from pose_action_ros.simulation.poser import Poser, drawn_resting


@dataclass(frozen=True, eq=False)
class Setting:
    """Where a posture is taken.

    Attributes:
        draw: function that draws a key pose of the posture there.
        furniture: the boxes there.
        seat: height of the seat [m].
        parts: parts of the trunk (see contact) that rest on the floor or the bed; none if the
            person stands, kneels or sits on furniture.
    """

    draw: Callable[[], KeyPose]
    furniture: Sequence[Box] = field(default=())
    seat: float = 0.0
    parts: Sequence[str] = ()

    def resting(self, body: Body) -> KeyPose:
        """Draw a key pose in which one of the parts rests on the floor or the bed."""
        return drawn_resting(body, self.draw, self.parts) if self.parts else self.draw()


def mirrored(keys: Sequence[KeyPose], boxes: Sequence[Box]) -> tuple[list[KeyPose], list[Box]]:
    """Swap left and right of key poses and boxes."""
    return [key.mirrored() for key in keys], [box.mirrored() for box in boxes]


def flipped(
    keys: Sequence[KeyPose], boxes: Sequence[Box], rng: Rng
) -> tuple[list[KeyPose], list[Box]]:
    """Swap left and right of key poses and boxes in half of the cases."""
    return (list(keys), list(boxes)) if rng.random() < 0.5 else mirrored(keys, boxes)


def tilted(pitch: float, roll: float = 0.0) -> Array:
    """(3, 3) axes of a pelvis that faces x, tilted forward and to the right [degrees]."""
    axes: Array = about_y(pitch) @ about_x(-roll)
    return axes


def level_head(pitch: float, bend: float, rng: Rng) -> float:
    """Draw a nod [degrees] that makes up for most of the trunk's inclination."""
    return float(-(pitch + bend) * rng.uniform(0.4, 1.0) + rng.normal(5, 10))


def standing_key(body: Body, rng: Rng, x: float = 0.0) -> KeyPose:
    """A standing person with hanging arms, the ankles at x [m]."""
    height = body.foot_height + 0.992 * body.leg
    poser = Poser(
        body, [x + rng.normal(0, 0.01), 0, height], tilted(rng.normal(2, 2)), nod=rng.normal(0, 8)
    )
    wide = rng.uniform(0.04, 0.09) * body.height
    for side, out in OUTWARD.items():
        poser.foot(side, [x + rng.normal(0, 0.03), out * wide, body.foot_height], [1, 0.2 * out, 0])
    hanging(poser, rng)
    return poser.key


def hanging(poser: Poser, rng: Rng) -> None:
    """Let both arms hang down at the sides, also of an inclined trunk."""
    for side, out in OUTWARD.items():
        reach = poser.body.arm * rng.uniform(0.93, 0.99)
        away = np.array([rng.normal(0.02, 0.05), out * rng.uniform(0.08, 0.2), -1.0])
        wrist = poser.place(f"{side}_shoulder") + reach * away / np.linalg.norm(away)
        poser.hand(side, wrist, [-1, 0.4 * out, 0], curl=rng.uniform(0.2, 0.5))


def on_thighs(poser: Poser, rng: Rng) -> None:
    """Put the hands on the thighs or the knees; the legs are set before."""
    share = rng.uniform(0.35, 1.0)
    high = 0.16 * poser.body.thigh_girth + 0.02
    ends = poser.now("left_hip", "left_knee", "right_hip", "right_knee")
    for (side, out), hip, knee in zip(OUTWARD.items(), ends[::2], ends[1::2], strict=True):
        place = hip + np.clip(share + rng.normal(0, 0.05), 0.2, 1) * (knee - hip)
        place += np.array([-0.06, out * rng.uniform(-0.05, 0.03), high * (1.2 - 0.4 * share)])
        poser.hand(side, place, [-0.8, out * 0.8, -0.2], pronate=rng.uniform(40, 80), curl=0.2)


def in_lap(poser: Poser, rng: Rng) -> None:
    """Hold the hands together in the lap or before the belly."""
    middle = poser.body.half_shoulders / poser.body.arm
    place = [
        rng.uniform(0.34, 0.5),
        -middle * rng.uniform(0.75, 0.98),
        -rng.uniform(0.55, 0.8) * poser.body.trunk / poser.body.arm,
    ]
    for side in SIDES:
        poser.hand_at(
            side, place, [-0.6, 1.0, -0.5], pronate=rng.uniform(10, 60), curl=rng.uniform(0.2, 0.6)
        )


def folded(poser: Poser, rng: Rng) -> None:
    """Fold the arms before the chest."""
    middle = poser.body.half_shoulders / poser.body.arm
    front = float(rng.choice([-1.0, 1.0]))
    for side, out in OUTWARD.items():
        ahead = 0.42 + 0.06 * front * out
        place = [ahead, -1.35 * middle, -0.42 + 0.05 * front * out]
        poser.hand_at(side, place, [0.2, 0.7, -1.0], pronate=rng.uniform(20, 60), curl=0.4)


def with_phone(poser: Poser, rng: Rng) -> None:
    """Hold a phone or a book before the chest or the face, with one hand or both."""
    middle = poser.body.half_shoulders / poser.body.arm
    place = np.array(
        [rng.uniform(0.4, 0.6), -middle * rng.uniform(0.3, 0.9), rng.uniform(-0.4, 0.1)]
    )
    both = rng.random() < 0.55
    holder = SIDES[rng.integers(2)]
    for side in SIDES:
        if both or side == holder:
            poser.hand_at(side, place, [-0.1, 0.6, -1.0], pronate=rng.uniform(-60, 10), curl=0.6)


def at_face(poser: Poser, rng: Rng) -> None:
    """Put one hand to the chin, the cheek or the head."""
    middle = poser.body.half_shoulders / poser.body.arm
    side = SIDES[rng.integers(2)]
    place = [rng.uniform(0.15, 0.3), -middle * rng.uniform(0.5, 0.8), rng.uniform(0.12, 0.42)]
    poser.hand_at(side, place, [0.5, 0.4, -1.0], pronate=rng.normal(0, 30), curl=0.5)


def on_floor(poser: Poser, rng: Rng, ahead: float, aside: float, height: float = 0.0) -> None:
    """Rest both palms at the height of a floor or table, ahead of and beside the pelvis [m]."""
    for side, out in OUTWARD.items():
        x, y = poser.key.root[:2] + rng.normal(0, 0.04, 2)
        wrist = [x + ahead, y + out * aside, height + 0.3 * poser.body.hand]
        along = [np.sign(ahead) if abs(ahead) > 0.15 else 0.3, 0.5 * out, 0.0]
        poser.palm(side, wrist, [-0.5, out, -0.2 if ahead > 0 else 0.3], along)


FREE: Final = (in_lap, folded, with_phone, at_face)
"""Arms that rest on the own body or nowhere."""


def rest_arms(
    poser: Poser, rng: Rng, ways: Sequence[Callable[[Poser, Rng], None]], free: float = 0.4
) -> None:
    """Set the arms in one of the ways, or with a probability `free` in one of FREE.

    At times one arm reaches somewhere else.
    """
    on_thighs(poser, rng)
    chosen = FREE if rng.random() < free else ways
    chosen[int(rng.integers(len(chosen)))](poser, rng)
    if rng.random() < 0.2:
        side = SIDES[rng.integers(2)]
        place = [rng.uniform(0.3, 0.9), rng.uniform(-0.3, 0.5), rng.uniform(-0.5, 0.5)]
        poser.hand_at(side, place, [-0.3, 0.8, -0.8], curl=rng.uniform(0, 0.8))
