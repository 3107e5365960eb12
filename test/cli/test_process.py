import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import Reader

import pipeline_fakes as fakes
from bag_files import START, brightness_counts, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.cli import process as command
from pose_action_ros.errors import PoseActionError
from pose_action_ros.messages.definitions import typestore
from pose_action_ros.output import job
from pose_action_ros.output.job import Report
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.recording import load_recording

pytestmark = pytest.mark.usefixtures("fake_stages")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """30 images, for three seconds at 10 a second; one is damaged."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(30):
        cv2.imwrite(str(images / f"{number}.png"), np.full((48, 64, 3), 90, np.uint8))
    (images / "7.png").write_bytes(b"damaged")
    return images


def _process(source: Path | str, output: Path, *options: str) -> int:
    return cli.main(["process", str(source), "--output", str(output), "--rate", "10", *options])


def test_all_results(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "new" / "results"
    assert _process(folder, output) == 0
    rows = list(csv.DictReader((output / "actions.csv").open(encoding="utf-8")))
    assert [(row["person"], row["label"]) for row in rows] == [
        ("0", "standing"),
        ("0", "waving_left"),
    ]
    assert (float(rows[0]["start"]), float(rows[0]["end"])) == (0.0, 1.0)
    assert float(rows[1]["score"]) == 0.75
    printed = capsys.readouterr().out
    assert printed.startswith("1 person was found: person 0 for 2.9 s\n")
    assert "waving_left" in printed
    assert "1 images could not be read" in printed
    assert cv2.VideoCapture(str(output / "annotated.mp4")).read()[0]


def test_a_bag_whose_clock_jumps_back_and_late_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All results continue over the jump; people get new ids there."""
    stamps = [START + number / 10 - 3600 * (number >= 30) for number in range(60)]
    stamps[9], stamps[10], stamps[20] = stamps[10], stamps[9], 0.0
    (image,) = brightness_counts(1)
    image[:] = 90
    bag = write_bag(tmp_path / "bag", {"/image": [raw(image, stamp) for stamp in stamps]})
    made = tmp_path / "made.mcap"
    output = tmp_path / "out"
    assert _process(bag, output, "--write-bag", str(made)) == 0
    printed = capsys.readouterr().out
    assert "2 images older than the newest, or repeated, were dropped" in printed
    assert "2 people were found: person 0 for 2.9 s, person 1 for 2.8 s" in printed
    recording = load_recording(output)
    assert [len(track) for track in recording.tracks()] == [29, 29]
    assert (np.diff(recording.stamps) > 0).all()
    rows = list(csv.DictReader((output / "actions.csv").open(encoding="utf-8")))
    times = [float(row["start"]) for row in rows]
    assert times == sorted(times)
    video = cv2.VideoCapture(str(output / "annotated.mp4"))
    assert abs(video.get(cv2.CAP_PROP_FRAME_COUNT) - 60) <= 1
    with Reader(made) as reader:
        wanted = [item for item in reader.connections if item.topic == "/keypoints"]
        read = reader.messages(wanted)
        found: list[Any] = [typestore().deserialize_cdr(data, one.msgtype) for one, _, data in read]
    assert len(found) == 58
    zero = found[19].header.stamp
    assert zero.sec + zero.nanosec / 1e9 == pytest.approx(START + 2.0)


def test_the_recording_is_as_documented(folder: Path, tmp_path: Path) -> None:
    assert _process(folder, tmp_path, "--field-of-view", "90", "--no-video") == 0
    assert not (tmp_path / "annotated.mp4").exists()
    with np.load(tmp_path / "poses.npz") as recording:
        shapes = {name: recording[name].shape for name in recording.files}
        assert shapes["keypoints"] == (29, 25, 3)
        assert shapes["poses"] == (29, 17, 4)
        assert {shapes[name] for name in ("frames", "stamps", "people", "placed")} == {(29,)}
        assert 7 not in recording["frames"]
        np.testing.assert_allclose(recording["stamps"], recording["frames"] / 10)
        np.testing.assert_allclose(recording["intrinsics"][0], [64, 48, 32, 32, 31.5, 23.5])
        assert list(recording["keypoint_joints"][:2]) == ["nose", "neck"]
        assert str(recording["pose_skeleton"]) == "human36m_17"


def test_one_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "photo.jpg"
    cv2.imwrite(str(picture), np.full((48, 64, 3), 90, np.uint8))
    assert _process(picture, tmp_path / "out") == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"actions.csv", "annotated.jpg", "poses.npz"}
    annotated = cv2.imread(str(tmp_path / "out" / "annotated.jpg"))
    assert annotated is not None
    assert annotated.shape == (48, 64, 3)
    assert annotated.std() > 1  # a skeleton is drawn
    assert capsys.readouterr().out.startswith("1 person was found")


def test_the_summary_lists_the_longest_people() -> None:
    people = {person: float(person) for person in range(8)}
    lines = command.summary(Report(Path("out"), people)).splitlines()
    assert lines == [
        "8 people were found: person 7 for 7.0 s, "
        + "".join(f"person {person} for {person}.0 s, " for person in (6, 5, 4, 3))
        + "3 more for less",
        "no action was recognised: that takes a second or more in view",
        "results are in out",
    ]


def test_no_people_are_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((48, 64, 3), np.uint8))
    assert _process(tmp_path, tmp_path / "out") == 0
    assert "no people were found" in capsys.readouterr().out
    with np.load(tmp_path / "out" / "poses.npz") as recording:
        assert recording["poses"].shape == (0, 17, 4)


def test_ctrl_c_keeps_the_results(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_with_progress", fakes.interrupted)
    assert _process(folder, tmp_path) == command.INTERRUPTED
    with np.load(tmp_path / "poses.npz") as recording:
        assert recording["frames"].max() == 14
    assert (tmp_path / "actions.csv").read_text(encoding="utf-8").count("\n") == 3
    assert cv2.VideoCapture(str(tmp_path / "annotated.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 15


def test_a_failure_in_the_middle_keeps_the_results(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Pipeline.__call__

    def failing(self: Pipeline, image: np.ndarray, stamp: float, camera: None) -> object:
        if stamp > 1.45:
            raise PoseActionError("the camera was pulled out")
        return work(self, image, stamp, camera)

    monkeypatch.setattr(Pipeline, "__call__", failing)
    assert _process(folder, tmp_path) == 1
    with np.load(tmp_path / "poses.npz") as recording:
        assert recording["frames"].max() == 14


@pytest.mark.parametrize(
    ("source", "options", "printed"),
    [
        ("/nowhere.mp4", (), "/nowhere.mp4"),
        ("simulation", ("--seconds", "-1"), "seconds"),
        ("simulation", ("--actions", "flying"), "flying"),
        ("simulation", ("--field-of-view", "1000"), "field_of_view"),
    ],
)
def test_errors_are_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    options: tuple[str, ...],
    printed: str,
) -> None:
    assert _process(source, tmp_path / "out", *options) == 1
    error = capsys.readouterr().err
    assert printed in error
    assert error.count("\n") == 1


def test_an_output_that_is_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _process(folder, folder / "1.png") == 1
    assert "1.png" in capsys.readouterr().err
