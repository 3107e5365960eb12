"""Human3.6M as 3d-pose-baseline has it, against the same numbers computed one by one."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

import human36m_files as files
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.h5 import read_cameras, read_folder
from pose_action_ros.lab.datasets.human36m.recordings import KEYPOINTS
from pose_action_ros.skeletons import HUMAN36M_17


def test_recordings_equal_the_files(tmp_path: Path) -> None:
    cameras = files.write_folder(tmp_path, 5)
    found = list(read_folder(tmp_path, "StackedHourglass", subjects=(5,)))
    assert len(found) == 4 * len(files.SEQUENCES)
    for one in found:
        row = files.CAMERAS.index(one.camera.name)
        world = files.people(files.SEQUENCES[one.sequence], files.SEQUENCES[one.sequence])
        joints = files.optical(world, cameras[row])
        px = files.pixels(joints, cameras[row])
        for place, name in enumerate(HUMAN36M_17.joints):
            theirs = files.JOINTS_32.index(name)
            np.testing.assert_allclose(one.joints[:, place], joints[:, theirs], atol=1e-9)
            np.testing.assert_allclose(one.exact[:, place], px[:, theirs], atol=1e-6)
        assert one.detected is not None
        detected = files.detections(row, len(world) + 1)[:-1]
        for place, name in enumerate(KEYPOINTS.joints):
            theirs = files.HOURGLASS.index(name)
            np.testing.assert_array_equal(one.detected[:, place], detected[:, theirs])


def test_actions_have_no_trial(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    names = {(one.action, one.sequence) for one in read_folder(tmp_path, subjects=(5,))}
    assert names == {
        ("Walking", "Walking"),
        ("Walking", "Walking 1"),
        ("SittingDown", "SittingDown 2"),
    }


def test_exact_keypoints_are_the_same_joints_as_the_detections(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    one = next(read_folder(tmp_path, subjects=(5,)))
    assert one.detected is None
    for place, name in enumerate(KEYPOINTS.joints):
        theirs = one.exact[:, HUMAN36M_17.index(name)]
        np.testing.assert_array_equal(one.exact_keypoints[:, place], theirs)


def test_every_second_frame(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    every = list(read_folder(tmp_path, "StackedHourglass", (5,)))
    for one, all_of_it in zip(
        read_folder(tmp_path, "StackedHourglass", (5,), every=2), every, strict=True
    ):
        np.testing.assert_array_equal(one.joints, all_of_it.joints[::2])
        assert one.detected is not None
        assert all_of_it.detected is not None
        np.testing.assert_array_equal(one.detected, all_of_it.detected[::2])


def test_shorter_detections_cut_the_poses(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    short = tmp_path / "S5/StackedHourglass/Walking.54138969.h5"
    files.write_detections(short, files.detections(0, 2))
    for one in read_folder(tmp_path, "StackedHourglass", (5,)):
        assert one.detected is not None
        assert len(one.detected) == len(one.joints) == len(one.exact)
        if (one.sequence, one.camera.name) == ("Walking", "54138969"):
            assert len(one.joints) == 2


def test_the_damaged_video_has_no_detections(tmp_path: Path) -> None:
    positions = tmp_path / "S11/MyPoses/3D_positions/Directions.h5"
    files.write_positions(positions, files.people(0, 2))
    for name in files.CAMERAS[1:]:
        path = tmp_path / f"S11/StackedHourglass/Directions.{name}.h5"
        files.write_detections(path, files.detections(1, 2))
    found = list(read_folder(tmp_path, "StackedHourglass", subjects=(11,)))
    assert [one.detected is None for one in found] == [True, False, False, False]


def test_without_a_camera_file_the_published_cameras_see(tmp_path: Path) -> None:
    files.write_positions(
        tmp_path / "S1/MyPoses/3D_positions/Photo.h5", np.full((1, 32, 3), [0.1, 0.2, 1.0])
    )
    for one in read_folder(tmp_path, subjects=(1,)):
        assert one.camera.name in files.CAMERAS
        assert (one.joints[..., 2] > 3).all()
        assert ((one.exact > 200) & (one.exact < 800)).all()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("S5/MyPoses/3D_positions/Walking.h5", r"Walking\.h5.*3D_positions"),
        ("S5/StackedHourglass/Walking.54138969.h5", r"Walking\.54138969\.h5.*poses"),
        ("cameras.h5", r"cameras\.h5.*subject#"),
    ],
)
def test_files_without_their_data_sets_are_refused(tmp_path: Path, file: str, message: str) -> None:
    files.write_folder(tmp_path, 5)
    with h5py.File(tmp_path / file, "w") as other:
        other["other"] = 1
    with pytest.raises(InputError, match=message):
        list(read_folder(tmp_path, "StackedHourglass", (5,)))


def test_cut_off_files_are_refused(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    path = tmp_path / "S5/MyPoses/3D_positions/Walking.h5"
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(InputError, match=r"Walking\.h5: expected an HDF5 file of 3d-pose"):
        list(read_folder(tmp_path, subjects=(5,)))


def test_files_of_other_shapes_are_refused(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    with h5py.File(tmp_path / "S5/MyPoses/3D_positions/Walking.h5", "w") as file:
        file["3D_positions"] = np.zeros((51, 4))
    with pytest.raises(InputError, match=r"Walking\.h5: got 3D_positions \(51, 4\), expected"):
        list(read_folder(tmp_path, subjects=(5,)))
    files.write_folder(tmp_path, 5)
    path = tmp_path / "S5/StackedHourglass/Walking.54138969.h5"
    files.write_detections(path, np.zeros((4, 17, 2)))
    with pytest.raises(InputError, match=r"54138969\.h5: got poses \(4, 17, 2\)"):
        list(read_folder(tmp_path, "StackedHourglass", (5,)))


def test_camera_without_a_file_of_detections_has_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files.write_folder(tmp_path, 5)
    (tmp_path / "S5/StackedHourglass/Walking.55011271.h5").unlink()
    found = list(read_folder(tmp_path, "StackedHourglass", (5,)))
    without = [(one.sequence, one.camera.name) for one in found if one.detected is None]
    assert without == [("Walking", "55011271")]
    assert "Walking (1 of 4 cameras)" in caplog.text


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"S1 has no MyPoses/3D_positions.*with poses are none"):
        list(read_folder(tmp_path))
    files.write_folder(tmp_path, 5)
    with pytest.raises(InputError, match=r"S9 has no .*subjects with poses are S5"):
        list(read_folder(tmp_path, subjects=(9,)))
    with pytest.raises(InputError, match=r"Fine/SittingDown_2\.54138969\.h5"):
        list(read_folder(tmp_path, "Fine", (5,)))
    with pytest.raises(InputError, match=r"no 3D poses of subjects \[2\]"):
        list(read_folder(tmp_path, subjects=(2, 5)))
    with pytest.raises(InputError, match="every 0"):
        list(read_folder(tmp_path, subjects=(5,), every=0))


def test_another_action_is_refused(tmp_path: Path) -> None:
    files.write_positions(tmp_path / "S1/MyPoses/3D_positions/Flying 1.h5", files.people(0, 1))
    with pytest.raises(InputError, match=r"Flying 1\.h5: got a sequence 'Flying 1'"):
        list(read_folder(tmp_path, subjects=(1,)))


def test_wrong_camera_numbers_are_refused(tmp_path: Path) -> None:
    files.write_folder(tmp_path, 5)
    path = tmp_path / "cameras.h5"
    with h5py.File(path, "a") as file:
        del file["subject5/camera2/k"]
        file["subject5/camera2/k"] = [0.1]
    with pytest.raises(InputError, match=r"cameras\.h5: camera 55011271: got \[2, 2, 1, 2\]"):
        read_cameras(path, (5,))
    with h5py.File(path, "a") as file:
        file["subject5/camera1/R"][0] = 3.0
    with pytest.raises(InputError, match="54138969: expected a rotation"):
        read_cameras(path, (5,))
