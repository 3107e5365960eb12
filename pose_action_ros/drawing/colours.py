"""Colours of the sides of a person, in images and in RViz."""

from __future__ import annotations

from pose_action_ros.skeletons import Skeleton

Colour = tuple[int, int, int]
"""Blue, green, red from 0 to 255."""

LEFT: Colour = (60, 160, 255)
RIGHT: Colour = (255, 170, 60)
MIDDLE: Colour = (110, 225, 110)
"""The left side of a person is orange, the right side blue, the middle green."""


def colour_of(skeleton: Skeleton, joint: int) -> Colour:
    """Colour of a joint, by its side."""
    name = skeleton.joints[joint]
    if name.startswith("left_"):
        return LEFT
    return RIGHT if name.startswith("right_") else MIDDLE
