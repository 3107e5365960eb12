"""The surfaces of neck, face and hair."""

from __future__ import annotations

import numpy as np

from pose_action_ros.simulation.look import Colour
from pose_action_ros.simulation.shapes import Shapes, Triple, darker


class _Head:
    """Adds ellipsoids in the frame of the head.

    Offsets and radii are fractions of length, breadth and height of the head.
    """

    def __init__(self, shapes: Shapes) -> None:
        body, self.shapes = shapes.body, shapes
        self.frame = shapes.frames["head"]
        self.unit = np.array([body.head_length, body.head_breadth, body.head_height])
        self.skull = shapes.points["head_top"] - self.frame @ np.array([0, 0, 0.7 * self.unit[2]])

    def part(self, offset: Triple, radii: Triple, colour: Colour) -> None:
        """Add an ellipsoid."""
        x, y, z = (self.unit * offset).tolist()
        a, b, c = (self.unit * radii).tolist()
        self.shapes.ball(self.skull, self.frame, (a, b, c), colour, (x, y, z))


def add_head(shapes: Shapes) -> None:
    """Add neck, skull, face and hair."""
    look = shapes.body.look
    head = _Head(shapes)
    _neck(shapes, head)
    head.part((0.03, 0, 0.2), (0.50, 0.49, 0.50), look.skin)
    head.part((0.13, 0, -0.07), (0.32, 0.39, 0.24), look.skin)
    _hair(head)
    if look.beard:
        head.part((0.16, 0, -0.15), (0.31, 0.37, 0.16), look.hair)
    head.part((0.55, 0, 0.10), (0.09, 0.08, 0.05), darker(look.skin, 0.93))
    head.part((0.50, 0, 0.14), (0.07, 0.052, 0.10), look.skin)
    head.part((0.43, 0, -0.105), (0.04, 0.15, 0.024), _lips(look.skin))
    for out in (1.0, -1.0):
        head.part((0.46, out * 0.215, 0.235), (0.04, 0.097, 0.034), (235, 235, 238))
        head.part((0.495, out * 0.215, 0.235), (0.014, 0.045, 0.032), look.eyes)
        head.part((0.465, out * 0.22, 0.315), (0.035, 0.125, 0.016), darker(look.hair, 0.9))
        head.part((0.0, out * 0.53, 0.17), (0.09, 0.052, 0.115), darker(look.skin, 0.95))


def _neck(shapes: Shapes, head: _Head) -> None:
    body = shapes.body
    thick = 0.96 * body.neck_girth / (2 * np.pi)
    back = np.array([-0.004 * body.height, 0, 0.0])
    low = shapes.points["neck"] + shapes.frames["chest"] @ back
    shapes.limb(low, head.skull, (1.1 * thick, 0.95 * thick), body.look.skin)


def _hair(head: _Head) -> None:
    """Add hair, a hat or nothing, after the cut."""
    look = head.shapes.body.look
    if look.cut == "bald":
        return
    head.part((-0.035, 0, 0.33), (0.515, 0.56, 0.46), look.hair)
    if look.cut == "long":
        head.part((-0.2, 0, -0.02), (0.33, 0.58, 0.55), look.hair)
    if look.cut == "tied":
        head.part((-0.58, 0, 0.33), (0.17, 0.22, 0.16), look.hair)
    if look.cut == "hat":
        head.part((0.0, 0, 0.47), (0.60, 0.62, 0.34), look.hair)
        head.part((0.14, 0, 0.40), (0.62, 0.66, 0.035), darker(look.hair, 0.9))


def _lips(skin: Colour) -> Colour:
    return 0.72 * skin[0], 0.62 * skin[1], 0.90 * skin[2]
