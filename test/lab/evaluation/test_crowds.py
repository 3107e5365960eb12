"""Simulated groups: performers in the view, passers-by who cross, leave and return."""

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.lab.evaluation.crowds import passers, performers, record
from pose_action_ros.simulation import Scene


@pytest.fixture(scope="module")
def crowd() -> Scene:
    return passers(np.random.default_rng((3000, 8)), 4, 16.0)


def test_performers_are_near_and_far_occluded_and_cut() -> None:
    hidden, cut, distances = 0, 0, []
    for seed in range(6):
        people = performers(np.random.default_rng(seed), 6, 1.0).truth(0.5)
        assert len(people) == 6
        places = np.stack([person.pose.points[0] for person in people])
        gaps = np.linalg.norm(places[:, None] - places[None], axis=-1) + 9 * np.eye(6)
        assert gaps.min() > 0.35
        distances += np.linalg.norm(places, axis=1).tolist()
        hidden += sum(bool((person.keypoints.present & ~person.exposed).any()) for person in people)
        cut += sum(not person.keypoints.present.all() for person in people)
    assert hidden >= 5
    assert 5 < cut < 30
    assert min(distances) < 2.5
    assert max(distances) > 8


def test_passers_leave_and_return() -> None:
    times = np.arange(0.0, 16.0, 0.25)
    left = returned = 0
    for seed in range(4):
        scene = passers(np.random.default_rng(seed), 4, 16.0)
        for person in scene.people:
            column = scene.camera.project(person.joints(times)[:, 0])[:, 0]
            changes = np.diff(((column > 0) & (column < 640)).astype(int))
            left += int((changes < 0).sum())
            returned += int((changes > 0).sum())
    assert left >= 4
    assert returned >= 4


def test_passers_hide_each_other(crowd: Scene) -> None:
    truth = [crowd.truth(stamp) for stamp in np.arange(0.0, 12.0, 1.0)]
    inside = np.array([[one.keypoints.present.mean() for one in people] for people in truth])
    exposed = np.array([[one.exposed.mean() for one in people] for people in truth])
    assert (inside - exposed).max() > 0.5


def test_passers_keep_apart_and_stop(crowd: Scene) -> None:
    times = np.arange(0.0, 12.0, 0.1)
    roots = np.stack([person.joints(times)[:, 0] for person in crowd.people], axis=1)  # (T, P, 3)
    gaps = np.linalg.norm(roots[:, :, None] - roots[:, None], axis=-1) + 9 * np.eye(4)
    assert gaps.min() > 0.4
    speed = np.linalg.norm(np.diff(roots[..., :2], axis=0), axis=-1) / 0.1
    assert speed.min() < 0.1
    assert 0.6 < speed.max() < 3.0


def test_scenes_depend_on_their_seed_alone() -> None:
    one, same, other = (
        passers(np.random.default_rng(seed), 2, 3.0).people[1].joints([2.0]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1


def test_recorded_scene_is_read_as_it_was_rendered(tmp_path: Path) -> None:
    first = record(performers, (1, 2), 2, (0.3, 10.0), tmp_path)
    times = [path.stat().st_mtime_ns for path in first.images]
    again = record(performers, (1, 2), 2, (0.3, 10.0), tmp_path)
    assert [path.stat().st_mtime_ns for path in again.images] == times
    assert len(again) == 3
    assert again.joints.shape == (3, 2, 25, 2)
    assert again.poses.shape == (3, 2, 17, 3)
    np.testing.assert_array_equal(again.joints, first.joints)
    scene = performers(np.random.default_rng((1, 2)), 2, 0.3)
    frame = scene.frame(float(again.stamps[1]))
    for row, person in enumerate(frame.people):
        np.testing.assert_array_equal(again.joints[1, row], person.keypoints.points)
        np.testing.assert_array_equal(again.exposed[1, row], person.exposed)
        assert again.actions[row] == person.action
    difference = again.image(1).astype(float) - frame.image
    assert np.sqrt(np.square(difference).mean()) < 4
    other = record(performers, (1, 3), 2, (0.1, 10.0), tmp_path)
    assert other.images[0].parent != first.images[0].parent
