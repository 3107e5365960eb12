"""The data sets of recorded actions under their official protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets import msr_action3d, sbu_kinect
from pose_action_ros.lab.datasets.action_sequences import (
    ActionSequence,
    bone_lengths,
    standard_bones,
)
from pose_action_ros.skeletons import MSR_20, SBU_15

DATASETS = ("msr_action3d", "sbu_kinect")
INNER_PARTS = 5


@dataclass(frozen=True, eq=False)
class Split:
    """What is trained on and what is measured on.

    Attributes:
        name: of the part of the protocol.
        labels: names of the classes.
        train, test: sequences, all bodies with the bones of the training part's mean.
    """

    name: str
    labels: tuple[str, ...]
    train: tuple[ActionSequence, ...]
    test: tuple[ActionSequence, ...]


def splits(dataset: str, folder: Path, names: Sequence[str] = ()) -> list[Split]:
    """The parts of a data set's protocol.

    MSR Action3D: AS1, AS2, AS3 and all twenty actions, subjects 1, 3, 5, 7 and 9 for training (Li
    et al. 2010). SBU Kinect Interaction: each of the five official folds (Yun et al. 2012).

    Args:
        dataset: one of DATASETS.
        folder: where its files are.
        names: of the parts that are wanted; all when there are none.

    Raises:
        InputError: files are missing or damaged.
        SettingError: no part has such a name.
    """
    found = _splits(dataset, folder)
    known = [split.name for split in found]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SettingError(f"there is no split {', '.join(unknown)}; there are {', '.join(known)}")
    return [split for split in found if not names or split.name in names]


def _splits(dataset: str, folder: Path) -> list[Split]:
    if dataset == "msr_action3d":
        return [_msr_split(folder, subset) for subset in msr_action3d.SUBSETS]
    sequences = sbu_kinect.read_sbu_kinect(folder)
    folds = [sbu_kinect.fold_of(sequence) for sequence in sequences]
    return [
        _split(f"fold_{fold + 1}", sbu_kinect.LABELS, sequences, [each == fold for each in folds])
        for fold in range(len(sbu_kinect.FOLDS))
    ]


def _msr_split(folder: Path, subset: str) -> Split:
    sequences = msr_action3d.read_msr_action3d(folder, subset)
    tested = [msr_action3d.is_test(sequence) for sequence in sequences]
    return _split(subset, msr_action3d.labels_of(subset), sequences, tested)


def reward_split(split: Split) -> Split:
    """The training part alone; a search is rewarded for its last two of five subjects."""
    subjects = sorted({sequence.subjects for sequence in split.train})
    held_out = set(subjects[-max(1, len(subjects) * 2 // 5) :])
    inside = [sequence.subjects in held_out for sequence in split.train]
    return _split(f"{split.name}_reward", split.labels, split.train, inside)


def inner_splits(split: Split) -> list[Split]:
    """The training part alone, each fifth of its subjects held out in turn: for choices."""
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
    for sequence, measured in zip(sequences, tested, strict=True):
        parts[measured].append(sequence)
    skeleton = _SKELETONS[sequences[0].points.shape[2]]
    lengths = bone_lengths(parts[False], skeleton)
    train, test = (
        tuple(
            replace(item, points=standard_bones(item.points, skeleton, lengths))
            for item in parts[kind]
        )
        for kind in (False, True)
    )
    return Split(name, tuple(labels), train, test)


_SKELETONS = {len(skeleton): skeleton for skeleton in (MSR_20, SBU_15)}
