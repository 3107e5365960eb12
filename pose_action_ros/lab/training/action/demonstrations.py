"""Demonstrations of actions: recorded poses, and the frames in which the action is performed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action.labelled import LabelledPoses, Names
from pose_action_ros.lab.training.action.windows import OMITTED, WindowSpec, find_windows
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings, drawn_joints
from pose_action_ros.recognition.window import origins, resample
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton, convert

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PERFORMED, AWAITED = "performed", ""
"""Labels of the frames of a demonstration."""
SHORTEST = 0.5  # least time with poses in a demonstration [s]
LEAST_POSES = 1.0  # time with poses before the end of a window, in longer demonstrations [s]
EVERY = 0.15  # time between windows [s]
SPAN = 0.3  # time over which speeds are measured, longer than the lifter's jitter [s]
MOVING = 0.4  # speed of the fastest joint from which a person moves [m/s]
SETTLED = 0.15  # displacement of the fastest joint below which a person is back at rest [m]


@dataclass(frozen=True, eq=False)
class Demonstration:
    """One recording of one action.

    Attributes:
        label: the action.
        source: file or camera of the recording.
        poses: root-relative; the labels are PERFORMED where a window may end, else AWAITED.
    """

    label: str
    source: str
    poses: LabelledPoses


def windows_of(poses: LabelledPoses, index: int, label: int) -> list[WindowSpec]:
    """Windows of a demonstration's poses, with this index of the recording and this label."""
    seconds = float(poses.stamps[-1] - poses.stamps[0]) if len(poses.stamps) else 0.0
    shortest = min(LEAST_POSES, max(SHORTEST, seconds - SPAN))
    number = {PERFORMED: label, AWAITED: OMITTED}.__getitem__
    windows = find_windows([poses], number, EVERY, 0.0, shortest)
    return [replace(each, recording=index) for each in windows]


def demonstrations_of(recordings: Sequence[PoseTrack], spmf: SpmfSettings) -> list[Demonstration]:
    """The demonstrations in recordings, in order.

    Raises:
        InputError: a recording without label, with the label "unknown", without a joint that the
            model needs, or too short; names the recording.
    """
    return [_demonstration(recording, spmf) for recording in recordings]


def _demonstration(recording: PoseTrack, spmf: SpmfSettings) -> Demonstration:
    name = (
        f"the recording of person {recording.person_id} in {recording.source or 'no source'} from "
        f"{max(recording.begin, recording.stamps[0]):.1f} to {recording.stamps[-1]:.1f} s"
    )
    if recording.label in ("", UNKNOWN):
        raise InputError(
            f"{name} has the label {recording.label!r}, expected the name of an action; record it "
            "again with --label, or remove it from the folder"
        )
    _check_joints(recording.skeleton, spmf, name)
    poses = poses_of(recording, spmf.min_score)
    limited = replace(poses, labels=_performed(poses))
    poses = limited if windows_of(limited, 0, 0) else poses
    if not windows_of(poses, 0, 0):
        raise InputError(
            f"{name} ({recording.label}) has no {SHORTEST} s of poses without a gap; record it "
            "again, or name a longer span"
        )
    return Demonstration(recording.label, recording.source, poses)


def _check_joints(skeleton: Skeleton, spmf: SpmfSettings, name: str) -> None:
    lacking = np.isnan(convert(np.zeros((len(skeleton), 1)), skeleton, HUMAN36M_17)[:, 0])
    needed = [HUMAN36M_17.joints[index] for index in drawn_joints(spmf) if lacking[index]]
    if needed:
        raise InputError(
            f"{name} has skeleton {skeleton.name!r}, which lacks {', '.join(needed)} that the "
            "model needs; record with pose-action record"
        )


def poses_of(recording: PoseTrack, min_score: float) -> LabelledPoses:
    """Root-relative Human3.6M poses, PERFORMED in the labelled span; without empty frames."""
    joined = np.dstack([recording.points, recording.scores])
    converted = convert(joined, recording.skeleton, HUMAN36M_17)  # (T, 17, 4)
    points, scores = converted[..., :3], np.nan_to_num(converted[..., 3])
    points = points - origins(points, HUMAN36M_17)
    points[scores < min_score] = np.nan
    kept = np.isfinite(points).all(axis=-1).any(axis=-1)
    stamps = recording.stamps[kept]
    labels = np.where(stamps >= recording.begin, PERFORMED, AWAITED)
    return LabelledPoses(stamps, points[kept], labels)


def _performed(poses: LabelledPoses) -> Names:
    """(T,) the labels without frames in which the action is awaited."""
    labels = poses.labels.copy()
    inside = labels == PERFORMED
    if inside.any():
        part = LabelledPoses(poses.stamps[inside], poses.points[inside], labels[inside])
        labels[inside] = np.where(active_frames(part), PERFORMED, AWAITED)
    return labels


def active_frames(poses: LabelledPoses) -> Mask:
    """(T,) True where the action is performed rather than awaited.

    A person who stands still, moves and returns to rest performs it from the first movement to the
    last. A person who hardly moves holds a posture, which is the action.
    """
    stamps = poses.stamps
    moving = np.flatnonzero(_speeds(poses) > MOVING)
    if len(moving) < 0.1 * len(stamps):
        return np.ones(len(stamps), dtype=np.bool_)
    first, last = moving[0], moving[-1]
    away = np.linalg.norm(poses.points[last:] - poses.points[first], axis=-1)
    away = away[:, np.isfinite(away).any(axis=0)]
    at_rest = float(np.max(np.nanmedian(away, axis=0), initial=0.0)) < SETTLED
    active = stamps >= stamps[first] + SPAN
    return np.asarray(active & (stamps <= stamps[last]) if at_rest else active)


def _speeds(poses: LabelledPoses) -> Array:
    """(T,) [m/s] of the fastest joint; 0 where none is present."""
    stamps, points = poses.stamps, poses.points.astype(np.float64)
    before, after = (resample(stamps, points, stamps + shift) for shift in (-SPAN / 2, SPAN / 2))
    ways = np.linalg.norm(after - before, axis=-1)
    return np.asarray(np.nan_to_num(ways).max(axis=1) / SPAN)
