"""A run that was killed goes on, and ends as one that was not."""

import json
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import pytest

import pipeline_fakes as fakes
from bag_files import START, brightness_counts, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.errors import SettingError
from pose_action_ros.output import job
from pose_action_ros.output.noted_detector import NotedDetector

pytestmark = pytest.mark.usefixtures("fake_stages")
COUNT = 40
RESULTS = ("actions.csv", "poses.npz", "annotated.mp4", "said.mcap")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    shown = enumerate(brightness_counts(COUNT))
    images = [raw(image, START + number / 10) for number, image in shown]
    return write_bag(tmp_path / "walk", {"/image": images})


def _words(source: Path, output: Path, *options: str) -> list[str]:
    made = output / "said.mcap"
    words = ["process", source, "--output", output, "--write-bag", made, "--with-originals"]
    return [*map(str, words), *options]


def _results(output: Path) -> dict[str, bytes]:
    assert {path.name for path in output.iterdir()} == set(RESULTS)  # nothing else is left
    return {name: (output / name).read_bytes() for name in RESULTS}


def _looked(words: list[str], code: int = 0) -> int:
    """How often the detector looks at an image in a run."""
    before = fakes.Detector.looked
    assert cli.main(words) == code
    return fakes.Detector.looked - before


def test_after_a_kill_the_same_command_ends_with_the_same(bag: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert _looked(_words(bag, whole)) == COUNT
    process = get_context("spawn").Process(target=fakes.run_and_die, args=(_words(bag, killed), 23))
    process.start()
    process.join()
    assert process.exitcode == fakes.KILLED_WITH
    assert not (killed / "poses.npz").exists()
    with (killed / job.NOTES).open("ab") as notes:
        notes.write(b'{"size": [64, ')  # killed while it wrote
    assert _looked(_words(bag, killed)) == COUNT - 22
    assert _results(killed) == _results(whole)


def test_after_ctrl_c_too_which_keeps_what_there_is(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    _looked(_words(bag, whole))
    with monkeypatch.context() as patch:
        patch.setattr(job, "_with_progress", fakes.interrupted)
        assert _looked(_words(bag, stopped), code=cli.INTERRUPTED) == 15
    with np.load(stopped / "poses.npz") as recording:
        assert recording["frames"].tolist() == list(range(1, 15))
    assert _looked(_words(bag, stopped)) == COUNT - 15
    assert _results(stopped) == _results(whole)


def test_what_another_command_has_noted_is_not_used(bag: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"

    def noted() -> None:
        """As a run that was ended leaves it."""
        assert _looked(_words(bag, output, "--seconds", "1.05")) == 11

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget_notes", lambda _: None)
        noted()
        assert _looked(_words(bag, output, "--seconds", "1.05")) == 0
        assert _looked(_words(bag, output, "--seconds", "1.05", "--max-people", "2")) == 11
        assert _looked(_words(bag, output, "--seconds", "1.05", "--max-people", "2")) == 0
        told = bag / "walk.db3"
        told.touch()
        noted()
    assert _looked(_words(bag, output, "--seconds", "1.05", "--no-resume")) == 11
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget_notes", lambda _: None)
        noted()
    # What comes after the detector may change: it is done anew.
    assert _looked(_words(bag, output, "--seconds", "1.05", "--person-height", "1.5")) == 0
    assert not (output / job.NOTES).exists()


def test_notes_about_other_images_or_damaged_ones(tmp_path: Path) -> None:
    image, path = np.full((48, 64, 3), 9, np.uint8), tmp_path / "notes"
    first = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    found = first(image)
    assert len(found) == 1
    first.close()
    second = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    assert second.noted == 1
    with pytest.raises(SettingError, match=r"image of \[64, 48\] px, this one has \[48, 64\]"):
        second(image.transpose(1, 0, 2))
    second.close()
    lines = path.read_bytes().splitlines()
    (numbers,) = json.loads(lines[1])["people"]
    np.testing.assert_array_equal(numbers["points"], found[0].points)
    path.write_bytes(lines[0] + b"\n" + bytes(20) + b"\n")
    third = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    with pytest.raises(SettingError, match=r"notes is damaged.*--no-resume"):
        third(image)
    third.close()


def test_a_folder_that_is_written_into_while_it_is_read(tmp_path: Path) -> None:
    for number in range(4):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((48, 64, 3), 90, np.uint8))
    for _ in range(2):
        assert _looked(["process", str(tmp_path), "--output", str(tmp_path), "--no-video"]) == 4
