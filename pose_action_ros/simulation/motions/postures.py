"""Postures of homes and hospitals, in contact with floor and furniture, and getting up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pose_action_ros.errors import InputError
from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Rng
from pose_action_ros.simulation.furniture import Box
from pose_action_ros.simulation.key_poses import KeyPose, motion_through
from pose_action_ros.simulation.motions.beds import Bedside, raised
from pose_action_ros.simulation.motions.low import (
    bending,
    crawling,
    kneeling,
    leaning,
    on_all_fours,
    on_one_knee,
    squatting,
)
from pose_action_ros.simulation.motions.lying import LYING_WAYS, on_back, on_front, on_side
from pose_action_ros.simulation.motions.resting import Setting, mirrored, on_thighs, standing_key
from pose_action_ros.simulation.motions.sitting import on_chair, sitting_on_floor
from pose_action_ros.simulation.performance import Performance

_KEYS = 8
"""Key poses before a performance repeats itself."""

SETTINGS: Mapping[str, Callable[[Body, Rng], Setting]] = {
    "sitting_chair": on_chair,
    "sitting_floor": sitting_on_floor,
    "kneeling": kneeling,
    "squatting_deep": squatting,
    "bending": bending,
    "crawling": crawling,
    **LYING_WAYS,
    "leaning": leaning,
}

POSTURES: tuple[str, ...] = (*SETTINGS, "getting_up")
"""Labels of the postures; some are labels of ACTIONS too."""


def posture_performance(rng: Rng, name: str, body: Body | None = None) -> Performance:
    """Draw a performance of a posture: from one variant to the next, in one place.

    Args:
        rng: source of randomness.
        name: one of POSTURES.
        body: random if None.

    Raises:
        InputError: unknown posture; the message lists all.
    """
    if name not in POSTURES:
        raise InputError(f"unknown posture {name!r}, expected one of {', '.join(POSTURES)}")
    body = body or Body.random(rng)
    if name == "getting_up":
        keys, furniture = _getting_up(body, rng)
        move, hold = (0.7, 1.7), (0.0, 1.0)
    else:
        setting = SETTINGS[name](body, rng)
        keys = [setting.resting(body) for _ in range(_KEYS)]
        furniture = list(setting.furniture)
        move, hold = ((0.5, 1.1), (0.0, 0.4)) if name == "crawling" else ((0.6, 1.8), (0.3, 4.0))
    if rng.random() < 0.5:
        keys, furniture = mirrored(keys, furniture)
    motion = motion_through(body, keys, rng, move, hold)
    return Performance(name, body, motion, tuple(furniture))


def _getting_up(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """Get up to standing and go back, from the floor, a bed or a chair."""
    ways = (_from_floor, _from_bed, _from_chair)
    up, furniture = ways[rng.choice(3, p=[0.5, 0.25, 0.25])](body, rng)
    return [*up, *up[-2:0:-1]], furniture


def _from_floor(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """From back or side over sitting, or from the front over hands and knees, to one knee."""
    standing = standing_key(body, rng, 0.3 * body.leg)
    knee = on_one_knee(body, rng)
    on_thighs(knee, rng)
    knee.settle()
    if rng.random() < 0.3:
        fours = on_all_fours(body, rng)
        turned = [key.moved(0.0, 0.0, 180.0) for key in (fours, knee.key, standing)]
        return [on_front(body, rng), *turned], []
    first = on_back(body, rng) if rng.random() < 0.7 else on_side(body, rng)
    sitting = sitting_on_floor(body, rng).draw()
    between = [sitting, on_all_fours(body, rng)] if rng.random() < 0.4 else [sitting]
    return [first, *between, knee.key, standing], []


def _from_bed(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    """From lying on a bed over its edge on the left."""
    bed = Bedside(body, rng)
    edge = bed.sitting(rng)
    standing = bed.beside(standing_key(body, rng, 0.9 * body.thigh))
    up = [raised(key, bed.top) for key in (on_back(body, rng), on_side(body, rng))]
    return [*up, edge, standing], [bed.box(rng)]


def _from_chair(body: Body, rng: Rng) -> tuple[list[KeyPose], list[Box]]:
    setting = on_chair(body, rng)
    up = [setting.draw(), setting.draw(), standing_key(body, rng, 0.85 * body.thigh)]
    return up, list(setting.furniture)
