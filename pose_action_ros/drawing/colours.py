"""The colours of a person's sides, in pictures and in RViz."""

from __future__ import annotations

from pose_action_ros.skeletons import Skeleton

Colour = tuple[int, int, int]
"""Blue, green, red."""

LEFT: Colour = (60, 160, 255)
RIGHT: Colour = (255, 170, 60)
MIDDLE: Colour = (110, 225, 110)
"""The person's own left is orange, right is blue, the middle green."""


def colour_of(skeleton: Skeleton, joint: int) -> Colour:
    """The colour of a joint's side."""
    name = skeleton.joints[joint]
    if name.startswith("left_"):
        return LEFT
    return RIGHT if name.startswith("right_") else MIDDLE
