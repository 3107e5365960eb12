"""Data sets of recorded actions: their official splits, and splits of the training part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets import msr_action3d, sbu_kinect
from pose_action_ros.lab.datasets.sequences import (
    ActionSequence,
    bone_lengths,
    standard_bones,
)
from pose_action_ros.skeletons import MSR_20, SBU_15

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
