from dataclasses import replace

import numpy as np

from pipeline_fakes import estimate
from pose_action_ros.camera import Intrinsics
from pose_action_ros.frame import Frame, Person
from pose_action_ros.output.recorder import Take, select, shortened
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CAMERA = Intrinsics.from_field_of_view(640, 480, 69.0)


def _frame(stamp: float, *people: tuple[int, float]) -> Frame:
    """People with an id and a height in the image [px]; 3 m away."""
    present = []
    for person_id, height in people:
        flat = np.column_stack([np.full(25, 9.0), np.linspace(0, height, 25)])
        space = np.random.default_rng(person_id).normal([0, 0, 3], 1, (17, 3))
        keypoints = Pose2D(BODY_25, flat, np.ones(25), person_id)
        pose = Pose3D(HUMAN36M_17, space, np.ones(17), person_id, placed=True)
        present.append(_person(keypoints, pose))
    return Frame(0, stamp, None, tuple(present), CAMERA)


def _person(keypoints: Pose2D, pose: Pose3D) -> Person:
    return Person(pose.person_id, keypoints, pose, estimate("waving_left", 0.0))


def test_the_largest_for_the_longest_time_comes_first() -> None:
    take = Take()
    for number in range(10):
        both = [(3, 100.0), (1, 140.0)]
        take.add(_frame(number / 10, *(both if number < 6 else both[:1])))
    people = take.people()
    assert [person.id for person in people] == [3, 1]
    assert [len(person.frames) for person in people] == [10, 6]
    (largest,), others = select(people, 0.3, all_people=False)
    assert (largest.id, others) == (3, ["person 1 (smaller or shorter, 0.5 s)"])
    selected, others = select(people, 0.3, all_people=True)
    assert ([person.id for person in selected], others) == ([3, 1], [])


def test_people_in_view_for_a_moment_are_left_out() -> None:
    take = Take()
    take.add(_frame(0.0, (0, 400.0), (1, 90.0)))
    for stamp in (0.5, 1.0):
        take.add(_frame(stamp, (1, 90.0)))
    (person,), others = select(take.people(), 0.7, all_people=True)
    assert (person.id, others) == (1, ["person 0 (in view for 0.0 s)"])
    assert select(take.people(), 0.0, all_people=True)[1] == others  # one image is no recording


def test_repeated_stamps_are_left_out() -> None:
    take = Take()
    for stamp in (0.5, 0.6, 0.6, 0.8):
        take.add(_frame(stamp, (7, 100.0)))
    (person,) = take.people()
    assert [frame.stamp for frame in person.frames] == [0.5, 0.6, 0.8]


def test_people_without_a_pose_are_left_out() -> None:
    (keypoints,) = _frame(0.0, (0, 100.0)).keypoints
    missing = Pose3D(HUMAN36M_17, np.full((17, 3), np.nan), np.zeros(17), 0)
    take = Take()
    take.add(Frame(0, 0.0, None, (_person(keypoints, missing),), CAMERA))
    assert take.people() == []


def test_the_visible_share_of_the_joints() -> None:
    first, second = _frame(0.0, (0, 100.0)), _frame(0.1, (0, 100.0))
    scores = np.where(np.arange(25) < 8, 1.0, 0.0)  # head and arms
    half = replace(second.keypoints[0], scores=scores)
    take = Take()
    take.add(first)
    take.add(replace(second, people=(_person(half, second.poses[0]),)))
    np.testing.assert_allclose(take.people()[0].joints, 1 + 8 / 18)


def test_long_lists_are_shortened() -> None:
    assert shortened(["a", "b"]) == "a, b"
    assert shortened("abcdefg") == "a, b, c, d, e and 2 more"
