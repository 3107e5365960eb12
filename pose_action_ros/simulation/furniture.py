"""Furniture: boxes in the world that people sit, lie or lean on and that occlude them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.kinematics import about_z
from pose_action_ros.simulation.look import Colour
from pose_action_ros.simulation.virtual_camera import VirtualCamera

Array = npt.NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Box:
    """A box with level top.

    Attributes:
        middle: x, y, z [m] of its centre.
        size: along its own x, y and z [m].
        heading: of its x axis about the vertical [degrees].
        colour: BGR from 0 to 255.
    """

    middle: tuple[float, float, float]
    size: tuple[float, float, float]
    heading: float = 0.0
    colour: Colour = (90, 120, 150)

    @property
    def top(self) -> float:
        """Height of the upper side [m]."""
        return self.middle[2] + self.size[2] / 2

    def faces(self) -> Array:
        """(6, 3, 3) of each face: middle, and two half sides [m] with a product to the outside."""
        axes = (about_z(self.heading) * np.array(self.size) / 2).T  # rows
        faces = []
        for k in range(3):
            first, second = axes[(k + 1) % 3], axes[(k + 2) % 3]
            faces.append([axes[k], first, second])
            faces.append([-axes[k], second, first])
        placed: Array = np.array(faces) + np.array([self.middle, [0, 0, 0], [0, 0, 0]])
        return placed

    def mirrored(self) -> Box:
        """The box with left and right swapped."""
        x, y, z = self.middle
        return Box((x, -y, z), self.size, -self.heading, self.colour)

    def moved(self, x: float, y: float, heading: float = 0.0) -> Box:
        """The box turned about the vertical of the world [degrees], then moved [m]."""
        place = about_z(heading) @ np.array(self.middle) + [x, y, 0.0]
        middle = float(place[0]), float(place[1]), float(place[2])
        return Box(middle, self.size, self.heading + heading, self.colour)


def legs_and_top(
    middle: tuple[float, float], size: tuple[float, float], top: float, colour: Colour
) -> list[Box]:
    """A slab of 4 cm on four legs, as of a table or a stool: middle x, y, size and height [m]."""
    (x, y), (deep, wide) = middle, size
    boxes = [Box((x, y, top - 0.02), (deep, wide, 0.04), 0.0, colour)]
    boxes += [
        Box(
            (x + i * (deep / 2 - 0.03), y + j * (wide / 2 - 0.03), top / 2 - 0.02),
            (0.04, 0.04, top - 0.04),
            0.0,
            colour,
        )
        for i in (-1, 1)
        for j in (-1, 1)
    ]
    return boxes


def chair(seat: float, back: float, x: float, colour: Colour) -> list[Box]:
    """A chair that faces x: height of the seat, height of the back above it, place of the back."""
    boxes = legs_and_top((x + 0.22, 0.0), (0.42, 0.44), seat, colour)
    if back > 0:
        boxes.append(Box((x, 0.0, seat + back / 2), (0.04, 0.42, back), 0.0, colour))
    return boxes


def sofa(seat: float, x: float, wide: float, colour: Colour) -> list[Box]:
    """A sofa that faces x: height of the seat, place of the back's front, breadth [m]."""
    return [
        Box((x + 0.28, 0.0, seat / 2), (0.56, wide, seat), 0.0, colour),
        Box((x - 0.1, 0.0, (seat + 0.4) / 2), (0.2, wide, seat + 0.4), 0.0, colour),
    ]


def random_colour(rng: Rng) -> Colour:
    """Draw the colour of wood, cloth or plastic, BGR."""
    grey, tint = rng.uniform(40, 220), rng.normal(0, 20, 3)
    blue, green, red = np.clip(grey + tint + [-12, 0, 12], 5, 250).tolist()
    return blue, green, red


@dataclass(frozen=True, eq=False)
class Faces:
    """The N faces of boxes in the optical frame of a camera.

    Attributes:
        middle: (N, 3) [m].
        sides: (N, 2, 3) half sides [m]; the vector product of both points outside.
        colours: (N, 3) BGR.
    """

    middle: Array
    sides: Array
    colours: Array

    @classmethod
    def of(cls, boxes: Sequence[Box], camera: VirtualCamera) -> Faces:
        """The faces that are turned to a camera."""
        faces = np.concatenate([np.empty((0, 3, 3)), *(box.faces() for box in boxes)])
        colours = np.repeat(np.array([box.colour for box in boxes]).reshape(-1, 3), 6, axis=0)
        middle, sides = camera.to_camera(faces[:, 0]), faces[:, 1:] @ camera.rotation.T
        toward = np.sum(np.cross(sides[:, 0], sides[:, 1]) * middle, axis=1) < 0
        return cls(middle[toward], sides[toward], colours[toward])

    def normals(self) -> Array:
        """(N, 3) unit vectors to the outside."""
        normals = np.cross(self.sides[:, 0], self.sides[:, 1])
        unit: Array = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        return unit

    def corners(self) -> Array:
        """(N, 4, 3) [m]."""
        signs = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
        corners: Array = self.middle[:, None] + np.einsum("sk,nkd->nsd", signs, self.sides)
        return corners

    def depths(self, number: int, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> Array:
        """Depths [m] of one face along the rays (x, y, 1), infinity where they miss it."""
        middle, normal = self.middle[number], self.normals()[number]
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = (normal @ middle) / (normal[0] * x + normal[1] * y + normal[2])
            inside = depth > 0
            for side in self.sides[number]:
                along = depth * (side[0] * x + side[1] * y + side[2]) - side @ middle
                inside &= np.abs(along) <= side @ side
        return np.where(inside, depth, np.inf)

    def first_hit(self, directions: Array) -> Array:
        """(M,) depth [m] of the nearest face along each of M directions (M, 2), or infinity."""
        nearest = np.full(len(directions), np.inf)
        for number in range(len(self.middle)):
            nearest = np.minimum(nearest, self.depths(number, *directions.T))
        return nearest
