"""A pool of recorded or simulated motions, from which varied people are drawn at any times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.bodies import on_bodies, random_lengths
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter.views import about

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
Generator = np.random.Generator

FACE = [PERSON.index(name) for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_HEAD = [*FACE, PERSON.index("head_top")]
_NECK, _TOP = PERSON.index("neck"), PERSON.index("head_top")
_LEFT_EAR, _RIGHT_EAR = PERSON.index("left_ear"), PERSON.index("right_ear")
_SOLE = (0.04, 0.12)  # [m] from the floor to the lowest joint
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

    def people(self, times: Array, own_bones: float, rng: Generator) -> tuple[Array, Flags]:
        """Draw people with a random body's bones or their own; heads without a face turn.

        Args:
            times: (N, M) [s] of the images, see Views.
            own_bones: share of people with their own bones.
            rng: source of randomness.

        Returns:
            (N, M, 21, 3) [m] z up, and (N, 21) see Capture.
        """
        since = np.nan_to_num(times)
        chosen, ends = self.draw(len(times), float(-since.min(initial=0.0)), rng)
        people, defined = self.at(chosen, ends[:, None] + since), self.defined[chosen]
        others = np.flatnonzero(rng.random(len(times)) >= own_bones)
        if len(others):
            lengths = random_lengths(rng, len(others))[:, None]
            people[others] = on_bodies(people[others], lengths.astype(np.float32))
        faceless = np.flatnonzero(~defined[:, FACE].all(axis=1))
        if len(faceless):
            people[faceless] = turn_heads(people[faceless], rng)
        return people, defined

    def at(self, chosen: Indices, times: Array) -> Array:
        """People (N, M, 21, 3) [m] of motions (N,) at times (N, M) [s], held at both ends."""
        last = self._last[chosen][:, None]
        places = np.clip(times * self._rates[chosen][:, None], 0, last)
        before = places.astype(np.intp)
        after = np.minimum(before + 1, last)
        shares = (places - before).astype(np.float32)[..., None, None]
        first = self._first[chosen][:, None]
        people: Array = self._joints[first + before] * (1 - shares)
        people += self._joints[first + after] * shares
        return people


def turn_heads(people: Array, rng: Generator) -> Array:
    """Turn the heads of people (N, M, 21, 3), each by one random angle.

    Recordings without a face have heads that face as the shoulders do.
    """
    count = len(people)
    head = people[:, :, _HEAD] - people[:, :, _NECK, None]
    up = people[:, :, _TOP] - people[:, :, _NECK]
    left = people[:, :, _LEFT_EAR] - people[:, :, _RIGHT_EAR]
    head = _about(head, left, rng.uniform(-_NOD, _NOD, count))
    head = _about(head, up, rng.uniform(-_YAW, _YAW, count))
    result = people.copy()
    result[:, :, _HEAD] = head + people[:, :, _NECK, None]
    return result


def placed(people: Array, rng: Generator) -> Array:
    """Mirror half of the people (N, M, 21, 3), turn them, and move them to the floor's origin."""
    count = len(people)
    mirrored = people[:, :, PERSON.mirror] * np.array([1.0, -1.0, 1.0], people.dtype)
    people = np.where(rng.random((count, 1, 1, 1)) < 0.5, people, mirrored)
    turns = about(rng.uniform(-np.pi, np.pi, count), 0, 1).astype(people.dtype)
    people = people @ turns.transpose(0, 2, 1)[:, None]
    floor = people[:, 0, :, 2].min(axis=1) - rng.uniform(*_SOLE, count)
    people[..., :2] -= people[:, :1, :1, :2]
    people[..., 2] -= floor.astype(people.dtype)[:, None, None]
    return people


def _about(points: Array, axes: Array, angles: Array) -> Array:
    """Points (N, M, J, 3) turned about axes (N, M, 3) by angles (N,) [rad] (Rodrigues)."""
    length = np.linalg.norm(axes, axis=-1, keepdims=True)
    unit = (axes / np.maximum(length, 1e-9))[:, :, None]  # (N, M, 1, 3)
    cosine, sine = (part[:, None, None, None] for part in (np.cos(angles), np.sin(angles)))
    along = (points * unit).sum(axis=-1, keepdims=True) * unit
    turned: Array = along + (points - along) * cosine + np.cross(unit, points) * sine
    return turned
