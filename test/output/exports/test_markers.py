"""TRC and C3D files, read by other packages."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.output.exports import markers
from pose_action_ros.output.exports.even_track import even_track
from pose_action_ros.output.exports.markers import write_c3d_files, write_trc_files
from pose_action_ros.pose_tracks import PoseTrack

Array = npt.NDArray[np.float64]


def test_trc(tracks: list[PoseTrack], tmp_path: Path) -> None:
    reader = pytest.importorskip("trc")
    write_trc_files(tmp_path, tracks)
    for track in map(even_track, tracks):
        data = reader.TRCData()
        data.load(str(tmp_path / f"person_{track.person_id}.trc"))
        assert (data["Units"], data["DataRate"], data["NumFrames"]) == ("mm", 10.0, 20)
        assert tuple(data["Markers"]) == track.joints
        assert data["Frame#"] == list(range(1, 21))
        np.testing.assert_allclose(data["Time"], track.times)
        found = np.array([data[joint] for joint in track.joints]).transpose(1, 0, 2)
        np.testing.assert_allclose(found / 1000, track.points, atol=1e-5)


def test_trc_as_opensim_demands(tracks: list[PoseTrack], tmp_path: Path) -> None:
    """Eight keys and values, columns X1 Y1 Z1 X2 ... behind two tabs, an empty line, tabs only."""
    write_trc_files(tmp_path, tracks[:1])
    lines = (tmp_path / "person_0.trc").read_text(encoding="utf-8").splitlines()
    assert [len(line.split("\t")) for line in lines[:3]] == [4, 8, 8]
    axes = [f"{axis}{number}" for number in range(1, 18) for axis in "XYZ"]
    assert lines[4].split("\t") == ["", "", *axes]
    assert lines[3].split("\t")[2::3] == list(even_track(tracks[0]).joints)
    assert lines[5] == ""
    assert {len(line.split("\t")) for line in lines[6:]} == {2 + 51}
    assert " " not in "".join(lines[1:])


def _read(path: Path) -> tuple[Any, Array]:
    """Header, and points (T, J, 3) [m], by the package c3d."""
    reader_of = pytest.importorskip("c3d").Reader
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of files without analog data
        reader = reader_of(file)
        frames = np.array([points for _, points, _ in reader.read_frames()])
    points = np.where(frames[..., 3:4] >= 0, frames[..., :3] / 1000, np.nan)
    return reader, points


def test_c3d(tracks: list[PoseTrack], tmp_path: Path) -> None:
    ezc3d = pytest.importorskip("ezc3d")
    write_c3d_files(tmp_path, tracks)
    for track in map(even_track, tracks):
        path = tmp_path / f"person_{track.person_id}.c3d"
        reader, points = _read(path)
        assert [label.strip() for label in reader.point_labels] == list(track.joints)
        assert (reader.point_rate, reader.first_frame, reader.last_frame) == (10.0, 1, 20)
        assert reader.get("POINT:UNITS").string_value.strip() == "mm"
        np.testing.assert_allclose(points, track.points, atol=1e-6)
        again = ezc3d.c3d(str(path))["data"]["points"][:3].transpose(2, 1, 0) / 1000
        np.testing.assert_allclose(again, track.points, atol=1e-6)


def test_a_long_track_has_several_c3d_files(
    tracks: list[PoseTrack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ezc3d = pytest.importorskip("ezc3d")
    monkeypatch.setattr(markers, "MOST_FRAMES", 8)
    write_c3d_files(tmp_path, tracks[1:])
    parts = [tmp_path / f"person_1{end}.c3d" for end in ("", "_2", "_3")]
    assert sorted(tmp_path.iterdir()) == sorted(parts)
    points = np.concatenate([_read(part)[1] for part in parts])
    np.testing.assert_allclose(points, even_track(tracks[1]).points, atol=1e-6)
    starts = [
        ezc3d.c3d(str(part))["parameters"]["POSE_ACTION"]["START"]["value"][0] for part in parts
    ]
    np.testing.assert_allclose(starts, [0, 0.8, 1.6])


def test_frame_numbers_are_those_of_the_film(tracks: list[PoseTrack], tmp_path: Path) -> None:
    pytest.importorskip("ezc3d")
    track = tracks[0]
    late = PoseTrack(
        track.skeleton, track.stamps + 3, track.points, track.scores, person_id=7, rate=10.0
    )
    write_c3d_files(tmp_path, [late])
    reader, _ = _read(tmp_path / "person_7.c3d")
    assert (reader.first_frame, reader.last_frame) == (31, 50)
