"""Labelled poses of two people in the camera's frame, and files of them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, LabelledPoses
from pose_action_ros.lifting import Lifter
from pose_action_ros.lifting.depth_filter import DepthFilter
from pose_action_ros.lifting.occlusion import RecentJoints
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

JOINTS = len(HUMAN36M_17)


def placed(person: LabelledKeypoints, lifter: Lifter, min_score: float) -> tuple[Array, Array]:
    """Stamps (T,) [s] and placed joints (T, 17, 3) [m] of a person, as of a stream.

    Joints that are not trusted are NaN; frames without position are omitted.
    """
    stamps = person.stamps
    lifted = lifter.lift_track(person.points, person.scores, person.intrinsics, stamps)
    depths, recent = DepthFilter(), RecentJoints()
    smooth, known = np.empty(len(stamps)), np.empty(lifted.known.shape, dtype=np.bool_)
    solved = lifted.placement.solved
    for row, stamp in enumerate(stamps.tolist()):
        depths.begin(stamp)
        depth = lifted.placement.depths[row : row + 1] if solved[row] else np.array([np.nan])
        smooth[row] = depths([0], depth)[0]
        known[row] = recent([0], lifted.known[row : row + 1], stamp)[0]
    points = lifted.joints + lifted.placement.at(smooth)[:, None]
    points[~known | (lifted.scores < min_score) | ~solved[:, None]] = np.nan
    kept = np.isfinite(points).all(axis=-1).any(axis=-1)
    return stamps[kept], points[kept]


def paired(
    people: Sequence[tuple[Array, Array]], stamps: Array, labels: Sequence[str], distance: float
) -> LabelledPoses:
    """Poses (T, 34, 3) of two people in the frames that show both near each other.

    Args:
        people: stamps (T,) and joints (T, 17, 3) of each, as of `placed`.
        stamps: (F,) [s] of all frames.
        labels: (F,) at these.
        distance: greatest distance on the ground between both [m], as in the recogniser.
    """
    both = np.full((len(stamps), 2, JOINTS, 3), np.nan)
    for who, (times, points) in enumerate(people):
        both[np.searchsorted(stamps, times), who] = points
    present = np.isfinite(both).all(axis=-1).any(axis=-1).all(axis=-1)
    both, stamps = both[present], stamps[present]
    middles = np.nanmean(both[..., ::2], axis=2)  # (T, 2, 2)
    near = np.linalg.norm(middles[:, 0] - middles[:, 1], axis=-1) <= distance
    kept = np.array(labels)[present][near]
    return LabelledPoses(stamps[near], both[near].reshape(-1, 2 * JOINTS, 3), kept)


def save_pairs(path: Path, pairs: Sequence[LabelledPoses]) -> None:
    """Write the poses of pairs; the file is replaced atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            stamps=np.concatenate([pair.stamps for pair in pairs]),
            points=np.concatenate([pair.points for pair in pairs]).astype(np.float32),
            labels=np.concatenate([pair.labels for pair in pairs]),
            lengths=np.array([len(pair.stamps) for pair in pairs]),
        )
    draft.replace(path)


def load_pairs(path: Path) -> list[LabelledPoses]:
    """Read the poses of pairs.

    Raises:
        InputError: damaged, or another file.
    """
    try:
        with np.load(path) as file:
            cuts = np.cumsum(file["lengths"])[:-1]
            parts = [np.split(file[key], cuts) for key in ("stamps", "points", "labels")]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} is no file of `train interaction`: {error}; remove it, and it is made again"
        ) from error
    return [
        LabelledPoses(stamps, points.astype(np.float64), labels)
        for stamps, points, labels in zip(*parts, strict=True)
    ]
