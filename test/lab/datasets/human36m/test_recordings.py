"""The protocol of Martinez et al.: joints, subjects and scaling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import human36m_files as files
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.recordings import (
    SUBJECTS,
    TEST_SUBJECTS,
    TRAIN_SUBJECTS,
    frames_of,
    poses_from,
)
from pose_action_ros.metrics import mpjpe

Array = npt.NDArray[np.float64]

# Martinez' rows of the 32 joints: inputs, and outputs without the hip.
INPUT_ROWS = [0, 1, 2, 3, 6, 7, 8, 12, 13, 15, 17, 18, 19, 25, 26, 27]
OUTPUT_ROWS = [1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


def test_no_subject_is_in_both() -> None:
    assert sorted(TRAIN_SUBJECTS + TEST_SUBJECTS) == list(SUBJECTS)
    assert TEST_SUBJECTS == (9, 11)


def test_samples_have_the_joints_of_martinez(tmp_path: Path) -> None:
    numbers = files.write_folder(tmp_path, 9)[0]
    first = next(read_folder(tmp_path, "StackedHourglass", (9,)))
    samples = frames_of([first])
    world = files.people(files.SEQUENCES[first.sequence], files.SEQUENCES[first.sequence])
    joints = files.optical(world, numbers)
    px = files.pixels(joints, numbers)
    np.testing.assert_allclose(samples.exact, px[:, INPUT_ROWS].reshape(-1, 32), atol=1e-6)
    relative = joints[:, OUTPUT_ROWS] - joints[:, :1]
    np.testing.assert_allclose(samples.targets, relative.reshape(-1, 48), atol=1e-9)
    # His permutation from the hourglass's order.
    order = [6, 2, 1, 0, 3, 4, 5, 7, 8, 9, 13, 14, 15, 12, 11, 10]
    detected = files.detections(0, len(world) + 1)[:-1, order]
    np.testing.assert_array_equal(samples.detected, detected.reshape(-1, 32))
    assert set(samples.actions) == {first.action}
    assert set(samples.subjects) == {9}
    assert set(samples.cameras) == {"54138969"}


def test_samples_of_all_recordings_are_their_poses(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 9)
    found = list(read_folder(tmp_path, "StackedHourglass", (9,)))
    samples = frames_of(found)
    assert len(samples) == 4 * sum(files.SEQUENCES.values())
    poses = poses_from(samples.targets)
    truth = np.concatenate([one.joints for one in found])
    assert poses.shape == (len(samples), 17, 3)
    assert mpjpe(poses, truth) < 1e-9
    np.testing.assert_array_equal(poses[:, 0], 0)


def test_frames_without_detections_can_be_removed(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 9)
    path = tmp_path / "S9/StackedHourglass/Walking.55011271.h5"
    poses = files.detections(1, 4)
    poses[1, 3] = np.nan
    files.write_detections(path, poses)
    samples = frames_of(read_folder(tmp_path, "StackedHourglass", (9,)))
    assert len(samples.with_detections()) == len(samples) - 1
    assert np.isfinite(samples.with_detections().detected).all()
    without = frames_of(read_folder(tmp_path, subjects=(9,)))
    assert len(without) == len(samples)
    assert not len(without.with_detections())


def test_frames_without_a_pose_are_removed(tmp_path: Path) -> None:
    world = files.people(0, 3)
    world[1, 27] = np.nan
    files.write_positions(tmp_path / "S9/MyPoses/3D_positions/Eating.h5", world)
    assert len(frames_of(read_folder(tmp_path, subjects=(9,)))) == 4 * 2


def test_no_recordings_are_refused() -> None:
    with pytest.raises(InputError, match="no recordings"):
        frames_of([])


def test_targets_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match=r"got targets \(2, 51\), expected \(N, 48\)"):
        poses_from(np.zeros((2, 51)))
