"""`pose-action process --export`."""

import csv
import json
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros import cli
from pose_action_ros.output.exports import exports
from pose_action_ros.output.settings import EXPORTS

pytestmark = pytest.mark.usefixtures("fake_stages")
FILES = {
    "csv": "joints.csv",
    "json": "images.json",
    "srt": "actions.srt",
    "vtt": "actions.vtt",
    "eaf": "actions.eaf",
    "trc": "person_0.trc",
    "c3d": "person_0.c3d",
    "bvh": "person_0.bvh",
}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """15 images at 10 a second; the first is black, without a person."""
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(15):
        writer.write(np.full((48, 64, 3), 90 * (number > 0), np.uint8))
    writer.release()
    return path


def _process(source: Path, output: Path, *options: str) -> int:
    return cli.main(["process", str(source), "--output", str(output), "--no-video", *options])


def test_each_format_writes_its_files_and_no_other(film: Path, tmp_path: Path) -> None:
    pytest.importorskip("ezc3d")
    usual = {"actions.csv", "actions.svg", "poses.npz"}
    assert set(FILES) == set(EXPORTS) == exports._GROWING.keys() | exports._AT_END.keys()
    assert _process(film, tmp_path / "all", "--export", ",".join(EXPORTS)) == 0
    assert {path.name for path in (tmp_path / "all").iterdir()} == usual | set(FILES.values())
    for name, file in FILES.items():
        assert _process(film, tmp_path / name, "--export", name) == 0
        assert {path.name for path in (tmp_path / name).iterdir()} == usual | {file}
        if name != "c3d":  # a C3D file has no date, but unused bytes
            same = (tmp_path / "all" / file).read_bytes()
            assert (tmp_path / name / file).read_bytes() == same
    assert _process(film, tmp_path / "none") == 0
    assert {path.name for path in (tmp_path / "none").iterdir()} == usual


def test_the_results_agree(film: Path, tmp_path: Path) -> None:
    assert _process(film, tmp_path, "--export", "csv, json, eaf") == 0
    images = json.loads((tmp_path / "images.json").read_text(encoding="utf-8"))
    assert [len(image["people"]) for image in images] == [0] + [1] * 14
    with (tmp_path / "joints.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14 * 27
    assert {row["image"] for row in rows} == {str(number) for number in range(1, 15)}
    assert f'MEDIA_URL="{film.as_uri()}"' in (tmp_path / "actions.eaf").read_text(encoding="utf-8")


def test_an_unknown_format_is_refused(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _process(film, tmp_path / "out", "--export", "csv,fbx") == 1
    error = capsys.readouterr().err
    assert "got 'fbx', expected formats out of csv, json, srt" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_without_ezc3d_c3d_is_refused_at_once(
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    find = PathFinder.find_spec
    monkeypatch.delitem(sys.modules, "ezc3d", raising=False)
    monkeypatch.setattr(
        PathFinder,
        "find_spec",
        lambda name, *rest: None if name == "ezc3d" else find(name, *rest),
    )
    assert _process(film, tmp_path / "out", "--export", "c3d") == 1
    assert (
        "exporting c3d needs ezc3d, which is missing; run: pip install" in capsys.readouterr().err
    )


def test_several_sources_have_their_own_files(film: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "stand.avi"
    other.parent.mkdir()
    other.write_bytes(film.read_bytes())
    words = ["process", str(film), str(other), "--output", str(tmp_path / "out"), "--no-video"]
    assert cli.main([*words, "--export", "srt"]) == 0
    for name in ("walk", "stand"):
        assert "person 0: waving left" in (tmp_path / "out" / name / "actions.srt").read_text()
