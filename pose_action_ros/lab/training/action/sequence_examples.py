"""Sequences of a data set, changed at random and drawn as images, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.lab.training.action.augmentation import mirror
from pose_action_ros.lab.training.action.settings import Augmentation
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.skeletons import Skeleton, skeleton_named

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator

CROPPED = 0.7  # share of the sequences that are cut off at one end


class SequenceExamples:
    """Sequences of a data set as images; two people are in random order when augmented.

    Args:
        sequences: of the data set, with equally many people.
        labels: number of classes.
        spmf: how images are drawn.
        augmentation: random changes.
    """

    def __init__(
        self,
        sequences: Sequence[ActionSequence],
        labels: int,
        spmf: SpmfSettings,
        augmentation: Augmentation,
    ) -> None:
        self.labels = labels
        self._spmf, self._augmentation = spmf, augmentation
        self._points = np.concatenate([item.points for item in sequences])  # (sum of T, P, J, 3)
        self._lengths = np.array([len(item.points) for item in sequences])
        self._starts = np.cumsum(self._lengths) - self._lengths
        self.truth: Labels = np.array([item.label for item in sequences], dtype=np.int64)

    @cached_property
    def images(self) -> Image:
        """(N, height, width, C) all sequences, unchanged."""
        everything = np.arange(len(self.truth))
        times = np.linspace(0, 1, self._spmf.frames)
        return self._drawn(self.sampled(everything, np.tile(times, (len(everything), 1))))

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """Augmented images (B, height, width, C) of sequences in turn, and their labels (B,)."""
        rounds = -(-count // len(self.truth))
        order = [rng.permutation(len(self.truth)) for _ in range(rounds)]
        chosen = np.concatenate(order)[:count]
        return self.augmented(chosen, rng), self.truth[chosen]

    def augmented(self, chosen: Labels, rng: Rng) -> Image:
        """Augmented images (B, height, width, C) of the chosen sequences."""
        times = random_times(len(chosen), self._spmf.frames, self._augmentation, rng)
        skeleton = skeleton_named(self._spmf.skeleton)
        poses = self.sampled(chosen, times)
        return self._drawn(augment(poses, skeleton, self._augmentation, rng))

    def sampled(self, chosen: Labels, times: Array) -> Array:
        """(B, F, P, J, 3) of sequences (B,) at times (B, F) from 0, the start, to 1, the end."""
        last = self._lengths[chosen, None] - 1
        place = times * last
        before = np.clip(place.astype(np.intp), 0, last - 1)
        weight = (place - before)[..., None, None, None]
        first = self._starts[chosen, None] + before
        return np.asarray(self._points[first] * (1 - weight) + self._points[first + 1] * weight)

    def _drawn(self, poses: Array) -> Image:
        """Images of poses (B, F, P, J, 3), the joints of the second person after the first's."""
        return enhanced_spmf(poses.reshape(*poses.shape[:2], -1, 3), self._spmf)


def random_times(count: int, frames: int, choices: Augmentation, rng: Rng) -> Array:
    """(count, frames) times from 0 to 1 that rise at varying speed, of a part of a sequence."""
    cut = choices.crop * rng.uniform(0, 1, (count, 2)) * (rng.random((count, 2)) < CROPPED)
    even = np.linspace(0, 1, frames)
    first, second = choices.warp * rng.normal(0, 1, (2, count, 1)) * [[[1.0]], [[0.5]]]
    bent = first * np.sin(np.pi * even) + second * np.sin(2 * np.pi * even)
    times = np.clip(np.maximum.accumulate(even + bent / np.pi, axis=1), 0, 1)
    return np.asarray(cut[:, :1] + times * (1 - cut.sum(axis=1, keepdims=True)))


def augment(poses: Array, skeleton: Skeleton, choices: Augmentation, rng: Rng) -> Array:
    """Poses (B, F, P, J, 3), changed at random; the first root of each is the origin."""
    count, _, people = poses.shape[:3]
    changed = poses.copy()
    if people == 2:
        swapped = rng.random(count) < 0.5
        changed[swapped] = changed[swapped, :, ::-1]
    if choices.mirror:
        mirrored = rng.random(count) < 0.5
        changed[mirrored] = mirror(changed[mirrored], skeleton)
    changed -= changed[:, :1, :1, :1]
    changed = (changed.reshape(count, -1, 3) @ _turns(count, choices, rng)).reshape(poses.shape)
    changed *= 1 + choices.scale * rng.uniform(-1, 1, (count, 1, 1, 1, 3))
    changed += rng.normal(0, choices.offset, (count, 1, *changed.shape[2:]))
    jitter = choices.jitter * rng.exponential(size=(count, 1, 1, 1, 1))
    changed += jitter * rng.standard_normal(changed.shape, np.float32)
    return changed


def _turns(count: int, choices: Augmentation, rng: Rng) -> Array:
    """(count, 3, 3) rotations: a camera that is not level, then a turn about the vertical."""
    sizes = np.radians([choices.tilt, choices.turn, choices.tilt])
    pitch, yaw, roll = sizes[:, None] * rng.normal(0, 1, (3, count))
    return _rotations(0, pitch) @ _rotations(2, roll) @ _rotations(1, yaw)


def _rotations(axis: int, angles: Array) -> Array:
    """(B, 3, 3) rotations about axis 0, 1 or 2 by angles (B,) [rad]."""
    matrices = np.tile(np.eye(3), (len(angles), 1, 1))
    first, second = [other for other in range(3) if other != axis]
    matrices[:, [first, second], [first, second]] = np.cos(angles)[:, None]
    matrices[:, first, second], matrices[:, second, first] = -np.sin(angles), np.sin(angles)
    return matrices
