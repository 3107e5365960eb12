"""The shapes of a person: ellipsoids and cones with their colours, before they become quadrics."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.look import Colour
from pose_action_ros.simulation.quadrics import Quadrics, cones, ellipsoids, joined

Array = npt.NDArray[np.float64]
Triple = tuple[float, float, float]


@dataclass
class Shapes:
    """The ellipsoids and cones of a posed body at one time.

    Attributes:
        body: the person's measures.
        points: (3,) [m] of each joint.
        frames: (3, 3) axes of each segment, in the frame of the points.
    """

    body: Body
    points: dict[str, Array]
    frames: dict[str, Array]
    balls: list[tuple[Array, Array, Array]] = field(default_factory=list)
    limbs: list[tuple[Array, Array, Array, Array]] = field(default_factory=list)
    ball_colours: list[Colour] = field(default_factory=list)
    limb_colours: list[Colour] = field(default_factory=list)

    def ball(
        self,
        place: Array,
        frame: Array,
        radii: Triple,
        colour: Colour,
        offset: Triple = (0.0, 0.0, 0.0),
    ) -> None:
        """Add an ellipsoid; radii and offset along the frame's axes [m]."""
        self.balls.append((place + frame @ np.array(offset), frame, np.array(radii)))
        self.ball_colours.append(colour)

    def limb(
        self,
        start: Array,
        end: Array,
        radii: tuple[float, float],
        colour: Colour,
        *,
        broad: Array | None = None,
        flat: float = 1.0,
    ) -> None:
        """Add a cone with radii at start and end [m]; flat is second by first radius."""
        across = _any_across(end - start) if broad is None else broad
        section = np.array([radii[0], flat * radii[0], radii[1] / radii[0]])
        self.limbs.append((start, end, across, section))
        self.limb_colours.append(colour)

    def surfaces(self) -> tuple[Quadrics, Array]:
        """Return all surfaces and their colours (N, 3) BGR."""
        balls = ellipsoids(*(np.stack(column) for column in zip(*self.balls, strict=True)))
        limbs = cones(*(np.stack(column) for column in zip(*self.limbs, strict=True)))
        colours = np.array(self.ball_colours + self.limb_colours)
        return joined([balls, limbs]), colours


def _any_across(way: Array) -> Array:
    across = np.zeros(3)
    across[np.argmin(np.abs(way))] = 1.0
    return across


def darker(colour: Colour, factor: float) -> Colour:
    """The colour times a factor."""
    return colour[0] * factor, colour[1] * factor, colour[2] * factor
