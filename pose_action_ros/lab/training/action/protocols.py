"""Data sets of recorded actions: their official splits, and their sequences as images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets import msr_action3d, sbu_kinect
from pose_action_ros.lab.datasets.sequences import (
    ActionSequence,
    bone_lengths,
    standard_bones,
)
from pose_action_ros.lab.training.action.augmentation import mirror, rotation
from pose_action_ros.lab.training.action.settings import Augmentation
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import resample
from pose_action_ros.skeletons import MSR_20, SBU_15, Skeleton, skeleton_named

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator

INNER_PARTS = 5
_SKELETONS = {len(skeleton): skeleton for skeleton in (MSR_20, SBU_15)}


@dataclass(frozen=True, eq=False)
class Split:
    """Training and test sequences of one part of a protocol.

    Attributes:
        name: of the part.
        labels: names of the classes.
        train, test: sequences; all bodies have the mean bone lengths of the training sequences.
    """

    name: str
    labels: tuple[str, ...]
    train: tuple[ActionSequence, ...]
    test: tuple[ActionSequence, ...]


def splits(dataset: str, folder: Path, names: Sequence[str] = ()) -> list[Split]:
    """Read the splits of a data set's protocol.

    MSR Action3D: AS1, AS2, AS3 and all twenty actions, subjects 1, 3, 5, 7 and 9 for training (Li
    et al. 2010). SBU Kinect Interaction: each of the five official folds (Yun et al. 2012).

    Args:
        dataset: one of DATASETS.
        folder: with the files of the data set.
        names: of the splits to return; empty for all.

    Raises:
        InputError: files are missing or damaged.
        SettingError: an unknown name.
    """
    folds = {f"fold_{fold + 1}": fold for fold in range(len(sbu_kinect.FOLDS))}
    known = [*(msr_action3d.SUBSETS if dataset == "msr_action3d" else folds)]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SettingError(f"there is no split {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [name for name in known if not names or name in names]
    if dataset == "msr_action3d":
        return [_msr_split(folder, name) for name in chosen]
    sequences = sbu_kinect.read_sbu_kinect(folder)
    fold_of = [sbu_kinect.fold_of(sequence) for sequence in sequences]
    return [
        _split(name, sbu_kinect.LABELS, sequences, [fold == folds[name] for fold in fold_of])
        for name in chosen
    ]


def _msr_split(folder: Path, subset: str) -> Split:
    sequences = msr_action3d.read_msr_action3d(folder, subset)
    tested = [msr_action3d.is_test(sequence) for sequence in sequences]
    return _split(subset, msr_action3d.labels_of(subset), sequences, tested)


def reward_split(split: Split) -> Split:
    """Split of the training sequences: the last two of five subjects give a search's rewards."""
    subjects = sorted({sequence.subjects for sequence in split.train})
    held_out = set(subjects[-max(1, len(subjects) * 2 // 5) :])
    inside = [sequence.subjects in held_out for sequence in split.train]
    return _split(f"{split.name}_reward", split.labels, split.train, inside)


def inner_splits(split: Split) -> list[Split]:
    """Cross-validation splits of the training sequences by subject, to choose settings."""
    subjects = sorted({sequence.subjects for sequence in split.train})
    parts = min(len(subjects), INNER_PARTS)
    return [
        _split(
            f"{split.name}_inner_{part + 1}",
            split.labels,
            split.train,
            [subjects.index(sequence.subjects) % parts == part for sequence in split.train],
        )
        for part in range(parts)
    ]


def _split(
    name: str,
    labels: Sequence[str],
    sequences: Sequence[ActionSequence],
    tested: Sequence[bool],
) -> Split:
    parts: dict[bool, list[ActionSequence]] = {True: [], False: []}
    for sequence, test in zip(sequences, tested, strict=True):
        parts[test].append(sequence)
    skeleton = _SKELETONS[sequences[0].points.shape[2]]
    lengths = bone_lengths(parts[False], skeleton)
    train, test_part = (
        tuple(
            replace(item, points=standard_bones(item.points, skeleton, lengths))
            for item in parts[kind]
        )
        for kind in (False, True)
    )
    return Split(name, tuple(labels), train, test_part)


class SequenceExamples:
    """Sequences of a data set as images; two people are in random order when augmented.

    Args:
        sequences: of the data set.
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
        self._sequences, self._spmf, self._augmentation = sequences, spmf, augmentation
        self.truth: Labels = np.array([item.label for item in sequences], dtype=np.int64)

    @cached_property
    def images(self) -> Image:
        """(N, height, width, C) all sequences, unchanged."""
        times = np.linspace(0, 1, self._spmf.frames)
        whole = [sample(item.points, times) for item in self._sequences]
        return self._drawn(whole)

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """Augmented images (B, height, width, C) of sequences in turn, and their labels (B,)."""
        rounds = -(-count // len(self._sequences))
        order = [rng.permutation(len(self._sequences)) for _ in range(rounds)]
        chosen = np.concatenate(order)[:count]
        return self.augmented(chosen, rng), self.truth[chosen]

    def augmented(self, chosen: Labels, rng: Rng) -> Image:
        """Augmented images (B, height, width, C) of the chosen sequences."""
        frames, choices = self._spmf.frames, self._augmentation
        skeleton = skeleton_named(self._spmf.skeleton)
        return self._drawn(
            [augment(self._sequences[row].points, skeleton, frames, choices, rng) for row in chosen]
        )

    def _drawn(self, sequences: Sequence[Array]) -> Image:
        """Images of sequences (F, P, J, 3), the joints of the second person after the first's."""
        joined = [points.reshape(len(points), -1, 3) for points in sequences]
        return enhanced_spmf(np.stack(joined), self._spmf)


def augment(
    points: Array, skeleton: Skeleton, frames: int, choices: Augmentation, rng: Rng
) -> Array:
    """(frames, P, J, 3) of a sequence (T, P, J, 3), changed at random; one root is the origin."""
    start, stop = choices.crop * rng.uniform(0, 1, 2) * (rng.random(2) < 0.7)
    times = start + _warped_times(frames, choices.warp, rng) * (1 - start - stop)
    changed = sample(points, times)
    if points.shape[1] == 2 and rng.random() < 0.5:
        changed = changed[:, ::-1]
    if choices.mirror and rng.random() < 0.5:
        changed = mirror(changed, skeleton)
    changed = changed - changed[:1, :1, :1]
    pitch, yaw, roll = np.radians(rng.normal(0, 1, 3) * [choices.tilt, choices.turn, choices.tilt])
    changed = changed @ rotation(0, pitch) @ rotation(2, roll) @ rotation(1, yaw)
    changed *= 1 + choices.scale * rng.uniform(-1, 1, 3)
    changed += rng.normal(0, choices.offset, (1, *changed.shape[1:]))
    changed += rng.exponential() * rng.normal(0, choices.jitter, changed.shape)
    return np.asarray(changed)


def sample(points: Array, times: Array) -> Array:
    """(F, P, J, 3) of a sequence (T, P, J, 3) at times (F,) from 0, its start, to 1, its end."""
    stamps = np.linspace(0, 1, len(points))
    flat = points.reshape(len(points), -1, 3)
    return resample(stamps, flat, times).reshape(len(times), *points.shape[1:])


def _warped_times(frames: int, strength: float, rng: Rng) -> Array:
    """(frames,) times from 0 to 1 that rise at varying speed."""
    even = np.linspace(0, 1, frames)
    first, second = strength * rng.normal(0, [1.0, 0.5])
    bent = first * np.sin(np.pi * even) + second * np.sin(2 * np.pi * even)
    return np.clip(np.maximum.accumulate(even + bent / np.pi), 0, 1)
