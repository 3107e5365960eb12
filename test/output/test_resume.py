"""A killed run is resumed, and ends as one without interruption."""

import json
import os
import signal
import subprocess
import sys
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
from pose_action_ros.output import job, notes
from pose_action_ros.output.notes import NotedDetector

pytestmark = pytest.mark.usefixtures("fake_stages")
COUNT, CHECKPOINT = 40, 10
RESULTS = ("actions.csv", "actions.svg", "poses.npz", "annotated.mp4", "results.mcap")


@pytest.fixture(autouse=True)
def frequent_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "CHECKPOINT", CHECKPOINT)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    images_of = enumerate(brightness_counts(COUNT))
    images = [raw(image, START + number / 10) for number, image in images_of]
    return write_bag(tmp_path / "walk", {"/image": images})


def _words(source: Path, output: Path, *options: str) -> list[str]:
    made = output / "results.mcap"
    words = ["process", source, "--output", output, "--write-bag", made, "--with-originals"]
    # Its bytes are always the same; those of x264 in PyAV's wheels sometimes differ.
    return [*map(str, words), "--video-codec", "mpeg4", *options]


def _results(output: Path) -> dict[str, bytes]:
    assert {path.name for path in output.iterdir()} == set(RESULTS)  # and nothing else
    return {name: (output / name).read_bytes() for name in RESULTS}


def _calls(words: list[str], code: int = 0) -> int:
    """Number of calls of the detector in a run."""
    before = fakes.Detector.calls
    assert cli.main(words) == code
    return fakes.Detector.calls - before


def test_a_killed_run_is_resumed_at_a_checkpoint_with_equal_files(
    bag: Path, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert _calls(_words(bag, whole)) == COUNT
    arguments = (_words(bag, killed), 23, CHECKPOINT)
    process = get_context("spawn").Process(target=fakes.run_and_die, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == fakes.KILLED_WITH
    assert not (killed / "poses.npz").exists()
    with (killed / job.NOTES).open("ab") as file:
        file.write(b'{"size": [64, ')  # killed in the middle of a line
    assert _calls(_words(bag, killed)) == COUNT - 20
    assert _results(killed) == _results(whole)


def test_after_ctrl_c_too_and_results_so_far_are_kept(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    _calls(_words(bag, whole))
    with monkeypatch.context() as patch:
        patch.setattr(job, "_with_progress", fakes.interrupted)
        assert _calls(_words(bag, stopped), code=cli.INTERRUPTED) == 15
    with np.load(stopped / "poses.npz") as recording:
        assert recording["frames"].tolist() == list(range(1, 15))
    assert _calls(_words(bag, stopped)) == COUNT - 10
    assert _results(stopped) == _results(whole)


@pytest.mark.parametrize(
    ("numbers", "code"),
    [((signal.SIGINT, signal.SIGINT), 130), ((signal.SIGTERM, signal.SIGINT), 143)],
)
def test_a_second_signal_does_not_cut_the_files(
    bag: Path, tmp_path: Path, numbers: tuple[signal.Signals, signal.Signals], code: int
) -> None:
    out = tmp_path / "out"
    run = "import sys, pipeline_fakes; sys.exit(pipeline_fakes.run_slowly(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", run, *_words(bag, out)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        for _ in range(2):  # the first is black
            assert process.stdout.readline() == "image\n"
        process.send_signal(numbers[0])
        while process.stdout.readline() != "closing\n":
            pass
        process.send_signal(numbers[1])
        process.communicate("\n")
    assert process.returncode == code
    with np.load(out / "poses.npz") as recording:
        assert len(recording["frames"])
    made = {path.name for path in out.iterdir()}
    assert made >= {"actions.csv", "annotated.mp4", "results.mcap", job.NOTES}
    assert not any("part" in name for name in made - {job.NOTES})


def test_notes_of_another_command_are_not_used(bag: Path, tmp_path: Path) -> None:
    words = _words(bag, tmp_path / "out", "--seconds", "1.05")  # 11 images
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "remove_notes", lambda _: None)
        assert _calls(words) == 11
        assert _calls(words) == 0
        assert _calls([*words, "--max-people", "2"]) == 11
        assert _calls([*words, "--max-people", "2"]) == 0
        (bag / "walk.db3").touch()
        assert _calls(words) == 11
    assert _calls([*words, "--no-resume"]) == 11
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "remove_notes", lambda _: None)
        assert _calls(words) == 11
    # Settings of the stages after the detector may change: these run again.
    assert _calls([*words, "--person-height", "1.5"]) == 0
    assert not (tmp_path / "out" / job.NOTES).exists()


def test_notes_of_other_images_or_damaged_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "CHECKPOINT", 1)
    image, path = np.full((48, 64, 3), 9, np.uint8), tmp_path / "notes"
    first = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    detections = first(image)
    assert len(detections) == 1
    first.close(complete=False)
    second = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    assert second.noted == 1
    with pytest.raises(SettingError, match=r"image of \[64, 48\] px, this one has \[48, 64\]"):
        second(image.transpose(1, 0, 2))
    second.close(complete=False)
    lines = path.read_bytes().splitlines()
    (numbers,) = json.loads(lines[1])["people"]
    np.testing.assert_array_equal(numbers["points"], detections[0].points)
    path.write_bytes(lines[0] + b"\n" + bytes(20) + b"\n")
    third = NotedDetector(fakes.Detector(DetectorSettings()), path, "this")
    with pytest.raises(SettingError, match=r"notes is damaged.*--no-resume"):
        third(image)
    third.close(complete=False)


def test_a_checkpoint_changes_no_detection(tmp_path: Path) -> None:
    alone = fakes.Detector(DetectorSettings())
    noted = NotedDetector(fakes.Detector(DetectorSettings()), tmp_path / "notes", "this")
    image = np.full((48, 64, 3), 9, np.uint8)
    for _ in range(COUNT):
        np.testing.assert_array_equal(noted(image)[0].points, alone(image)[0].points)
    noted.close(complete=True)


def test_output_in_the_folder_that_is_read(tmp_path: Path) -> None:
    for number in range(4):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((48, 64, 3), 90, np.uint8))
    for _ in range(2):
        assert _calls(["process", str(tmp_path), "--output", str(tmp_path), "--no-video"]) == 4
