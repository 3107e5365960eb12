import numpy as np
import pytest

from pipeline_fakes import estimate
from pose_action_ros.camera import Intrinsics
from pose_action_ros.output.people import People, chosen, listed
from pose_action_ros.pipeline import Frame, Person
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CAMERA = Intrinsics.from_field_of_view(640, 480, 69.0)


def _seen(*people: tuple[int, float], placed: bool = True) -> Frame:
    """People with an id and a height in the image [px]; 3 m away."""
    there = []
    for person_id, height in people:
        flat = np.column_stack([np.full(25, 9.0), np.linspace(0, height, 25)])
        space = np.random.default_rng(person_id).normal([0, 0, 3], 1, (17, 3))
        keypoints = Pose2D(BODY_25, flat, np.ones(25), person_id)
        pose = Pose3D(HUMAN36M_17, space, np.ones(17), person_id, placed)
        there.append(_person(keypoints, pose))
    return Frame(0, 0.0, None, tuple(there), CAMERA)


def _person(keypoints: Pose2D, pose: Pose3D) -> Person:
    return Person(pose.person_id, keypoints, pose, estimate("waving_left", 0.0))


def test_the_largest_for_the_longest_time_comes_first() -> None:
    people = People()
    for number in range(10):
        here = [(3, 100.0), (1, 140.0)] if number < 6 else [(3, 100.0)]
        people.add(number / 10, _seen(*here))
    tracks = people.tracks()
    assert [track.person_id for track in tracks] == [3, 1]
    assert [len(track.poses) for track in tracks] == [10, 6]
    (kept,), others = chosen(tracks, 0.3, everybody=False)
    assert (kept.person_id, others) == (3, ["person 1 (smaller or shorter, 0.5 s)"])
    kept_all, nobody = chosen(tracks, 0.3, everybody=True)
    assert ([track.person_id for track in kept_all], nobody) == ([3, 1], [])


def test_who_is_there_for_a_moment_is_left_out() -> None:
    people = People()
    people.add(0.0, _seen((0, 400.0), (1, 90.0)))
    for stamp in (0.5, 1.0):
        people.add(stamp, _seen((1, 90.0)))
    (kept,), others = chosen(people.tracks(), 0.7, everybody=True)
    assert (kept.person_id, others) == (1, ["person 0 (there for 0.0 s)"])
    assert chosen(people.tracks(), 0.0, everybody=True)[1] == others  # one image is no recording


def test_a_recording_has_the_poses_as_they_came() -> None:
    people = People()
    for stamp in (0.5, 0.6, 0.6, 0.8):
        people.add(stamp, _seen((7, 100.0)))
    (track,) = people.tracks()
    made = track.recording("kick", "a.mp4", 30.0)
    np.testing.assert_array_equal(made.stamps, [0.5, 0.6, 0.8])
    np.testing.assert_array_equal(made.points[1], track.poses[0].points)
    assert (made.label, made.source, made.person_id, made.rate) == ("kick", "a.mp4", 7, 30.0)
    assert made.placed


@pytest.mark.parametrize("first", [True, False])
def test_where_one_pose_is_not_placed_all_are_offsets_from_the_root(first: bool) -> None:
    people = People()
    people.add(0.0, _seen((2, 100.0), placed=first))
    people.add(0.1, _seen((2, 100.0), placed=not first))
    made = people.tracks()[0].recording("kick", "a.mp4", 30.0)
    assert not made.placed
    np.testing.assert_array_equal(made.points[:, HUMAN36M_17.root], 0.0)
    np.testing.assert_allclose(made.points[0], made.points[1])


def test_nobody_without_a_pose_is_there() -> None:
    keypoints = _seen((0, 100.0)).keypoints
    missing = Pose3D(HUMAN36M_17, np.full((17, 3), np.nan), np.zeros(17), 0)
    people = People()
    people.add(0.0, Frame(0, 0.0, None, (_person(keypoints[0], missing),), CAMERA))
    assert people.tracks() == []


def test_the_part_of_the_joints_that_were_seen() -> None:
    half = _seen((0, 100.0)).keypoints[0]
    scores = np.where(np.arange(25) < 8, 1.0, 0.0)  # head and arms
    people = People()
    people.add(0.0, _seen((0, 100.0)))
    shown = Pose2D(BODY_25, half.points, scores, 0)
    (pose,) = _seen((0, 100.0)).poses
    people.add(0.1, Frame(1, 0.1, None, (_person(shown, pose),), CAMERA))
    np.testing.assert_allclose(people.tracks()[0].joints, 1 + 8 / 18)


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
