"""Whole recorded actions as images: a data set's sequences, as they are or augmented anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.datasets.action_sequences import ActionSequence
from pose_action_ros.lab.training.action.turns import mirror, turn
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import resample
from pose_action_ros.settings import Settings, setting
from pose_action_ros.skeletons import Skeleton, skeleton_named

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Augmentation(Settings):
    """How much a sequence is changed; never its label."""

    mirror: bool = setting(
        False, "left and right change places half of the time: where no label has a side"
    )
    crop: float = setting(0.1, "most that is cut off at each end, as a part", low=0.0, high=0.4)
    warp: float = setting(0.15, "how unevenly time passes, standard deviation", low=0.0, high=0.5)
    tilt: float = setting(6.0, "of the camera, standard deviation", unit="deg", low=0.0)
    turn: float = setting(15.0, "about the vertical, standard deviation", unit="deg", low=0.0)
    scale: float = setting(0.08, "most that an axis is stretched", low=0.0, high=0.9)
    offset: float = setting(0.01, "steady error of a joint, standard deviation", unit="m", low=0.0)
    jitter: float = setting(0.005, "error that changes, standard deviation", unit="m", low=0.0)


class SequenceExamples:
    """Sequences of one data set; people in the order of the sequence or, augmented, in any.

    Args:
        sequences: to draw from.
        labels: how many classes there are.
        spmf: how images are made.
        augmentation: how sequences are changed.
    """

    def __init__(
        self,
        sequences: Sequence[ActionSequence],
        labels: int,
        spmf: SpmfSettings,
        augmentation: Augmentation,
    ) -> None:
        self.labels = labels
        self._sequences, self._spmf, self._augmentation = sequences, spmf, augmentation
        self.truth: Labels = np.array([item.label for item in sequences], dtype=np.int64)

    @cached_property
    def images(self) -> Image:
        """(N, height, width, 3) all sequences as they are."""
        frames = self._spmf.frames
        whole = [sampled(item.points, np.linspace(0, 1, frames)) for item in self._sequences]
        return enhanced_spmf(np.stack([_together(points) for points in whole]), self._spmf)

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """(B, height, width, 3) of sequences taken in turns, augmented, and their labels (B,)."""
        rounds = -(-count // len(self._sequences))
        order = [rng.permutation(len(self._sequences)) for _ in range(rounds)]
        chosen = np.concatenate(order)[:count]
        return self.augmented(chosen, rng), self.truth[chosen]

    def augmented(self, chosen: Labels, rng: Rng) -> Image:
        """(B, height, width, 3) of these sequences, each changed at random."""
        frames, choices = self._spmf.frames, self._augmentation
        skeleton = skeleton_named(self._spmf.skeleton)
        points = [
            augmented(self._sequences[row].points, skeleton, frames, choices, rng) for row in chosen
        ]
        return enhanced_spmf(np.stack([_together(each) for each in points]), self._spmf)


def augmented(
    points: Array, skeleton: Skeleton, frames: int, choices: Augmentation, rng: Rng
) -> Array:
    """(frames, P, J, 3) of a sequence (T, P, J, 3), changed at random; one root is the origin."""
    start, stop = choices.crop * rng.uniform(0, 1, 2) * (rng.random(2) < 0.7)
    times = start + _warped(frames, choices.warp, rng) * (1 - start - stop)
    changed = sampled(points, times)
    if points.shape[1] == 2 and rng.random() < 0.5:
        changed = changed[:, ::-1]
    if choices.mirror and rng.random() < 0.5:
        changed = mirror(changed, skeleton)
    changed = changed - changed[:1, :1, :1]
    pitch, yaw, roll = np.radians(rng.normal(0, 1, 3) * [choices.tilt, choices.turn, choices.tilt])
    changed = changed @ turn(0, pitch) @ turn(2, roll) @ turn(1, yaw)
    changed *= 1 + choices.scale * rng.uniform(-1, 1, 3)
    changed += rng.normal(0, choices.offset, (1, *changed.shape[1:]))
    changed += rng.exponential() * rng.normal(0, choices.jitter, changed.shape)
    return np.asarray(changed)


def sampled(points: Array, times: Array) -> Array:
    """(F, P, J, 3) of a sequence (T, P, J, 3) at times (F,), 0 its beginning and 1 its end."""
    stamps = np.linspace(0, 1, len(points))
    flat = points.reshape(len(points), -1, 3)
    return resample(stamps, flat, times).reshape(len(times), *points.shape[1:])


def _warped(frames: int, strength: float, rng: Rng) -> Array:
    """(frames,) times from 0 to 1 that rise now faster, now slower."""
    even = np.linspace(0, 1, frames)
    first, second = strength * rng.normal(0, [1.0, 0.5])
    bent = first * np.sin(np.pi * even) + second * np.sin(2 * np.pi * even)
    return np.clip(np.maximum.accumulate(even + bent / np.pi), 0, 1)


def _together(points: Array) -> Array:
    """(F, P, J, 3) to (F, P J, 3) with the joints of one person after those of the other."""
    return points.reshape(len(points), -1, 3)
