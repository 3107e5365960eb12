"""Everyday movements to, on and from the floor, without a label of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import SIDES, Rng
from pose_action_ros.simulation.contact import LYING, SEAT
from pose_action_ros.simulation.course import Step, course, visits
from pose_action_ros.simulation.key_poses import KeyPose
from pose_action_ros.simulation.kinematics import OUTWARD
from pose_action_ros.simulation.motions.low import (
    STRETCHED,
    inclined,
    on_all_fours,
    on_both_knees,
    squatting,
)
from pose_action_ros.simulation.motions.lying import at_rest, lying_axes, on_back, on_front, on_side
from pose_action_ros.simulation.motions.resting import flipped, on_thighs, tilted
from pose_action_ros.simulation.motions.rising import knee_pose, standing_over
from pose_action_ros.simulation.motions.sitting import sitting_on_floor
from pose_action_ros.simulation.performance import Performance
from pose_action_ros.simulation.poser import Poser


def _lying(body: Body, rng: Rng) -> KeyPose:
    make = (on_back, on_side, on_front)[rng.choice(3, p=[0.55, 0.3, 0.15])]
    return at_rest(make, body, rng)


def _seated(body: Body, rng: Rng) -> KeyPose:
    return sitting_on_floor(body, rng).resting(body)


def _lowered(body: Body, rng: Rng) -> list[KeyPose]:
    """From standing towards the floor: over a squat, one knee, or hands and knees."""
    ways = (
        lambda: [squatting(body, rng).draw()],
        lambda: [knee_pose(body, rng)],
        lambda: [knee_pose(body, rng), on_all_fours(body, rng)],
    )
    return ways[rng.choice(3, p=[0.35, 0.35, 0.3])]()


def lying_down(body: Body, rng: Rng) -> Performance:
    """Lie down on the floor on purpose, slowly, over sitting or hands and knees."""
    keys = _lowered(body, rng)
    if rng.random() < 0.75:
        keys.append(_seated(body, rng))
    return _settled("lying_down", body, rng, [*keys, _lying(body, rng)], "lying")


def sitting_down_on_floor(body: Body, rng: Rng) -> Performance:
    """Sit down on the floor and stay there."""
    keys = [*_lowered(body, rng), _seated(body, rng)]
    return _settled("sitting_down_on_floor", body, rng, keys, "sitting")


def _settled(label: str, body: Body, rng: Rng, keys: list[KeyPose], after: str) -> Performance:
    """Go from standing through key poses and stay in the last, the state `after`."""
    keys, _ = flipped([standing_over(body, rng, keys[0]), *keys], [], rng)
    pace = rng.uniform(1.1, 1.9)
    steps = [Step(keys[0], 0.0, rng.uniform(0.1, 0.6), phase=1.0)]
    for key in keys[1:]:
        pause = rng.uniform(0.05, 0.4) if rng.random() < 0.4 else 0.0
        steps.append(Step(key, pace * rng.uniform(0.7, 1.2), pause, turn=0.0))
    steps.append(Step(keys[-1], 0.1, 1.0, phase=2.0, turn=0.0))
    return Performance(label, body, course(body, steps, rng), (), "standing", after)


def getting_up_from_floor(body: Body, rng: Rng) -> Performance:
    """Get up from lying to standing; its last movement is standing up."""
    knee = knee_pose(body, rng)
    up = standing_over(body, rng, knee)
    between = [_seated(body, rng)] if rng.random() < 0.75 else []
    if rng.random() < 0.5 or not between:
        between.append(on_all_fours(body, rng))
    keys, _ = flipped([_lying(body, rng), *between, knee, up], [], rng)
    pace = rng.uniform(0.7, 1.3)
    steps = [Step(keys[0], 0.0, rng.uniform(0.0, 0.4))]
    steps += [Step(key, pace * rng.uniform(0.6, 1.0), turn=0.0) for key in keys[1:-1]]
    steps.append(Step(keys[-1], pace * rng.uniform(0.6, 1.0), phase=1.0, turn=0.0))
    steps.append(Step(keys[-1], 0.1, 1.0, phase=2.0, turn=0.0))
    motion = course(body, steps, rng)
    return Performance("getting_up_from_floor", body, motion, (), "standing_up", "standing")


def rolling(body: Body, rng: Rng) -> Performance:
    """Roll over the floor sideways, there and back."""
    way = rng.uniform(0.3, 0.42) * body.height / 1.7
    makers = (on_back, on_side, on_front)
    places = [(number, at_rest(makers[number], body, rng)) for number in (0, 1, 2, 1)]
    keys, _ = flipped([key.moved(0.0, way * number) for number, key in places], [], rng)
    return Performance("rolling", body, visits(body, keys, rng, (0.45, 0.9), (0.0, 0.3)))


def push_ups(body: Body, rng: Rng) -> Performance:
    """Push-ups, on the toes or the knees."""
    on_knees = rng.random() < 0.3
    width = rng.uniform(1.1, 1.9) * body.half_shoulders
    low = rng.uniform(0.25, 0.55)
    keys = [plank(body, rng, share, width, on_knees) for share in (0.97, low) * 3]
    pace = rng.uniform(0.5, 1.2)
    return Performance("push_ups", body, visits(body, keys, rng, (pace, 1.3 * pace), (0.02, 0.4)))


def plank(body: Body, rng: Rng, share: float, width: float, on_knees: bool = False) -> KeyPose:
    """A straight body on hands and toes or knees, the arms bent to a share of their length."""
    height = 0.3 * body.hand + share * body.arm
    toes = body.thigh if on_knees else body.leg + 0.1
    low = 0.07 if on_knees else 0.12
    rise = np.degrees(np.arcsin(np.clip((height - low) / (body.trunk + toes), -0.5, 0.5)))
    hips = low + toes * np.sin(np.radians(rise))
    sag = rng.normal(0, 3)
    poser = Poser(body, [0, 0, hips], tilted(90 - rise + sag), nod=-rng.uniform(0, 40))
    for side, out in OUTWARD.items():
        bend = 85.0 if on_knees else 3.0
        poser.bend_leg(side, sag, bend, aside=4, angle=STRETCHED if on_knees else 25.0)
        shoulder = poser.place(f"{side}_shoulder")
        place = [shoulder[0] + rng.normal(0, 0.02), out * width, 0.3 * body.hand]
        poser.palm(side, place, [-1, 0.8 * out, 0])
    return poser.settle()


def sit_ups(body: Body, rng: Rng) -> Performance:
    """Sit-ups with bent knees, the hands at the head, on the chest or ahead."""
    kind = str(rng.choice(["head", "chest", "ahead"]))
    feet = rng.uniform(0.45, 0.65) * body.leg
    raised = rng.uniform(35, 85)

    def key(rise: float) -> KeyPose:
        poser = Poser(
            body,
            [0, 0, 0],
            lying_axes(0, 0.55 * rise),
            bend_forward=0.45 * rise,
            nod=rng.uniform(5, 25),
        )
        poser.rest(*SEAT, *LYING)
        middle = body.half_shoulders / body.arm
        place = {
            "head": [0.0, -0.1 * middle, 0.35],
            "chest": [0.3, -1.2 * middle, -0.3],
            "ahead": [0.85, -0.3 * middle, -0.2],
        }[kind]
        for side, out in OUTWARD.items():
            poser.foot(side, [feet, out * 0.1, body.foot_height], [0.2, 0.1 * out, 1])
            poser.hand_at(side, place, [0.1, 1.0, -0.2], curl=0.4)
        return poser.settle()

    keys = [key(rise) for rise in (0.0, raised) * 3]
    return Performance("sit_ups", body, visits(body, keys, rng, (0.6, 1.3), (0.05, 0.5)))


def sweeping_floor(body: Body, rng: Rng) -> Performance:
    """Sweep or wipe the floor on both knees, with one hand or both."""
    unit = body.height / 1.7
    both = rng.random() < 0.3
    ahead = rng.uniform(0.5, 0.7) * unit

    def key(aside: float) -> KeyPose:
        poser = on_both_knees(body, rng)
        root = poser.key.root.tolist()
        leaned = inclined(body, rng, root, rng.uniform(35, 60), rng.uniform(15, 40))
        leaned.key.feet, leaned.key.knees = poser.key.feet, poser.key.knees
        leaned.key.flat, leaned.key.ankles = poser.key.flat, poser.key.ankles
        on_thighs(leaned, rng)
        for row, side in enumerate(SIDES):
            if both or row == 1:
                out = OUTWARD[side]
                place = [ahead, aside + 0.08 * out, 0.06]
                leaned.hand(side, place, [-0.5, out, 0.3], pronate=60, curl=0.4)
        return leaned.settle()

    wide = rng.uniform(0.1, 0.35) * unit
    keys, _ = flipped([key(wide * (-1) ** number) for number in range(6)], [], rng)
    return Performance("sweeping_floor", body, visits(body, keys, rng, (0.25, 0.7), (0.0, 0.1)))


ON_FLOOR: Final[Mapping[str, Callable[[Body, Rng], Performance]]] = {
    "lying_down": lying_down,
    "sitting_down_on_floor": sitting_down_on_floor,
    "getting_up_from_floor": getting_up_from_floor,
    "rolling": rolling,
    "push_ups": push_ups,
    "sit_ups": sit_ups,
    "sweeping_floor": sweeping_floor,
}
"""Name to movement."""
