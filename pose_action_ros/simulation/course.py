"""Courses: key poses one after another, with durations and with the phase of the label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import (
    ARM,
    CHANNELS,
    LEG,
    PHASE,
    Array,
    Channels,
    Rng,
    both_sides,
)
from pose_action_ros.simulation.key_poses import GazeAndBreath, KeyPose, channels_of
from pose_action_ros.simulation.standing import Motion

_STEP: Final = 0.02
"""Time between the samples of the limbs [s]."""
_SMOOTH: Final = 0.07
"""Standard deviation of the Gaussian that smooths the limbs [s]."""
_LIMBS: Final = [CHANNELS.index(name) for name in both_sides((*ARM, *LEG))]


@dataclass(frozen=True, eq=False)
class Step:
    """A movement to a key pose and the rest in it.

    Attributes:
        key: the pose at the end of the movement.
        move: duration of the movement [s].
        hold: duration of the rest after it [s]; at 0 the movement goes on without a stop.
        phase: of the label (see PHASE) from a moment in the movement on.
        turn: that moment, as a share of the movement.
    """

    key: KeyPose
    move: float
    hold: float = 0.0
    phase: float = 0.0
    turn: float = 0.5


def visits(
    body: Body,
    keys: Sequence[KeyPose],
    rng: Rng,
    move: tuple[float, float],
    hold: tuple[float, float],
) -> Motion:
    """Go round through key poses: least and greatest durations of movements and rests [s]."""
    steps = [Step(key, rng.uniform(*move), rng.uniform(*hold)) for key in keys]
    return course(body, steps, rng, repeat=True)


def course(body: Body, steps: Sequence[Step], rng: Rng, repeat: bool = False) -> Motion:
    """Move from one key pose to the next.

    Args:
        body: measures.
        steps: at least two; time 0 is the beginning of the rest in the first.
        rng: source of randomness.
        repeat: whether the first pose follows the last; otherwise the last is held.
    """
    keys = [step.key for step in steps]
    if repeat:
        steps, keys = [*steps, steps[0]], [*keys, keys[0]]
    moments, places = _knots(steps)
    slopes = _slopes(moments, places)
    turns, phases = _turns(steps)
    end = moments[-2] if repeat else moments[-1]
    alive = GazeAndBreath(rng)

    def exact(local: Array) -> Channels:
        return channels_of(body, keys, _hermite(local, moments, places, slopes))

    limbs = _Limbs(exact, end, repeat)

    def motion(times: Array) -> Channels:
        local = np.mod(times, end) if repeat else np.clip(times, 0.0, end)
        pose = exact(local)
        limbs.set(pose, local)
        pose[PHASE] = phases[np.searchsorted(turns, local, side="right") - 1]
        return alive.added(pose, times)

    return motion


def _knots(steps: Sequence[Step]) -> tuple[Array, Array]:
    """Beginning and end of each rest [s], and the place among the key poses there."""
    lengths = np.array([[step.move, max(step.hold, 0.0)] for step in steps])
    lengths[0, 0] = 0.0
    moments = np.cumsum(lengths)
    places = np.repeat(np.arange(len(steps), dtype=np.float64), 2)
    kept = np.concatenate([[True], np.diff(moments) > 0])
    return moments[kept], places[kept]


class _Limbs:
    """Channels of the limbs of a course, smoothed over time.

    Inverse kinematics can swing an elbow or a knee round within one frame.
    """

    def __init__(self, exact: Callable[[Array], Channels], end: float, repeat: bool) -> None:
        self._last = max(int(np.ceil(end / _STEP)), 1)
        grid = np.linspace(0.0, end, self._last + 1)
        values = exact(grid).limited().values[:, _LIMBS]
        reach = int(np.ceil(3 * _SMOOTH / _STEP))
        weights = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * _STEP / _SMOOTH))
        padded = np.pad(values, ((reach, reach), (0, 0)), mode="wrap" if repeat else "edge")
        weights /= weights.sum()
        columns = [np.convolve(column, weights, mode="valid") for column in padded.T]
        self._values, self._end = np.column_stack(columns), end

    def set(self, pose: Channels, local: Array) -> None:
        """Replace the channels of the limbs at times (T,) [s] from 0 to the end."""
        place = local / self._end * self._last
        before = np.clip(place.astype(np.intp), 0, self._last - 1)
        share = (place - before)[:, None]
        values = self._values
        pose.values[:, _LIMBS] = (1 - share) * values[before] + share * values[before + 1]


def _turns(steps: Sequence[Step]) -> tuple[Array, Array]:
    """Moments [s] at which the phase changes, from 0 on, and the phase from there on."""
    moments, passed = [0.0], steps[0].hold
    for step in steps[1:]:
        moments.append(passed + step.turn * step.move)
        passed += step.move + step.hold
    return np.array(moments), np.array([step.phase for step in steps])


def _slopes(moments: Array, places: Array) -> Array:
    """Slopes at knots: 0 at rests and ends, else the harmonic mean (Fritsch and Butland 1984)."""
    rates = np.diff(places) / np.diff(moments)
    before, after = rates[:-1], rates[1:]
    total = before + after
    inner = np.where(total > 0, 2 * before * after / np.where(total > 0, total, 1.0), 0.0)
    return np.concatenate([[0.0], inner, [0.0]])


def _hermite(times: Array, moments: Array, places: Array, slopes: Array) -> Array:
    """(T,) places of the cubic Hermite spline, which never overshoots."""
    left = np.clip(np.searchsorted(moments, times, side="right") - 1, 0, len(moments) - 2)
    width = moments[left + 1] - moments[left]
    s = np.clip((times - moments[left]) / width, 0.0, 1.0)
    value: Array = (
        (2 * s**3 - 3 * s**2 + 1) * places[left]
        + (s**3 - 2 * s**2 + s) * width * slopes[left]
        + (3 * s**2 - 2 * s**3) * places[left + 1]
        + (s**3 - s**2) * width * slopes[left + 1]
    )
    return value
