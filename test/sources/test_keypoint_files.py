"""Folders of OpenPose's files as a source of people."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_18, Skeleton
from pose_action_ros.sources import SourceSettings, open_keypoints
from pose_action_ros.sources.openpose_json import openpose_json

NO_PICTURES = SourceSettings(source="", rate=10.0)


def _write(folder: Path, name: str, x: float = 5.0, skeleton: Skeleton = BODY_25) -> None:
    pose = Pose2D(skeleton, np.full((len(skeleton), 2), x), np.ones(len(skeleton)))
    (folder / f"{name}_keypoints.json").write_text(openpose_json([pose]), encoding="utf-8")


def test_files_of_a_video_by_their_number_with_a_gap(tmp_path: Path) -> None:
    for number in (12, 3, 7):
        _write(tmp_path, f"clip_{number:012}", 10 + number)
    source = open_keypoints(str(tmp_path), NO_PICTURES, "64x48")
    frames = list(source)
    assert [frame.index for frame in frames] == [3, 7, 12]
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 0.4, 0.9])
    assert source.length == 3
    for frame in frames:
        assert frame.people is not None
        assert frame.people[0].points[0, 0] == 10 + frame.index
        assert frame.image.shape == (48, 64, 3)
        assert not frame.image.any()


def test_files_of_images_by_their_names(tmp_path: Path) -> None:
    for number in (10, 9):
        _write(tmp_path, f"photo{number}", number)
    frames = list(open_keypoints(str(tmp_path), NO_PICTURES, "64x48"))
    assert [frame.people[0].points[0, 0] for frame in frames if frame.people] == [9, 10]


def test_with_their_pictures(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(4):
        cv2.imwrite(str(images / f"{number}.png"), np.full((20, 30, 3), 10 * number, np.uint8))
        if number != 1:
            _write(tmp_path, f"clip_{number:012}", 10 + number)
    settings = SourceSettings(source=str(images), rate=5.0)
    frames = list(open_keypoints(str(tmp_path), settings, ""))
    assert [(frame.index, int(frame.image[0, 0, 0])) for frame in frames] == [
        (0, 0),
        (2, 20),
        (3, 30),
    ]
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 0.4, 0.6])


def test_a_damaged_file_is_counted_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        _write(tmp_path, f"clip_{number:012}")
    (tmp_path / "clip_000000000001_keypoints.json").write_text('{"peop', encoding="utf-8")
    source = open_keypoints(str(tmp_path), NO_PICTURES, "64x48")
    assert [frame.index for frame in source] == [0, 2]
    assert source.skipped == 1
    assert "clip_000000000001_keypoints.json" in caplog.text


def test_nothing_readable(tmp_path: Path) -> None:
    (tmp_path / "a_keypoints.json").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="none of the 1 files"):
        list(open_keypoints(str(tmp_path), NO_PICTURES, "64x48"))


def test_two_networks_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "a")
    _write(tmp_path, "b", skeleton=COCO_18)
    with pytest.raises(SourceError, match=r"coco_18.*body_25"):
        list(open_keypoints(str(tmp_path), NO_PICTURES, "64x48"))


def test_two_recordings_in_one_folder_are_refused(tmp_path: Path) -> None:
    for clip in ("one", "two"):
        _write(tmp_path, f"{clip}_{0:012}")
    with pytest.raises(SourceError, match="several files for one image"):
        open_keypoints(str(tmp_path), NO_PICTURES, "64x48")


def test_pictures_of_another_recording(tmp_path: Path) -> None:
    _write(tmp_path, f"clip_{100:012}")
    cv2.imwrite(str(tmp_path / "0.png"), np.zeros((20, 30, 3), np.uint8))
    settings = SourceSettings(source=str(tmp_path))
    with pytest.raises(SourceError, match="another recording"):
        list(open_keypoints(str(tmp_path), settings, ""))


@pytest.mark.parametrize("folder", ["", "nothing_here"])
def test_no_files(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SourceError, match=r"no files of OpenPose|cannot read the folder"):
        open_keypoints(str(tmp_path / folder), NO_PICTURES, "64x48")


@pytest.mark.parametrize("size", ["", "64", "0x48", "64x-1", "64X48"])
def test_a_size_is_needed_without_pictures(tmp_path: Path, size: str) -> None:
    _write(tmp_path, "a")
    with pytest.raises(SettingError, match="image_size"):
        open_keypoints(str(tmp_path), NO_PICTURES, size)


def test_only_the_first_seconds(tmp_path: Path) -> None:
    for number in range(9):
        _write(tmp_path, f"clip_{number:012}")
    settings = SourceSettings(source="", rate=10.0, seconds=0.35)
    assert len(list(open_keypoints(str(tmp_path), settings, "64x48"))) == 4
