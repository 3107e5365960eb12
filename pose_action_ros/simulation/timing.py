"""Time courses: smooth noise, strokes that rise, hold and fall, periodic curves.

All are pure functions of time [s].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BRIEF = 0.9
"""Rise and hold of a gesture that is one movement with its fall [s]."""
JOINED = 0.35
"""Longest rest between two repetitions of one movement [s]."""


def ease(x: npt.ArrayLike) -> Array:
    """Minimum-jerk step from 0 to 1 while x goes from 0 to 1 (Flash and Hogan 1985, eq. 2)."""
    s = np.clip(np.asarray(x, dtype=np.float64), 0.0, 1.0)
    return s**3 * (10 - 15 * s + 6 * s**2)


def bump(x: Array, peak: float) -> Array:
    """(T,) smooth bump over x from 0 to 1: 0 at both ends, 1 at the peak."""
    up: Array = ease(x / peak) * (1 - ease((x - peak) / (1 - peak)))
    return up


class Wander:
    """Smooth noise: a sum of sines with random phases and a standard deviation of about 1."""

    def __init__(self, rng: np.random.Generator, slow: float, fast: float, terms: int = 5) -> None:
        """Draw frequencies from slow to fast [Hz]; faster sines are weaker."""
        self._rates = np.exp(rng.uniform(np.log(slow), np.log(fast), terms))
        self._phases = rng.uniform(0, 2 * np.pi, terms)
        weights = 1 / np.sqrt(self._rates)
        self._weights = weights * np.sqrt(2 / np.sum(weights**2))

    def __call__(self, times: Array) -> Array:
        """(T,) values at times (T,)."""
        angles = 2 * np.pi * np.outer(times, self._rates) + self._phases
        values: Array = np.sin(angles) @ self._weights
        return values


class Strokes:
    """A repeated gesture: rise, hold, fall and rest, with random variation."""

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        rise: float,
        hold: float,
        fall: float,
        rest: float,
        vary: float = 0.15,
        count: int = 64,
        exact: bool = False,
    ) -> None:
        """Draw `count` strokes, then repeat them.

        Durations are means [s], `vary` is their relative variation, smaller for movements. The
        level of the holds varies too unless they are `exact`.
        """
        means = np.array([rise, hold, fall, rest])
        spread = np.array([min(vary, 0.15), vary, min(vary, 0.15), vary])
        self._parts = means * np.exp(rng.normal(0, spread, (count, 4)))
        self._heights = 1 - np.abs(rng.normal(0, vary / 2, count)) * (not exact)
        self._ends = np.cumsum(self._parts.sum(axis=1))
        self.mean_rise = rise

    @classmethod
    def drawn(
        cls,
        rng: np.random.Generator,
        *,
        rise: tuple[float, float],
        hold: tuple[float, float],
        fall: tuple[float, float],
        rest: tuple[float, float],
        vary: float = 0.15,
        exact: bool = False,
    ) -> Strokes:
        """Draw the mean durations, each between a least and a greatest one [s], and the strokes."""
        means = [rng.uniform(*ends) for ends in (rise, hold, fall, rest)]
        up, held, down, pause = means
        return cls(rng, rise=up, hold=held, fall=down, rest=pause, vary=vary, exact=exact)

    def since_rise(self, times: Array) -> Array:
        """(T,) time since the end of the stroke's rise [s], negative during the rise."""
        index, local = self.local(times)
        since: Array = local - self._parts[index, 0]
        return since

    def __call__(self, times: Array) -> Array:
        """(T,) level from 0 at rest to about 1 in the hold; 0 before time 0."""
        index, local = self.local(times)
        rise, hold, fall, _ = self._parts[index].T
        level = ease(local / rise) * (1 - ease((local - rise - hold) / fall))
        return np.where(times < 0, 0.0, level * self._heights[index])

    def phase(self, times: Array, brief: float = BRIEF) -> Array:
        """(T,) 1 from the beginning of a fall to the middle of the next rise, 0 otherwise.

        The first rise counts as the gesture from its beginning. A stroke with rise and hold of
        less than `brief` [s] is one movement, and lasts to the end of its fall.
        """
        index, local = self.local(times)
        rise, hold, fall, _ = self._parts[index].T
        first = np.asarray(times) < self._parts[0].sum()
        end = rise + hold + np.where(rise + hold < brief, fall, 0.0)
        return np.where((local >= end) | ((local < rise / 2) & ~first), 1.0, 0.0)

    def resting(self, times: Array) -> Array:
        """(T,) 1 in the rests but the shortest, which join two repetitions; 0 otherwise.

        This is the phase of movements of the whole body, which include the way back.
        """
        index, local = self.local(times)
        rise, hold, fall, rest = self._parts[index].T
        return np.where((local >= rise + hold + fall) & (rest > JOINED), 1.0, 0.0)

    def local(self, times: Array) -> tuple[npt.NDArray[np.intp], Array]:
        """Index (T,) of the current stroke, and time (T,) since its beginning [s]."""
        wrapped = np.mod(np.maximum(times, 0.0), self._ends[-1])
        index = np.searchsorted(self._ends, wrapped, side="right")
        starts = self._ends - self._parts.sum(axis=1)
        return index, wrapped - starts[index]


