"""Collecting coloured ellipsoids and cones around the joints of a body."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.look import Colour
from pose_action_ros.simulation.quadrics import Quadrics, cones, ellipsoids, joined

Array = npt.NDArray[np.float64]
SIDES = ("left", "right")


@dataclass
class Shapes:
    """Collects the surfaces of a posed body at one moment, in the optical frame."""

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
        radii: tuple[float, float, float],
        colour: Colour,
        offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """An ellipsoid; radii and offset along the frame's axes [m]."""
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
        """A cone with radii at start and end; flat is the second radius against the first."""
        across = _any_across(end - start) if broad is None else broad
        section = np.array([radii[0], flat * radii[0], radii[1] / radii[0]])
        self.limbs.append((start, end, across, section))
        self.limb_colours.append(colour)

    def surfaces(self) -> tuple[Quadrics, Array]:
        """All surfaces, and their colours (N, 3) BGR."""
        round_ones = ellipsoids(*(np.stack(column) for column in zip(*self.balls, strict=True)))
        long_ones = cones(*(np.stack(column) for column in zip(*self.limbs, strict=True)))
        colours = np.array(self.ball_colours + self.limb_colours)
        return joined([round_ones, long_ones]), colours


def _any_across(way: Array) -> Array:
    across = np.zeros(3)
    across[np.argmin(np.abs(way))] = 1.0
    return across
