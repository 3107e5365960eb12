"""Folders of OpenPose's files as a source of people."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_18, Skeleton
from pose_action_ros.sources import SourceSettings, open_keypoints
from pose_action_ros.sources.images import ImageFiles
from pose_action_ros.sources.keypoint_files import KeypointFiles
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


def test_people_of_a_film_are_scaled_as_its_pixels(tmp_path: Path) -> None:
    """OpenPose leaves the pixels of a film as they are; the images here have square pixels."""
    image = b"FRAME\n" + bytes([128]) * (64 * 48 * 3 // 2)
    film = tmp_path / "clip.y4m"
    film.write_bytes(b"YUV4MPEG2 W64 H48 F10:1 Ip A2:1 C420jpeg\n" + 2 * image)
    for number in range(2):
        _write(tmp_path, f"clip_{number:012}", 10 + number)
    for frame in open_keypoints(str(tmp_path), SourceSettings(source=str(film)), ""):
        assert frame.image.shape == (48, 128, 3)
        assert frame.people is not None
        expected = [[2 * (10 + frame.index), 10 + frame.index]]
        np.testing.assert_array_equal(frame.people[0].points[:1], expected)


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
    images = ImageFiles(tmp_path, 10.0)  # without names, as those of a video
    with pytest.raises(SourceError, match="another recording"):
        list(KeypointFiles(tmp_path, 10.0, (0, 0), images))
    settings = SourceSettings(source=str(tmp_path))
    with pytest.raises(SourceError, match="named after one of the 1 pictures"):
        open_keypoints(str(tmp_path), settings, "")


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


COCO = (192, 241, 257, 40083, 197388)


def _pictures(folder: Path, names: list[str]) -> SourceSettings:
    folder.mkdir()
    for bright, name in enumerate(names):
        cv2.imwrite(str(folder / f"{name}.png"), np.full((20, 30, 3), 10 * bright, np.uint8))
    return SourceSettings(source=str(folder), rate=5.0)


@pytest.mark.parametrize("prefix", ["COCO_val2014_", ""])
@pytest.mark.parametrize("ending", ["_keypoints.json", ".json"])
def test_files_of_some_pictures_by_the_pictures_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, prefix: str, ending: str
) -> None:
    names = [f"{prefix}{number:012}" for number in COCO]
    settings = _pictures(tmp_path / "images", names)
    for number in (3, 1):
        _write(tmp_path, names[number], 10 + number)
    _write(tmp_path, "other")
    for file in tmp_path.glob("*.json"):
        file.rename(str(file).replace("_keypoints.json", ending))
    frames = list(open_keypoints(str(tmp_path), settings, ""))
    assert [(frame.index, int(frame.image[0, 0, 0])) for frame in frames] == [(1, 10), (3, 30)]
    assert [frame.people[0].points[0, 0] for frame in frames if frame.people] == [11, 13]
    assert f"3 pictures have no file and are left out: {names[0]}, {names[2]}" in caplog.text
    assert "1 files have no picture: other" in caplog.text


def test_pictures_that_differ_in_their_ending_alone(tmp_path: Path) -> None:
    settings = _pictures(tmp_path / "images", ["a"])
    cv2.imwrite(str(tmp_path / "images" / "a.bmp"), np.full((20, 30, 3), 90, np.uint8))
    _write(tmp_path, "a.png")
    (frame,) = open_keypoints(str(tmp_path), settings, "")
    assert frame.image[0, 0, 0] == 0


def test_files_of_other_pictures_are_named(tmp_path: Path) -> None:
    settings = _pictures(tmp_path / "images", list("stuvw"))
    for name in (f"COCO_{number:012}" for number in COCO):
        _write(tmp_path, name)
    with pytest.raises(SourceError, match=r"of COCO_000000000192, .* and 2 more and pictures"):
        open_keypoints(str(tmp_path), settings, "")


def test_numbers_of_pictures_without_the_pictures_are_no_times(tmp_path: Path) -> None:
    for number in COCO:
        _write(tmp_path, f"COCO_val2014_{number:012}", 1 + number)
    frames = list(open_keypoints(str(tmp_path), NO_PICTURES, "64x48"))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.people[0].points[0, 0] for frame in frames if frame.people] == [
        1 + number for number in COCO
    ]


def test_every_tenth_image_of_a_video_keeps_its_time(tmp_path: Path) -> None:
    for number in range(0, 200, 50):
        _write(tmp_path, f"clip_{number:012}")
    frames = list(open_keypoints(str(tmp_path), NO_PICTURES, "64x48"))
    np.testing.assert_allclose([frame.stamp for frame in frames], [0, 5, 10, 15])


def _write_shares(folder: Path, name: str, low: float, high: float) -> None:
    rng = np.random.default_rng(len(name))
    pose = Pose2D(BODY_25, rng.uniform(low, high, (25, 2)), np.ones(25))
    (folder / f"{name}_keypoints.json").write_text(openpose_json([pose]), encoding="utf-8")


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (-0.01, 1.0146)])
def test_shares_of_the_image_are_refused(tmp_path: Path, low: float, high: float) -> None:
    for number in range(5):
        _write_shares(tmp_path, f"clip_{number:012}", low, high)
    with pytest.raises(SourceError, match="--keypoint_scale 0"):
        list(open_keypoints(str(tmp_path), NO_PICTURES, "640x480"))
    assert len(list(open_keypoints(str(tmp_path), NO_PICTURES, "2x2"))) == 5


def test_a_person_in_the_corner_is_one(tmp_path: Path) -> None:
    for number in range(5):
        _write(tmp_path, f"clip_{number:012}", 100)
    _write_shares(tmp_path, f"clip_{5:012}", 0, 1)
    assert len(list(open_keypoints(str(tmp_path), NO_PICTURES, "640x480"))) == 6


def test_people_that_cannot_be_read_are_logged_once_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"pose_keypoints_2d": [9.0] * 75}
    people = [{"pose_keypoints_2d": [], "face_keypoints_2d": [1.0] * 210}, body, {"a": 1}]
    for number in range(3):
        file = tmp_path / f"clip_{number:012}_keypoints.json"
        file.write_text(json.dumps({"people": people}), encoding="utf-8")
    source = open_keypoints(str(tmp_path), NO_PICTURES, "64x48")
    assert [len(frame.people or ()) for frame in source] == [1, 1, 1]
    assert source.skipped == 0
    first, last = caplog.messages
    assert "clip_000000000000_keypoints.json: a person is left out: a person has no body" in first
    assert last == f"{tmp_path}: 6 people are left out"
