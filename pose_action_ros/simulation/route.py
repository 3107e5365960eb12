"""Ways on the floor: routes through several places, closed tracks, and stops of a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pose_action_ros.simulation.channels import Array, Rng
from pose_action_ros.simulation.timing import Strokes

_STEP = 0.02
"""Time between the samples of a route or of pauses [s]."""
_LONGEST = 120.0
"""Time after which a person who pauses now and then stays at a place [s]."""
_CORNER = 0.35
"""Standard deviation of the Gaussian that rounds corners and smooths starts and stops [s]."""
_STILL = 0.15
"""Speed below which a person keeps the heading [m/s]."""


@dataclass(frozen=True, eq=False)
class Route:
    """Positions of a person who walks from place to place.

    Attributes:
        times: (N,) [s], from 0 on; later times repeat the last sample.
        places: (N, 2) [m].
        way: (N,) distance travelled [m].
        speed: (N,) [m/s].
        heading: (N,) [degrees], without jumps; 0 faces x.
    """

    times: Array
    places: Array
    way: Array
    speed: Array
    heading: Array

    @classmethod
    def through(cls, stops: Sequence[tuple[float, float]], speed: float, pause: float) -> Route:
        """Walk straight from stop to stop [m] at a speed [m/s], with a pause [s] at each.

        The last stop is held.
        """
        points = np.repeat(np.asarray(stops, dtype=np.float64), 2, axis=0)
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        moments = np.concatenate([[0.0], np.cumsum(np.where(lengths > 0, lengths / speed, pause))])
        times = np.arange(0.0, moments[-1] + 2 * _CORNER, _STEP)
        sharp = np.column_stack([np.interp(times, moments, points[:, axis]) for axis in (0, 1)])
        places = np.column_stack([_smooth(sharp[:, axis]) for axis in (0, 1)])
        velocity = np.gradient(places, _STEP, axis=0)
        rate = np.linalg.norm(velocity, axis=1)
        way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
        return cls(times, places, way, rate, _smooth(_heading(velocity, rate)))

    def at(self, values: Array, times: Array) -> Array:
        """(T,) one of the attributes at times (T,) [s]."""
        return np.interp(times, self.times, values)


def _smooth(values: Array) -> Array:
    """(N,) values convolved with a Gaussian; the ends are held."""
    reach = int(3 * _CORNER / _STEP)
    weights = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * _STEP / _CORNER))
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, weights / weights.sum(), mode="valid")


def _heading(velocity: Array, speed: Array) -> Array:
    """(N,) direction of the velocity [degrees]; that before while nearly still."""
    moving = np.flatnonzero(speed > _STILL)
    if not len(moving):
        return np.zeros(len(speed))
    angles = np.unwrap(np.arctan2(velocity[moving, 1], velocity[moving, 0]))
    before = np.maximum(np.searchsorted(moving, np.arange(len(speed)), side="right") - 1, 0)
    heading: Array = np.degrees(angles)[before]
    return heading


class Track:
    """A closed track: two straights joined by half circles."""

    def __init__(self, straight: float, radius: float, left: bool) -> None:
        """Take lengths [m] and the direction of the turns."""
        self._straight, self._radius = straight, radius
        self._sign = 1.0 if left else -1.0

    def __call__(self, way: Array) -> tuple[Array, Array, Array]:
        """x, y [m] and heading [degrees] (T,) after a distance (T,) [m]."""
        turn = np.pi * self._radius
        lap = self._straight + turn
        laps = np.floor(way / lap)
        rest = way - laps * lap
        ahead = np.minimum(rest, self._straight)
        angle = np.maximum(rest - self._straight, 0.0) / self._radius
        x = ahead + self._radius * np.sin(angle)
        y = self._radius * (1 - np.cos(angle))
        odd = np.mod(laps, 2) == 1  # on the return straight
        x = np.where(odd, self._straight - x, x)
        y = np.where(odd, 2 * self._radius - y, y)
        heading = np.degrees(angle) + 180 * laps
        return x, self._sign * y, self._sign * heading


class Pauses:
    """Walking that stops now and then, as a function of time."""

    def __init__(self, rng: Rng) -> None:
        self._strokes = Strokes.drawn(
            rng,
            rise=(0.5, 0.9),
            hold=(1.5, 5.0),
            fall=(0.5, 0.9),
            rest=(0.5, 2.0),
            vary=0.3,
        )
        self._grid = np.arange(0.0, _LONGEST, _STEP)
        way = np.cumsum(self.going(self._grid)) * _STEP
        self._way: Array = way - way[0]

    def going(self, times: Array) -> Array:
        """(T,) 1 in full stride, 0 while standing."""
        level: Array = np.minimum(1.15 * self._strokes(times), 1.0)
        return level

    def passed(self, times: Array) -> Array:
        """(T,) time [s] spent walking."""
        return np.interp(times, self._grid, self._way)
