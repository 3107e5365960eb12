from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.labels import load_recordings
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recording import Recording
from pose_action_ros.skeletons import HUMAN36M_17

HEADER = "recording,person,start,end,label\n"


def _recording(*labels: str, count: int = 20) -> Recording:
    """One person for each label, 2 s at 10 images per second."""
    tracks = [
        PoseTrack(
            HUMAN36M_17,
            np.arange(count) / 10,
            np.random.default_rng(person).normal(0, 1, (count, 17, 3)),
            np.ones((count, 17)),
            label,
            person,
        )
        for person, label in enumerate(labels)
    ]
    return Recording.from_tracks(tracks)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The results of two films, without labels."""
    _recording("", "").save(tmp_path / "out" / "two" / "poses.npz")
    _recording("").save(tmp_path / "out" / "one" / "poses.npz")
    return tmp_path / "out"


def _labels(folder: Path, text: str) -> Path:
    path = folder.parent / "spans.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return path


def test_labels_in_the_files(tmp_path: Path) -> None:
    for name, labels in (("b/2", ("kick", "push")), ("a", ("push",)), ("b/10", ("wave",))):
        _recording(*labels).save(tmp_path / f"{name}.npz")
    (tmp_path / "notes.txt").write_text("no recording")
    tracks = load_recordings(tmp_path)
    assert [track.label for track in tracks] == ["push", "wave", "kick", "push"]
    (tmp_path / "c.npz").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"c\.npz"):
        load_recordings(tmp_path)


def test_labels_in_a_csv_file(folder: Path) -> None:
    _recording("kick").save(folder / "recorded.npz")
    text = "out/two,1,0.5,1.0,waving\none/poses.npz,,,,nodding\nout/two/poses.npz, 0 ,,0.35,bow\n"
    tracks = load_recordings(folder, _labels(folder, text))
    assert [(track.label, track.person_id, len(track)) for track in tracks] == [
        ("nodding", 0, 20),
        ("kick", 0, 20),
        ("waving", 1, 6),
        ("bow", 0, 4),
    ]
    np.testing.assert_allclose(tracks[2].stamps, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    led = load_recordings(folder, _labels(folder, text), lead=0.2)
    assert [(track.label, len(track), track.begin) for track in led] == [
        ("nodding", 20, -np.inf),
        ("kick", 20, 0.0),
        ("waving", 8, 0.5),
        ("bow", 4, -np.inf),
    ]


def test_a_csv_file_replaces_the_labels_of_a_recording(folder: Path) -> None:
    _recording("kick").save(folder / "recorded.npz")
    tracks = load_recordings(folder, _labels(folder, "recorded.npz,0,0,1,push\n"))
    assert [track.label for track in tracks] == ["push"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("out/two,0,0,1,Bow", "label 'Bow', expected lower-case"),
        ("out/two,0,1,0.5,bow", r"start 1\.0 s and end 0\.5 s, expected start < end"),
        ("out/two,zero,0,1,bow", "person 'zero', expected a person id"),
        ("out/two,0,early,1,bow", "start 'early', expected seconds"),
        ("out/two,0,0,late,bow", "end 'late', expected seconds"),
        ("out/two,0", "label ''"),
        (
            "out/two,7,0,1,bow",
            r"got person 7, expected one of .*: 0 \(0\.0 to .* s\), 1 \(0",
        ),
        ("out/two,,0,1,bow", "got no person, expected one of the people of the recording: 0 "),
        (
            "out/two,0,8,9,bow",
            "0 poses of person 0 from 8.0 s to 9.0 s, expected .* from 0.0 to",
        ),
        ("out/three,0,0,1,bow", "recording 'out/three', expected a path relative to"),
    ],
)
def test_a_wrong_row_is_named(folder: Path, row: str, message: str) -> None:
    labels = _labels(folder, f"out/two,0,0,1,bow\n{row}\n")
    with pytest.raises(InputError, match=rf"spans\.csv, row 3: .*{message}"):
        load_recordings(folder, labels)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"columns none, expected recording, person, start, end, label"),
        (b"recording,label\na,b\n", "columns recording, label, expected recording, person"),
        (HEADER.encode(), "no rows"),
        (b"\xff\xfe\x00", "cannot read the labels"),
    ],
)
def test_a_wrong_csv_file_is_refused(folder: Path, content: bytes, message: str) -> None:
    path = _labels(folder, "")
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"spans\.csv.*{message}|{message}.*spans\.csv"):
        load_recordings(folder, path)
    with pytest.raises(InputError, match=r"cannot read the labels .*none\.csv"):
        load_recordings(folder, folder / "none.csv")


def test_without_labels_the_remedy_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"one/poses\.npz: .*no labels.*--labels"):
        load_recordings(folder)


def test_recordings_of_several_folders(folder: Path) -> None:
    labels = _labels(folder, "one,,,,nodding\ntwo,1,0.5,1.0,waving\n")
    tracks = load_recordings([folder / "two", folder / "one", folder], labels)
    assert [track.label for track in tracks] == ["nodding", "waving"]


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_recordings(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"no recordings.*{name}.*pose-action record"):
        load_recordings(tmp_path / name)
