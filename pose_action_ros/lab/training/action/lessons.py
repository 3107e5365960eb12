"""What recordings teach: poses as an action model looks at them, and when the action is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action.recordings import Recording
from pose_action_ros.lab.training.action.windows import Place, find_windows
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings, drawn_joints
from pose_action_ros.recognition.window import resample
from pose_action_ros.recording import PoseRecording
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton, convert

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DONE = 1
SHORTEST = 0.5  # [s] a person must be seen to learn from it
SEEN = 1.0  # [s] seen before the end of a window, where a recording is that long
EVERY = 0.15  # [s] between windows
SPAN = 0.3  # [s] over which speeds are measured; the lifter's trembling is faster
MOVING = 0.4  # [m/s] of the fastest joint
SETTLED = 0.15  # [m] of the fastest joint from where it was at the start: back at rest


@dataclass(frozen=True, eq=False)
class Lesson:
    """One recording.

    Attributes:
        label: what is done.
        source: file or camera it is from.
        poses: root-relative; the labels are DONE where a window may end, 0 elsewhere.
    """

    label: str
    source: str
    poses: Recording


def places_of(poses: Recording, index: int, label: int) -> list[Place]:
    """Windows of a lesson's poses, of this index and with this label."""
    seconds = float(poses.stamps[-1] - poses.stamps[0]) if len(poses.stamps) else 0.0
    shortest = min(SEEN, max(SHORTEST, seconds - SPAN))
    every = find_windows([poses], EVERY, 0.0, shortest)
    return [Place(index, place.frame, label) for place in every if place.label == DONE]


def lessons_of(recordings: Sequence[PoseRecording], spmf: SpmfSettings) -> list[Lesson]:
    """The lessons in recordings, in order.

    Raises:
        InputError: a recording without a label, with "unknown", without joints that the model
            looks at, or too short; names it.
    """
    return [_lesson(recording, spmf) for recording in recordings]


def _lesson(recording: PoseRecording, spmf: SpmfSettings) -> Lesson:
    name = f"the recording of person {recording.person_id} in {recording.source or 'no source'}"
    if recording.label in ("", UNKNOWN):
        raise InputError(
            f"{name} has the label {recording.label!r}, expected what the person does; record it "
            "again with --label, or take it out of the folder"
        )
    _check_joints(recording.skeleton, spmf, name)
    poses = poses_of(recording, spmf.min_score)
    if len(poses.stamps):
        limited = replace(poses, labels=np.where(when_done(poses), DONE, 0))
        poses = limited if places_of(limited, 0, 0) else poses
    if not places_of(poses, 0, 0):
        raise InputError(
            f"{name} ({recording.label}) shows nobody for {SHORTEST} s in one go; record it again"
        )
    return Lesson(recording.label, recording.source, poses)


def _check_joints(skeleton: Skeleton, spmf: SpmfSettings, name: str) -> None:
    lacking = np.isnan(convert(np.zeros((len(skeleton), 1)), skeleton, HUMAN36M_17)[:, 0])
    needed = [HUMAN36M_17.joints[index] for index in drawn_joints(spmf) if lacking[index]]
    if needed:
        raise InputError(
            f"{name} has skeleton {skeleton.name!r}, which lacks {', '.join(needed)} that the "
            "model looks at; record with pose-action record"
        )


def poses_of(recording: PoseRecording, min_score: float) -> Recording:
    """Root-relative poses as the simulated people's are; frames without a joint are left out.

    All are DONE.
    """
    joined = np.dstack([recording.points, recording.scores])
    known = convert(joined, recording.skeleton, HUMAN36M_17)  # (T, 17, 4)
    points, scores = known[..., :3], np.nan_to_num(known[..., 3])
    points[scores < min_score] = np.nan
    root = points[:, [HUMAN36M_17.root]]
    points = np.where(np.isfinite(root), points - root, points if not recording.placed else np.nan)
    kept = np.isfinite(points).all(axis=-1).any(axis=-1)
    labels = np.full(int(kept.sum()), DONE)
    return Recording(recording.stamps[kept], points[kept], labels)


def when_done(poses: Recording) -> Mask:
    """(T,) frames in which the action is done rather than waited for.

    Of who stands still, moves and is back at rest, it is from the first movement to the last. Who
    hardly moves holds a posture: that is the action.
    """
    stamps = poses.stamps
    moving = np.flatnonzero(_speeds(poses) > MOVING)
    if len(moving) < 0.1 * len(stamps):
        return np.ones(len(stamps), dtype=np.bool_)
    first, last = moving[0], moving[-1]
    away = np.linalg.norm(poses.points[last:] - poses.points[first], axis=-1)
    away = away[:, np.isfinite(away).any(axis=0)]
    back = float(np.max(np.nanmedian(away, axis=0), initial=0.0)) < SETTLED
    done = stamps >= stamps[first] + SPAN
    return np.asarray(done & (stamps <= stamps[last]) if back else done)


def _speeds(poses: Recording) -> Array:
    """(T,) [m/s] of the fastest joint; 0 where none is known."""
    stamps, points = poses.stamps, poses.points
    before, after = (resample(stamps, points, stamps + shift) for shift in (-SPAN / 2, SPAN / 2))
    ways = np.linalg.norm(after - before, axis=-1)
    return np.asarray(np.nan_to_num(ways).max(axis=1) / SPAN)
