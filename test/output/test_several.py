"""`process` of several sources: in turn, over processes, and over a cluster."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import pipeline_fakes as fakes
from bag_files import START, brightness_counts, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.cli import process as command
from pose_action_ros.output import job
from workers_work import StandIn

pytestmark = pytest.mark.usefixtures("fake_stages")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two bags and a film of 12 images each."""
    inside = tmp_path / "day"
    inside.mkdir()
    shown = enumerate(brightness_counts(12))
    images = [raw(image, START + number / 10) for number, image in shown]
    write_bag(inside / "walk", {"/image": images})
    write_bag(tmp_path / "hall", {"/image": images}, "mcap")
    (tmp_path / "hall" / "hall.mcap").rename(inside / "hall.mcap")
    film = cv2.VideoWriter(str(inside / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for image in brightness_counts(12):
        film.write(image)
    film.release()
    (inside / "notes.txt").write_text("no source")
    return inside


def _process(*words: str | Path) -> int:
    # Its bytes are always the same; those of x264 in PyAV's wheels sometimes differ.
    return cli.main(["process", *map(str, words), "--video-codec", "mpeg4"])


def _files(output: Path) -> dict[str, bytes]:
    found = sorted(path for path in output.rglob("*") if path.is_file())
    return {str(path.relative_to(output)): path.read_bytes() for path in found}


def test_each_source_has_a_folder_and_processes_give_the_same(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    turn, spread, cluster = tmp_path / "turn", tmp_path / "spread", tmp_path / "cluster"
    assert not _process(folder, "--output", turn, "--write-bag", turn / "bags")
    assert capsys.readouterr().out.count("results are in") == 3
    results = {f"{name}/{file}" for name in ("film", "hall", "walk") for file in _WRITTEN}
    written = _files(turn)
    assert {name for name in written if not name.startswith("bags/")} == results
    assert "bags/film/film.mcap" in written
    monkeypatch.setattr(job, "process_source", fakes.process_faked)
    words = (folder, "--jobs", "2", "--output", spread, "--write-bag", spread / "bags")
    assert not _process(*words)
    assert _files(spread) == written
    monkeypatch.setitem(sys.modules, "ray", StandIn())
    words = (folder, "--ray", "auto", "--output", cluster, "--write-bag", cluster / "bags")
    assert not _process(*words)
    assert _files(cluster) == written
    with np.load(turn / "walk" / "poses.npz") as one, np.load(turn / "hall" / "poses.npz") as two:
        np.testing.assert_array_equal(one["poses"], two["poses"])


_WRITTEN = ("actions.csv", "actions.svg", "annotated.mp4", "poses.npz")


@pytest.mark.parametrize("bag", ["results.mcap", "bags/results.db3"])
def test_a_bag_file_is_named_alike_for_each_source(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bag: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not _process(folder, "--output", "out", "--write-bag", bag, "--no-video")
    place = tmp_path / ("bags" if "bags" in bag else "out")
    found = sorted(place.rglob("results.*"))
    assert found == [place / name / Path(bag).name for name in ("film", "hall", "walk")]
    assert all(path.is_file() for path in found)
    assert not (tmp_path / "results.mcap").exists()


def test_an_unreadable_source_does_not_stop_the_others(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.mp4").write_bytes(b"no film")
    cut = folder / "hall.mcap"
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    assert _process(folder, "--output", tmp_path / "out", "--no-video") == command.FAILED
    printed = capsys.readouterr().out
    assert "not a video: " in printed
    assert "a part of the source is lost" in printed
    made = {path.parent.name for path in (tmp_path / "out").rglob("poses.npz")}
    assert made == {"film", "hall", "walk"}
    (folder / "a.mp4").unlink()
    before = fakes.Detector.calls
    assert _process(folder, "--output", tmp_path / "out", "--no-video") == command.DAMAGED
    assert fakes.Detector.calls == before  # complete sources are not processed again
    assert not list((tmp_path / "out").rglob(job.NOTES))


def test_sources_of_one_name(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (folder / "film.avi").rename(other / "walk.avi")
    out = tmp_path / "out"
    words = (folder / "walk", other / "walk.avi", folder / "hall.mcap")
    assert not _process(*words, "--output", out, "--no-video")
    assert {path.name for path in out.iterdir()} == {"walk", "walk_2", "hall"}


def test_ctrl_c_stops_all(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_source: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "_with_progress", lambda frames, *_, **__: map(interrupted, frames))
    assert _process(folder, "--output", tmp_path / "out", "--no-video") == command.INTERRUPTED
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["film"]


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("{folder}", "0"), "0 cannot be combined with other sources"),
        (
            ("{folder}", "--keypoints-json", "x"),
            "keypoints_json cannot be combined",
        ),
        (("{folder}", "--jobs", "0"), "jobs: got 0, expected at least 1"),
        (("{folder}", "/nowhere.mp4"), ""),
    ],
)
def test_sources_that_cannot_be_processed_together(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    printed: str,
) -> None:
    named = [word.format(folder=folder) for word in words]
    assert _process(*named, "--output", tmp_path / "out", "--no-video") == 1
    assert printed in capsys.readouterr().err


def test_a_folder_of_images_is_one_source(folder: Path, tmp_path: Path) -> None:
    for number in range(5):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((48, 64, 3), 90, np.uint8))
    assert not _process(folder, "--output", tmp_path / "out", "--no-video")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "actions.csv",
        "actions.svg",
        "poses.npz",
    }
