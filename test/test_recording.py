"""Recordings: rows, tracks of people, spans with labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recording import Recording, load_recording
from pose_action_ros.recording_file import RecordingWriter
from pose_action_ros.skeletons import HUMAN36M_17, SBU_15
from recording_files import CAMERA, people


def test_rows_are_read_as_they_were_written(recording_file: Path) -> None:
    recording = load_recording(str(recording_file))
    assert (len(recording), recording.ids, recording.source) == (10, (0, 3), "clip.mp4")
    keypoints, pose = people(3, 2)
    row = 5
    assert (recording.frames[row], recording.stamps[row]) == (2, 0.2)
    for one, other in ((recording.keypoints_at(row), keypoints), (recording.pose_at(row), pose)):
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.scores, other.scores)
        assert one.person_id == 3
    assert recording.keypoints_at(row).score == 0.5
    assert recording.pose_at(row).placed
    assert recording.camera_at(row) == CAMERA
    assert str(recording) == "clip.mp4: 2 people, 0.0 to 0.4 s, 10 poses, waving_left"
    assert repr(recording) == f"<Recording of {recording}>"


def test_tracks(recording_file: Path) -> None:
    recording = load_recording(recording_file)
    first, second = recording.tracks()
    assert (first.person_id, second.person_id, first.label) == (0, 3, "")
    assert (first.source, first.rate, first.placed) == ("clip.mp4", 10.0, True)
    np.testing.assert_allclose(first.stamps, np.arange(5) / 10)
    np.testing.assert_array_equal(first.points[1], people(0, 1)[1].points)
    (span,) = recording.labelled()
    assert (span.person_id, span.label, len(span)) == (3, "waving_left", 3)
    assert recording.track(0, start=0.1, end=0.2, label="kick").label == "kick"
    with pytest.raises(InputError, match=r"got person 1, expected one of .*: 0 .*, 3 "):
        recording.track(1)
    with pytest.raises(InputError, match="got no person"):
        recording.track()


def test_a_track_with_a_lead_ends_with_the_track_without(recording_file: Path) -> None:
    recording = load_recording(recording_file)
    without = recording.track(0, 0.2, 0.3, "kick")
    assert without.begin == -np.inf
    for lead, count in ((0.1, 3), (5.0, 4)):
        track = recording.track(0, 0.2, 0.3, "kick", lead)
        assert (track.begin, len(track)) == (0.2, count)
        np.testing.assert_array_equal(track.points[-2:], without.points)
        (span,) = Recording.from_tracks([track]).spans
        assert (span.start, span.end) == (0.2, without.stamps[-1])
    with pytest.raises(InputError, match="got 0 poses"):
        recording.track(0, 7.0, 8.0, "kick", 9.0)


def test_poses_become_offsets_where_one_is_not_placed(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.npz")
    for number, placed in enumerate([True, False, True]):
        writer.add(number, number / 10, *people(0, number, placed=placed), CAMERA)
    writer.close()
    track = load_recording(tmp_path / "a.npz").track()
    assert not track.placed
    np.testing.assert_array_equal(track.points[[0, 2], HUMAN36M_17.root], 0.0)
    np.testing.assert_array_equal(track.points[1], people(0, 1)[1].points)


def test_rows_without_pose_or_with_a_repeated_stamp_are_left_out(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.npz")
    keypoints, pose = people(0)
    missing = replace(pose, scores=np.zeros(17))
    for stamp, one in ((0.0, pose), (0.1, missing), (0.2, pose), (0.2, pose), (0.15, pose)):
        writer.add(0, stamp, keypoints, one, CAMERA)
    other = people(1)
    writer.add(0, 0.0, *other, CAMERA)
    writer.close()
    recording = load_recording(tmp_path / "a.npz")
    assert recording.track(0).stamps.tolist() == [0.0, 0.2]
    assert [track.person_id for track in recording.tracks()] == [0]  # one pose is no track


def test_tracks_make_a_recording(tmp_path: Path) -> None:
    stamps, points = np.array([0.0, 0.5]), np.random.default_rng(1).normal(0, 1, (2, 15, 3))
    tracks = [
        PoseTrack(SBU_15, stamps, points, np.ones((2, 15)), label, person, "a", rate=2.0)
        for person, label in ((4, "kick"), (7, ""))
    ]
    Recording.from_tracks(tracks).save(tmp_path / "a.npz")
    recording = load_recording(tmp_path / "a.npz")
    assert recording.camera_at(0) is None
    assert not recording.keypoints_at(0).present.any()
    (track,) = recording.labelled()
    assert (track.label, track.person_id, track.rate, track.source) == ("kick", 4, 2.0, "a")
    np.testing.assert_allclose(track.points, points, rtol=1e-6)
    with pytest.raises(InputError, match="got 0 tracks"):
        Recording.from_tracks([])


def test_arrays_are_copied_and_read_only(recording_file: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_recording(recording_file).poses[0] = 0
