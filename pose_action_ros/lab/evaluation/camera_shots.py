"""Shots of data that come with cameras: Human3.6M, and recordings with true poses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.npz import read_npz
from pose_action_ros.lab.datasets.human36m.recordings import (
    KEYPOINTS,
    TEST_SUBJECTS,
    CameraRecording,
)
from pose_action_ros.lab.datasets.person import OUTPUT_ROWS, PERSON, standing_heights
from pose_action_ros.lab.evaluation.postures import floor_of, postures
from pose_action_ros.lab.evaluation.settings import EXACT, LifterRun
from pose_action_ros.lab.evaluation.shots import Shot, with_scores
from pose_action_ros.recording import Recording, load_recording
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, Skeleton, convert

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_RATE = 50.0  # of Human3.6M [Hz]
_HOURGLASS = "StackedHourglass"  # folder of each subject's detections
# Optical frame of a level camera to one with z up.
_LEVEL = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def human36m_shots(path: Path, settings: LifterRun) -> Iterator[Shot]:
    """The test subjects of Human3.6M before their own cameras, thinned to about the rate.

    All 17 joints count, as in the protocol, although spine, neck, nose and head top are defined
    otherwise than in the lifter. Its nose is a joint of the neck and no input.

    Args:
        path: see human36m.h5.read_folder and human36m.npz.read_npz.
        settings: keypoints are exact, or those of the files: StackedHourglass in a folder, else the
            only data_2d_h36m_*.npz beside the file.

    Raises:
        InputError: files are missing or damaged.
    """
    every = max(1, round(_RATE / settings.rate))
    for one in _recordings(path, settings.keypoints != EXACT, every):
        keypoints = with_scores(one.exact_keypoints) if settings.keypoints == EXACT else None
        if keypoints is None and one.detected is not None:
            keypoints = with_scores(one.detected)
        if keypoints is not None and len(keypoints):
            yield _human36m_shot(one, keypoints, _RATE / every)


def _recordings(path: Path, detected: bool, every: int) -> Iterator[CameraRecording]:
    if path.is_dir():
        return read_folder(path, _HOURGLASS if detected else "", TEST_SUBJECTS, every)
    return read_npz(path, _detections(path) if detected else None, TEST_SUBJECTS, every)


def _detections(path: Path) -> Path:
    files = sorted(path.parent.glob("data_2d_h36m_*.npz"))
    if len(files) != 1:
        raise InputError(
            f"{path.parent}: got {len(files)} files data_2d_h36m_*.npz, expected one, "
            "with the detections to lift; move the others to another folder"
        )
    return files[0]


def _human36m_shot(one: CameraRecording, keypoints: Array, rate: float) -> Shot:
    world = one.joints @ one.camera.rotation + one.camera.position
    return Shot(
        subject=f"S{one.subject}",
        action=one.action,
        postures=postures(world, floor_of(world)),
        stamps=np.arange(len(world)) / rate,
        joints=one.joints,
        defined=np.ones(len(HUMAN36M_17), np.bool_),
        height=_height(one.joints),
        intrinsics=one.camera.lens,
        keypoints=_coco(keypoints, KEYPOINTS),
    )


def recording_shots(path: Path, settings: LifterRun) -> Iterator[Shot]:
    """The people of a recording with true poses, in all its images.

    Args:
        path: of the file or its folder.
        settings: keypoints of the file, or exact ones: projections of placed poses.

    Raises:
        InputError: no recording; or it has no intrinsics, no keypoints, or no placed poses.
    """
    recording = load_recording(path)
    for person in recording.ids:
        rows = np.flatnonzero(recording.people == person)
        rows = rows[np.argsort(recording.stamps[rows], kind="stable")]
        rows = rows[np.diff(recording.stamps[rows], prepend=-np.inf) > 0]
        yield _recorded_shot(recording, rows, settings.keypoints == EXACT, path)


def _recorded_shot(recording: Recording, rows: Rows, exact: bool, path: Path) -> Shot:
    camera = recording.camera_at(int(rows[0]))
    if camera is None:
        raise InputError(f"{path} has no intrinsics of the camera; record it with camera_info")
    poses = convert(recording.poses[rows], recording.pose_skeleton, HUMAN36M_17)
    complete = np.asarray(np.isfinite(poses).all(axis=-1))  # (T, 17)
    defined = complete.mean(axis=0) > 0.5
    keep = np.asarray(complete[:, defined].all(axis=1))
    if not keep.any() or not defined[HUMAN36M_17.root]:
        raise InputError(f"{path}: got no pose with a mid hip as truth, expected one in each image")
    rows, joints = rows[keep], np.where(defined[:, None], poses[keep, :, :3], 0.0)
    if not exact:
        keypoints = _coco(recording.keypoints[rows], recording.keypoint_skeleton)
    elif recording.placed[rows].all():
        placed = np.where(defined[:, None], joints, np.nan)
        keypoints = _coco(with_scores(camera.project(placed)), HUMAN36M_17)
    else:
        raise InputError(f"{path}: poses are not placed and cannot be projected; use its keypoints")
    world = joints @ _LEVEL.T
    return Shot(
        subject=f"person {recording.people[rows[0]]}",
        action=_label(recording, rows),
        postures=postures(world, floor_of(world)),
        stamps=recording.stamps[rows],
        joints=joints,
        defined=defined,
        height=_height(joints),
        intrinsics=camera,
        keypoints=keypoints,
    )


def _label(recording: Recording, rows: Rows) -> str:
    """Label of the person's first span; the name of the source without any."""
    person = recording.people[rows[0]]
    labels = [span.label for span in recording.spans if span.person_id == person]
    return (labels or [recording.source or "recording"])[0]


def _coco(keypoints: npt.ArrayLike, skeleton: Skeleton) -> Array:
    """COCO-18 keypoints (T, 18, 3), NaN and score 0 where missing."""
    values = convert(keypoints, skeleton, COCO_18)
    values[..., 2] = np.where(np.isfinite(values).all(axis=-1), values[..., 2], 0.0)
    return values


def _height(joints: Array) -> float:
    """Standing height [m] of a person (T, 17, 3)."""
    person = np.full((len(joints), len(PERSON), 3), np.nan)
    person[:, OUTPUT_ROWS] = joints
    return float(np.median(standing_heights(person)))
