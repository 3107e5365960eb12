"""A pool of recorded or simulated motions, from which people are drawn at any times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import PERSON

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
Generator = np.random.Generator

FACE = [PERSON.index(name) for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_HEAD = [*FACE, PERSON.index("head_top")]
_NECK, _TOP = PERSON.index("neck"), PERSON.index("head_top")
_LEFT_EAR, _RIGHT_EAR = PERSON.index("left_ear"), PERSON.index("right_ear")
_YAW, _NOD = np.radians(50.0), np.radians(20.0)


class Pool:
    """Motions in one array, so that many people are drawn without a loop.

    Attributes:
        captures: the motions.
        defined: (C, 21) see Capture.
    """

    def __init__(self, captures: Sequence[Capture]) -> None:
        self.captures = tuple(captures)
        self.defined = np.array([one.defined for one in captures]).reshape(-1, len(PERSON))
        lengths = [len(one.joints) for one in captures]
        self._last = np.array(lengths, np.intp) - 1
        self._first = np.cumsum([0, *lengths])[:-1]
        self._rates = np.array([one.rate for one in captures])
        parts = [one.joints.astype(np.float32) for one in captures]
        self._joints = np.concatenate(parts) if parts else np.empty((0, len(PERSON), 3), np.float32)
        # Many short motions show more than one long one.
        weights = np.sqrt((self._last + 1) / self._rates)
        self._shares = np.cumsum(weights) / max(weights.sum(), 1e-9)

    def __len__(self) -> int:
        return len(self.captures)

    def draw(self, count: int, seconds: float, rng: Generator) -> tuple[Indices, Array]:
        """Draw motions (N,) and times (N,) [s] in them with `seconds` before, if possible."""
        places = np.searchsorted(self._shares, rng.random(count), side="right")
        chosen: Indices = np.minimum(places, len(self) - 1)
        ends = self._last[chosen] / self._rates[chosen]
        return chosen, rng.uniform(np.minimum(seconds, ends), ends)

    def at(self, chosen: Indices, times: Array) -> Array:
        """People (N, M, 21, 3) [m] of motions (N,) at times (N, M) [s], held at both ends."""
        last = self._last[chosen][:, None]
        places = np.clip(times * self._rates[chosen][:, None], 0, last)
        before = places.astype(np.intp)
        after = np.minimum(before + 1, last)
        shares = (places - before)[..., None, None]
        first = self._first[chosen][:, None]
        people: Array = self._joints[first + before] * (1 - shares)
        people += self._joints[first + after] * shares
        return people


def turn_heads(people: Array, chosen: Flags, rng: Generator) -> Array:
    """Turn the heads of the people (N, M, 21, 3) where `chosen` (N,), each by one random angle.

    Recordings without a face have heads that face as the shoulders do.
    """
    count = len(people)
    head = people[:, :, _HEAD] - people[:, :, _NECK, None]
    up = people[:, :, _TOP] - people[:, :, _NECK]
    left = people[:, :, _LEFT_EAR] - people[:, :, _RIGHT_EAR]
    head = _about(head, left, np.where(chosen, rng.uniform(-_NOD, _NOD, count), 0.0))
    head = _about(head, up, np.where(chosen, rng.uniform(-_YAW, _YAW, count), 0.0))
    result = people.copy()
    result[:, :, _HEAD] = head + people[:, :, _NECK, None]
    return result


def _about(points: Array, axes: Array, angles: Array) -> Array:
    """Points (N, M, J, 3) turned about axes (N, M, 3) by angles (N,) [rad] (Rodrigues)."""
    length = np.linalg.norm(axes, axis=-1, keepdims=True)
    unit = (axes / np.maximum(length, 1e-9))[:, :, None]  # (N, M, 1, 3)
    cosine, sine = (part[:, None, None, None] for part in (np.cos(angles), np.sin(angles)))
    along = (points * unit).sum(axis=-1, keepdims=True) * unit
    turned: Array = along + (points - along) * cosine + np.cross(unit, points) * sine
    return turned
