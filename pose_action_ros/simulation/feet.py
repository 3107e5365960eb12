"""Feet that step: places of both feet over time, and legs that reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Array, Channels
from pose_action_ros.simulation.contact import SOLE
from pose_action_ros.simulation.kinematics import OUTWARD, pelvis_axes
from pose_action_ros.simulation.reach import plant_foot

_TOES: Final = 0.64
"""Distance of the toes ahead of the ankle [foot lengths]."""
_STRAIGHT: Final = 0.993
"""Greatest distance of hip and ankle [leg lengths]."""
_SOFT: Final = 0.012
"""Width of the transition from the reach of one leg to that of the other [leg lengths]."""


@dataclass(frozen=True, eq=False)
class Foot:
    """One foot; all are (T,) or numbers.

    Attributes:
        x, y: place of the ankle of the flat foot on the floor, forward and to the left [m].
        height: of the sole above the floor [m].
        toes: yaw of the foot to the left [degrees].
        heel: angle by which the heel is up while the toes stay [degrees].
    """

    x: npt.ArrayLike
    y: npt.ArrayLike
    height: npt.ArrayLike = 0.0
    toes: npt.ArrayLike = 0.0
    heel: npt.ArrayLike = 0.0

    def ankle(self, body: Body, count: int) -> Array:
        """(count, 3) place of the ankle, its height relative to that of a flat foot [m]."""
        heel, toes = np.radians(self.heel), np.radians(self.toes)
        long, high = _TOES * body.foot, body.foot_height - SOLE * body.height
        ahead = long * (1 - np.cos(heel)) + high * np.sin(heel)
        up = long * np.sin(heel) - high * (1 - np.cos(heel))
        x = np.asarray(self.x) + ahead * np.cos(toes)
        y = np.asarray(self.y) + ahead * np.sin(toes)
        place: Array = np.stack(
            [np.broadcast_to(value, count) for value in (x, y, np.asarray(self.height) + up)], -1
        )
        return place


def plant_feet(
    body: Body, channels: Channels, feet: Mapping[str, Foot], drop: npt.ArrayLike = 0.0
) -> Channels:
    """Set the legs so that both feet are at their places; the pelvis channels are input.

    Args:
        body: the person's measures.
        channels: changed in place.
        feet: of both sides.
        drop: (T,) or number, distance of the hips below the greatest height at which both legs
            reach [m].

    Returns:
        The channels.
    """
    pelvis = pelvis_axes(channels)
    ankles = {side: foot.ankle(body, len(channels)) for side, foot in feet.items()}
    level = np.stack([channels["forward"], channels["sideways"]], axis=-1)
    heights = np.stack([_height(body, pelvis, level, side, ankles[side]) for side in feet])
    soft = _SOFT * body.leg
    height = -soft * np.log(np.exp(-(heights - heights.min(axis=0)) / soft).sum(axis=0))
    height = np.maximum(height + heights.min(axis=0) - drop, 0.12 * body.leg)
    place = np.concatenate([level, height[:, None]], axis=-1)
    for side, foot in feet.items():
        plant_foot(
            body, channels, side, pelvis=pelvis, place=place, ankle=ankles[side], toes=foot.toes
        )
        channels[f"{side}_ankle"] -= np.asarray(foot.heel)
    return channels


def _height(body: Body, pelvis: Array, level: Array, side: str, ankle: Array) -> Array:
    """(T,) height of the hips' middle at which one leg is nearly straight [m]."""
    hip = pelvis @ np.array([0, OUTWARD[side] * body.half_hips, 0])  # (T, 3)
    away = np.sum((level + hip[:, :2] - ankle[:, :2]) ** 2, axis=-1)
    reach = np.sqrt(np.maximum((_STRAIGHT * body.leg) ** 2 - away, (0.12 * body.leg) ** 2))
    height: Array = ankle[:, 2] + reach - hip[:, 2]
    return height
