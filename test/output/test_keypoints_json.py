"""`process` writes OpenPose's files, and starts from them."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros import cli, pipeline
from pose_action_ros.sources.openpose_json import people_from_json

pytestmark = pytest.mark.usefixtures("fake_stages")


def _no_detector(_settings: object) -> object:
    raise AssertionError("no detector is needed")


def _process(*words: str | Path) -> int:
    return cli.main(["process", *map(str, words), "--rate", "10"])


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "clip"
    folder.mkdir()
    for number in range(20):
        bright = 0 if number == 4 else 90
        cv2.imwrite(str(folder / f"{number}.png"), np.full((48, 64, 3), bright, np.uint8))
    return folder


def _table(folder: Path) -> list[list[str]]:
    return list(csv.reader((folder / "actions.csv").open(encoding="utf-8")))


def test_results_from_the_files_equal_those_from_the_images(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, files, again = tmp_path / "first", tmp_path / "json", tmp_path / "again"
    assert not _process(images, "--output", first, "--write-json", files, "--no-smoothing")
    written = {file.name for file in files.iterdir()}
    assert written == {f"{number}_keypoints.json" for number in range(20)}
    people = json.loads((files / "4_keypoints.json").read_text(encoding="utf-8"))["people"]
    assert people == []

    monkeypatch.setattr(pipeline, "make_detector", _no_detector)
    options = ("--keypoints-json", files, "--image-size", "64x48", "--no-smoothing")
    assert not _process(*options, "--output", again)
    assert _table(first) == _table(again)
    with np.load(first / "poses.npz") as one, np.load(again / "poses.npz") as other:
        for name in {*one.files} - {"source"}:
            if one[name].dtype.kind in "iU":
                assert (one[name] == other[name]).all()
            else:
                np.testing.assert_allclose(one[name], other[name], rtol=1e-5)
    assert cv2.VideoCapture(str(again / "annotated.mp4")).read()[0]

    assert not _process(images, *options, "--output", tmp_path / "pictured")
    picture = cv2.VideoCapture(str(tmp_path / "pictured" / "annotated.mp4")).read()[1]
    assert np.median(picture) > 60


@pytest.mark.parametrize("subset", [range(20), range(0, 20, 3)])
def test_files_of_pictures_go_to_the_pictures_of_their_names(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subset: range
) -> None:
    """Twelve digits as of COCO's pictures, which are no numbers of a video's images."""
    for number in range(20):
        (images / f"{number}.png").rename(images / f"COCO_val2014_{5000 * number + 192:012}.png")
    files, first, again = tmp_path / "json", tmp_path / "first", tmp_path / "again"
    assert not _process(images, "--output", first, "--write-json", files, "--no-smoothing")
    names = sorted(file.name for file in files.iterdir())
    assert names[:2] == [f"COCO_val2014_{number:012}_keypoints.json" for number in (192, 5192)]
    for number, name in enumerate(names):
        if number not in subset:
            (files / name).unlink()
    monkeypatch.setattr(pipeline, "make_detector", _no_detector)
    words = ("--keypoints-json", files, "--no-smoothing", "--write-json", tmp_path / "copy")
    assert not _process(images, *words, "--output", again)
    for number in subset:
        people, copies = (
            people_from_json((folder / names[number]).read_bytes()).people
            for folder in (files, tmp_path / "copy")
        )
        assert len(people) == len(copies)
        for one, other in zip(people, copies, strict=True):
            np.testing.assert_array_equal(one.points, other.points)
    with np.load(first / "poses.npz") as one, np.load(again / "poses.npz") as other:
        same = np.isin(one["frames"], subset)
        np.testing.assert_array_equal(one["frames"][same], other["frames"])
        np.testing.assert_allclose(one["keypoints"][same], other["keypoints"], rtol=1e-5)


def test_a_picture_has_its_own_file(images: Path, tmp_path: Path) -> None:
    words = ("--output", tmp_path / "out", "--write-json", tmp_path / "json")
    assert not _process(images / "7.png", *words)
    assert [file.name for file in (tmp_path / "json").iterdir()] == ["7_keypoints.json"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "neither INPUT nor --keypoints-json"),
        (("--keypoints-json", "/nowhere", "--image-size", "64x48"), "/nowhere"),
        (("--keypoints-json", "/nowhere"), "image_size"),
    ],
)
def test_errors_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert _process(*words, "--output", tmp_path) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_file_in_place_of_the_folder(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _process(images, "--output", tmp_path, "--write-json", images / "0.png") == 1
    assert "0.png" in capsys.readouterr().err
