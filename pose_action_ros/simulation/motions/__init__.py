"""Motions: for each label a function that draws a style and returns channels over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.motions.arms import (
    crossing_arms,
    opening_arms,
    pointing,
    raising_hand,
)
from pose_action_ros.simulation.motions.gait import running, walking
from pose_action_ros.simulation.motions.hands import clapping, punching, pushing
from pose_action_ros.simulation.motions.legs import jumping, kicking
from pose_action_ros.simulation.motions.trunk import bowing, sitting_down, squatting
from pose_action_ros.simulation.motions.waving import waving_both, waving_left, waving_right
from pose_action_ros.simulation.standing import Motion, standing

MOTIONS: Mapping[str, Callable[[Body, np.random.Generator], Motion]] = {
    "standing": standing,
    "walking": walking,
    "running": running,
    "waving_left": waving_left,
    "waving_right": waving_right,
    "waving_both": waving_both,
    "raising_hand": raising_hand,
    "clapping": clapping,
    "bowing": bowing,
    "crossing_arms": crossing_arms,
    "opening_arms": opening_arms,
    "pushing": pushing,
    "pointing": pointing,
    "squatting": squatting,
    "jumping": jumping,
    "kicking": kicking,
    "punching": punching,
    "sitting_down": sitting_down,
}
"""Label to motion, in the order of ACTIONS."""

TRAVELLING: Mapping[str, Callable[[Body, np.random.Generator, float], Motion]] = {
    "walking": walking,
    "running": running,
}
"""Motions that leave the spot; their third argument is the greatest distance [m]."""
