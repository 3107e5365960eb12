"""Frames of recordings: joints of Martinez et al., precision, frames without pose or detection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import human36m_files as files
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.frames import frames_of
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.recordings import (
    SUBJECTS,
    TEST_SUBJECTS,
    TRAIN_SUBJECTS,
)
from pose_action_ros.metrics import mpjpe

# Martinez' rows of the 32 joints: inputs, and outputs without the hip.
INPUT_ROWS = [0, 1, 2, 3, 6, 7, 8, 12, 13, 15, 17, 18, 19, 25, 26, 27]
OUTPUT_ROWS = [1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


def test_no_subject_is_in_both() -> None:
    assert sorted(TRAIN_SUBJECTS + TEST_SUBJECTS) == list(SUBJECTS)
    assert TEST_SUBJECTS == (9, 11)


def test_frames_have_the_joints_of_martinez(tmp_path: Path) -> None:
    numbers = files.write_folder(tmp_path, 9)[0]
    first = next(read_folder(tmp_path, "StackedHourglass", (9,)))
    frames = frames_of([first])
    world = files.people(files.SEQUENCES[first.sequence], files.SEQUENCES[first.sequence])
    joints = files.optical(world, numbers)
    np.testing.assert_allclose(
        frames.exact, files.pixels(joints, numbers)[:, INPUT_ROWS], atol=1e-3
    )
    relative = joints[:, OUTPUT_ROWS] - joints[:, :1]
    np.testing.assert_allclose(frames.poses[:, 1:], relative, atol=1e-6)
    # His permutation from the hourglass's order.
    order = [6, 2, 1, 0, 3, 4, 5, 7, 8, 9, 13, 14, 15, 12, 11, 10]
    detected = files.detections(0, len(world) + 1)[:-1, order]
    np.testing.assert_array_equal(frames.detected, detected.astype(np.float32))
    for name, value in (("action", first.action), ("subject", "S9"), ("camera", "54138969")):
        assert frames.groups()[name].tolist() == [value] * len(world)


def test_frames_of_all_recordings_are_their_poses(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 9)
    found = list(read_folder(tmp_path, "StackedHourglass", (9,)))
    frames = frames_of(found)
    assert len(frames) == 4 * sum(files.SEQUENCES.values())
    truth = np.concatenate([one.joints for one in found])
    assert mpjpe(frames.poses.astype(np.float64), truth) < 1e-6
    np.testing.assert_array_equal(frames.poses[:, 0], 0)
    cameras = [one.camera.name for one in found for _ in one.joints]
    assert frames.groups()["camera"].tolist() == cameras


def test_frames_are_in_single_precision(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 9)
    frames = frames_of(read_folder(tmp_path, "StackedHourglass", (9,)))
    assert {one.dtype.str for one in (frames.exact, frames.detected, frames.poses)} == {"<f4"}


def test_frames_without_detections_can_be_removed(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 9)
    path = tmp_path / "S9/StackedHourglass/Walking.55011271.h5"
    poses = files.detections(1, 4)
    poses[1, 3] = np.nan
    files.write_detections(path, poses)
    found = list(read_folder(tmp_path, "StackedHourglass", (9,)))
    complete = frames_of(found, detected=True)
    assert len(complete) == len(frames_of(found)) - 1
    assert np.isfinite(complete.detected).all()
    without = list(read_folder(tmp_path, subjects=(9,)))
    assert len(frames_of(without)) == len(frames_of(found))
    assert not len(frames_of(without, detected=True))


def test_frames_without_a_pose_are_removed(tmp_path: Path) -> None:
    world = files.people(0, 3)
    world[1, 27] = np.nan
    files.write_positions(tmp_path / "S9/MyPoses/3D_positions/Eating.h5", world)
    assert len(frames_of(read_folder(tmp_path, subjects=(9,)))) == 4 * 2


def test_no_recordings_are_refused() -> None:
    with pytest.raises(InputError, match="no recordings"):
        frames_of([])
