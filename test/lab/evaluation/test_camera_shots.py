"""Shots of Human3.6M and of recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from human36m_files import CAMERAS, detections, metadata, people, save_objects, write_folder
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.camera_shots import human36m_shots, recording_shots
from pose_action_ros.lab.evaluation.settings import FILES, LifterRun
from pose_action_ros.lab.evaluation.shots import Shot
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recording import load_recording
from pose_action_ros.recording_file import RecordingWriter
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

COMMON = [
    name for name in COCO_18.joints if name in HUMAN36M_17.joints and name not in {"nose", "neck"}
]
CAMERA = Intrinsics(640, 480, 500.0, 510.0, 320.0, 240.0)


def deviation(shot: Shot) -> float:
    """[px] greatest distance of keypoints from the projected joints."""
    pixels = shot.intrinsics.project(shot.joints)
    rows = [HUMAN36M_17.index(name) for name in COMMON]
    own = shot.keypoints[:, [COCO_18.index(name) for name in COMMON], :2]
    return float(np.abs(own - pixels[:, rows]).max())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("human36m")
    for subject in (9, 11):
        write_folder(path, subject)
        (path / "cameras.h5").unlink()
    return path


def test_human36m_in_the_folder_of_3d_pose_baseline(folder: Path) -> None:
    shots = list(human36m_shots(folder, LifterRun(rate=50)))
    assert len(shots) == 2 * 3 * len(CAMERAS)
    assert {shot.subject for shot in shots} == {"S9", "S11"}
    assert {shot.action for shot in shots} == {"Walking", "SittingDown"}
    assert max(map(deviation, shots)) < 2  # the tangential distortion, see Camera.project
    nose = shots[0].keypoints[:, COCO_18.index("nose"), 2]
    assert (nose == 0).all()
    assert np.diff(shots[0].stamps) == pytest.approx(0.02)
    thinned = next(human36m_shots(folder, LifterRun(rate=25)))
    np.testing.assert_array_equal(thinned.joints, shots[0].joints[::2])


def test_human36m_with_its_detections(folder: Path) -> None:
    shots = list(human36m_shots(folder, LifterRun(rate=50, keypoints=FILES)))
    left = shots[0].keypoints[:, COCO_18.index("left_wrist"), :2]
    np.testing.assert_allclose(left, detections(0, len(shots[0]) + 1)[:-1, 15])


def test_human36m_in_the_files_of_videopose3d(tmp_path: Path) -> None:
    table = {f"S{subject}": {"Walking 1": people(subject, 4)} for subject in (9, 11)}
    path = save_objects(tmp_path / "data_3d_h36m.npz", positions_3d=table)
    shots = list(human36m_shots(path, LifterRun()))
    assert len(shots) == 2 * 4
    assert max(map(deviation, shots)) < 5
    with pytest.raises(InputError, match="got 0 files data_2d_h36m"):
        list(human36m_shots(path, LifterRun(keypoints=FILES)))
    views = {name: {"Walking 1": [detections(row, 4) for row in range(4)]} for name in table}
    save_objects(tmp_path / "data_2d_h36m_sh.npz", positions_2d=views, metadata=metadata(16))
    assert len(list(human36m_shots(path, LifterRun(keypoints=FILES)))) == 2 * 4


def recording(path: Path, placed: bool = True) -> Path:
    """Two people in six images."""
    writer = RecordingWriter(path, "film.mp4")
    rng = np.random.default_rng(3)
    for frame in range(6):
        for person in (4, 7):
            joints = rng.normal(0, 0.4, (17, 3)) + np.array([0, 0, 3])
            pose = Pose3D(HUMAN36M_17, joints, np.ones(17), person, placed)
            pixels = CAMERA.project(joints)
            found = Pose2D(HUMAN36M_17, pixels + 3, np.full(17, 0.8), person)
            writer.add(frame, frame / 10, found, pose, CAMERA)
    writer.close()
    return path


def test_recordings_with_true_poses(tmp_path: Path) -> None:
    path = recording(tmp_path / "poses.npz")
    shots = list(recording_shots(path, LifterRun()))
    assert [shot.subject for shot in shots] == ["person 4", "person 7"]
    assert shots[0].action == "film.mp4"
    assert max(map(deviation, shots)) < 1e-3
    (own, _) = recording_shots(tmp_path, LifterRun(keypoints=FILES))
    assert deviation(own) == pytest.approx(3, abs=1e-3)
    assert own.keypoints[0, COCO_18.index("left_knee"), 2] == pytest.approx(0.8)
    np.testing.assert_allclose(own.stamps, np.arange(6) / 10)


def test_recordings_that_cannot_be_measured(tmp_path: Path) -> None:
    path = recording(tmp_path / "poses.npz", placed=False)
    with pytest.raises(InputError, match="poses are not placed and cannot be projected"):
        list(recording_shots(path, LifterRun()))
    found = load_recording(path)
    unknown = replace(found, intrinsics=np.full_like(found.intrinsics, np.nan))
    unknown.save(path)
    with pytest.raises(InputError, match="no intrinsics of the camera"):
        list(recording_shots(path, LifterRun()))