class Beat:
    """The phase of a repeated movement with a slightly drifting tempo."""

    def __init__(self, rng: np.random.Generator, rate: float, drift: float = 0.05) -> None:
        """Draw the start and the drift; rate in cycles per second, drift relative to the rate."""
        self.rate = rate
        self._start = rng.uniform(0, 1)
        self._wander = Wander(rng, 0.05, 0.3)
        self._drift = drift * rate / (2 * np.pi * 0.15)

    def __call__(self, times: Array) -> Array:
        """(T,) phase in cycles, increasing by about `rate` per second."""
        phase: Array = self._start + self.rate * times + self._drift * self._wander(times)
        return phase


class Rounds:
    """A movement that is repeated at slightly different tempos."""

    def __init__(self, rng: np.random.Generator, length: float, vary: float = 0.12) -> None:
        """Draw the rounds; length is their mean [s], `vary` its relative variation."""
        self._length = length
        self._parts = length * np.exp(rng.normal(0, vary, 64))
        self._ends = np.cumsum(self._parts)

    def __call__(self, times: Array) -> Array:
        """(T,) time [s] since the beginning of the round, stretched to the mean length."""
        wrapped = np.mod(np.maximum(times, 0.0), self._ends[-1])
        index = np.searchsorted(self._ends, wrapped, side="right")
        passed = wrapped - self._ends[index] + self._parts[index]
        local: Array = passed * self._length / self._parts[index]
        return local


def curve(phase: Array, knots: Sequence[tuple[float, float]]) -> Array:
    """Evaluate a periodic smooth curve through knots (phase 0 to 1, value): Catmull-Rom, uneven."""
    at = np.array([knot[0] for knot in knots])
    value = np.array([knot[1] for knot in knots])
    before, after = at[-1] - 1, at[0] + 1
    at = np.concatenate([[before], at, [after]])
    value = np.concatenate([[value[-1]], value, [value[0]]])
    slope = _slopes(at, value)
    x = np.mod(phase - at[0], 1.0) + at[0]
    left = np.clip(np.searchsorted(at, x, side="right") - 1, 0, len(at) - 2)
    width = at[left + 1] - at[left]
    s = (x - at[left]) / width
    return np.asarray(
        (2 * s**3 - 3 * s**2 + 1) * value[left]
        + (s**3 - 2 * s**2 + s) * width * slope[left]
        + (3 * s**2 - 2 * s**3) * value[left + 1]
        + (s**3 - s**2) * width * slope[left + 1]
    )


def _slopes(at: Array, value: Array) -> Array:
    """Slope at each knot from its neighbours; first and last wrap around."""
    wide_at = np.concatenate([[at[-3] - 1], at, [at[2] + 1]])
    wide_value = np.concatenate([[value[-3]], value, [value[2]]])
    slopes: Array = (wide_value[2:] - wide_value[:-2]) / (wide_at[2:] - wide_at[:-2])
    return slopes
