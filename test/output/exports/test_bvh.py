"""BVH files, read by bvhio and by the reader of motion capture."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.datasets.bvh import read_bvh
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.output.exports.bvh import BONES, _turned, write_bvh_files
from pose_action_ros.output.exports.even_track import even_track
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]


def _places(path: Path) -> dict[str, Array]:
    """(T, 3) place of each joint of the pose [m]; ends of limbs are joints of the file, too."""
    bvh = read_bvh(path)
    positions, _ = bvh.frames()
    names = [joint.name for joint in bvh.joints]
    starts = {bone.start: name for name, bone in BONES.items()}
    starts["head_top"] = "End Site Head"
    return {joint: positions[:, names.index(name)] / 100 for joint, name in starts.items()}


def _directions(places: dict[str, Array]) -> dict[str, Array]:
    found = {}
    for bone in BONES.values():
        if bone.end:
            vector = places[bone.end] - places[bone.start]
            found[f"{bone.start}-{bone.end}"] = vector / np.linalg.norm(
                vector, axis=-1, keepdims=True
            )
    return found


def _pose_places(track: PoseTrack) -> dict[str, Array]:
    points = even_track(track).points
    return {joint: points[:, row] for row, joint in enumerate(HUMAN36M_17.joints)}


def test_bones_have_the_directions_of_the_poses(tracks: list[PoseTrack], tmp_path: Path) -> None:
    write_bvh_files(tmp_path, tracks)
    truth, places = _pose_places(tracks[1]), _places(tmp_path / "person_1.bvh")
    assert set(places) == set(HUMAN36M_17.joints)
    for name, direction in _directions(truth).items():
        np.testing.assert_allclose(_directions(places)[name], direction, atol=1e-4, err_msg=name)
    for joint, place in truth.items():  # the bones of a simulated person have constant lengths
        np.testing.assert_allclose(places[joint], place, atol=0.02, err_msg=joint)
    np.testing.assert_allclose(places["mid_hip"], truth["mid_hip"], atol=1e-5)
    assert read_bvh(tmp_path / "person_1.bvh").frame_time == pytest.approx(0.1)


def test_bvhio_reads_the_same(tracks: list[PoseTrack], tmp_path: Path) -> None:
    bvhio = pytest.importorskip("bvhio")
    write_bvh_files(tmp_path, tracks)
    root = bvhio.readAsHierarchy(str(tmp_path / "person_1.bvh"))
    places = _places(tmp_path / "person_1.bvh")
    for frame in (0, 7, 19):
        root.loadPose(frame)
        for joint, _, _ in root.layout():
            expected = places[BONES[joint.Name].start][frame]
            np.testing.assert_allclose(np.array(joint.PositionWorld) / 100, expected, atol=1e-4)


def test_the_reader_of_motion_capture_finds_the_person(
    tracks: list[PoseTrack], tmp_path: Path
) -> None:
    write_bvh_files(tmp_path, tracks)
    (capture,) = read_bvh_people(tmp_path / "person_1.bvh", up="y")
    assert (len(capture.joints), capture.rate) == (20, 10.0)
    knees = [PERSON.index(f"{side}_knee") for side in ("left", "right")]
    width = np.linalg.norm(capture.joints[:, knees[0]] - capture.joints[:, knees[1]], axis=1)
    places = _places(tmp_path / "person_1.bvh")
    expected = np.linalg.norm(places["left_knee"] - places["right_knee"], axis=1)
    np.testing.assert_allclose(width, expected, rtol=0.03)


@pytest.mark.parametrize("size", [0.75, 0.85, 0.95, 1.2, 1.5, 1.8, 2.1])
def test_the_reader_of_motion_capture_keeps_the_size(
    tracks: list[PoseTrack], tmp_path: Path, size: float
) -> None:
    """Sizes of people [m]: BVH has no unit, and 75 cm could be 75 inches."""
    thigh = [HUMAN36M_17.index(f"left_{joint}") for joint in ("hip", "knee")]
    points = tracks[1].points * size / 1.70
    write_bvh_files(tmp_path, [replace(tracks[1], points=points)])
    (capture,) = read_bvh_people(tmp_path / "person_1.bvh")
    expected = np.linalg.norm(np.diff(points[:, thigh], axis=1), axis=-1).mean()
    found = [PERSON.index(f"left_{joint}") for joint in ("hip", "knee")]
    lengths = np.linalg.norm(np.diff(capture.joints[:, found], axis=1), axis=-1)
    np.testing.assert_allclose(lengths, expected, rtol=1e-3)
    height = np.ptp(capture.joints[..., 2], axis=1).max()
    own = np.ptp(points[..., 1], axis=1).max()  # of a person who lunges, before a tilted camera
    assert 0.8 * own < height < 1.2 * own


def test_missing_joints_move_on_a_line_and_unseen_ones_follow_their_parent(
    tracks: list[PoseTrack], tmp_path: Path
) -> None:
    points, scores = tracks[1].points.copy(), tracks[1].scores.copy()
    knee, wrist = HUMAN36M_17.index("left_knee"), HUMAN36M_17.index("right_wrist")
    points[5:15, knee] = np.nan
    points[:, wrist] = np.nan
    scores[np.isnan(points).any(axis=2)] = 0
    track = PoseTrack(HUMAN36M_17, tracks[1].stamps, points, scores, person_id=1, rate=10.0)
    write_bvh_files(tmp_path, [track])
    places, truth = _places(tmp_path / "person_1.bvh"), _pose_places(tracks[1])
    assert all(np.isfinite(place).all() for place in places.values())
    line = truth["left_knee"][4] + 4 / 11 * (truth["left_knee"][15] - truth["left_knee"][4])
    thigh, expected = (place - truth["left_hip"][8] for place in (places["left_knee"][8], line))
    cosine = thigh @ expected / np.linalg.norm(thigh) / np.linalg.norm(expected)
    assert cosine == pytest.approx(1, abs=1e-3)
    forearm = places["right_wrist"] - places["right_elbow"]
    upper = places["right_elbow"] - places["right_shoulder"]
    cosine = (forearm * upper).sum(1) / np.linalg.norm(forearm, axis=1)
    np.testing.assert_allclose(cosine / np.linalg.norm(upper, axis=1), 1, atol=1e-4)
    assert 0.15 < np.linalg.norm(forearm[0]) < 0.35


def test_without_hips_there_is_no_file(
    tracks: list[PoseTrack], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    points = tracks[0].points.copy()
    points[:, HUMAN36M_17.index("mid_hip")] = np.nan
    track = PoseTrack(HUMAN36M_17, tracks[0].stamps, points, tracks[0].scores, rate=10.0)
    with caplog.at_level(logging.WARNING):
        write_bvh_files(tmp_path, [track])
    assert not list(tmp_path.iterdir())
    assert "person 0: no BVH file, since no hips are visible" in caplog.text


vectors = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda vector: np.linalg.norm(vector) > 1e-2)


@given(vectors, vectors)
def test_the_smallest_rotation_turns_one_direction_into_the_other(
    rest: tuple[float, ...], end: tuple[float, ...]
) -> None:
    for direction in (np.array(end), -np.array(rest), np.array(rest)):
        (turn,) = _turned(np.eye(3)[None], np.array(rest), direction[None])
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
        assert np.linalg.det(turn) == pytest.approx(1)
        turned = turn @ rest / np.linalg.norm(rest)
        np.testing.assert_allclose(turned, direction / np.linalg.norm(direction), atol=1e-4)
