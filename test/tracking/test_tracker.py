from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_18
from pose_action_ros.tracking import Tracker, TrackerSettings

STEP = 1 / 30
FIGURE = np.random.default_rng(7).uniform((-30, -100), (30, 100), (25, 2))


def person(x: float, y: float = 240.0) -> Pose2D:
    return Pose2D(BODY_25, FIGURE + np.array([x, y]), np.ones(25))


def ids(people: tuple[Pose2D, ...]) -> list[int]:
    return [one.person_id for one in people]


def follow(tracker: Tracker, places: list[list[float]], start: float = 0.0) -> list[list[int]]:
    """Ids of people at x places, image after image."""
    return [
        ids(tracker.update([person(x) for x in image], start + index * STEP))
        for index, image in enumerate(places)
    ]


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(TrackerSettings())


def test_two_people_keep_their_ids(tracker: Tracker) -> None:
    seen = follow(tracker, [[100 + 4 * k, 400 - 3 * k] for k in range(30)])
    assert all(image == seen[0] for image in seen)
    assert len(set(seen[0])) == 2


@given(st.permutations(range(4)), st.integers(0, 2**32 - 1))
def test_order_of_the_people_does_not_matter(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    straight, shuffled = Tracker(TrackerSettings()), Tracker(TrackerSettings())
    first = [person(x) for x in (100, 200, 300, 400)]
    second = [person(x + rng.normal(0, 10), 240 + rng.normal(0, 10)) for x in (100, 200, 300, 400)]
    straight.update(first, 0.0)
    shuffled.update(first, 0.0)
    expected = straight.update(second, STEP)
    got = shuffled.update([second[index] for index in order], STEP)
    assert ids(got) == [expected[index].person_id for index in order]


@given(st.lists(st.lists(st.floats(0, 640), max_size=5), max_size=12))
def test_ids_are_unique_in_every_image(places: list[list[float]]) -> None:
    for image in follow(Tracker(TrackerSettings()), places):
        assert len(set(image)) == len(image)
        assert UNTRACKED not in image


def test_people_who_cross_keep_their_ids(tracker: Tracker) -> None:
    """Walking through each other at different heights in the image, as at different depths."""
    first: list[int] = []
    last: list[int] = []
    for k in range(60):
        people = [person(100 + 7 * k, 240), person(513 - 7 * k, 225)]
        hidden = abs(people[0].points[0, 0] - people[1].points[0, 0]) < 25
        seen = tracker.update(people[:1] if hidden else people, k * STEP)
        first, last = first or ids(seen), ids(seen)
    assert last == first


def test_a_second_of_occlusion_keeps_the_id(tracker: Tracker) -> None:
    before = follow(tracker, [[100 + 3 * k] for k in range(30)])
    hidden = follow(tracker, [[] for _ in range(30)], start=1.0)
    after = follow(tracker, [[280 + 3 * k] for k in range(5)], start=2.0)
    assert hidden == [[]] * 30
    assert after[0] == before[0]


def test_empty_images_age_the_tracks(tracker: Tracker) -> None:
    before = follow(tracker, [[100]])
    follow(tracker, [[]] * 60, start=STEP)
    assert follow(tracker, [[100]], start=3.0) != before


def test_a_gap_longer_than_the_memory_gives_new_ids(tracker: Tracker) -> None:
    assert follow(tracker, [[100]]) == [[0]]
    assert follow(tracker, [[100]], start=1.5) == [[0]]
    assert follow(tracker, [[100]], start=3.1) == [[1]]


def test_an_earlier_stamp_removes_all_tracks_and_no_id_returns(tracker: Tracker) -> None:
    assert follow(tracker, [[100]], start=50.0) == [[0]]
    assert follow(tracker, [[100]], start=10.0) == [[1]]
    tracker.reset()
    assert follow(tracker, [[100]], start=10.0) == [[2]]


def test_a_runner_at_ten_images_a_second_keeps_the_id(tracker: Tracker) -> None:
    seen = [tracker.update([person(50 + 45 * k)], k / 10) for k in range(10)]
    assert {one.person_id for image in seen for one in image} == {0}


def test_a_distant_detection_is_a_new_person(tracker: Tracker) -> None:
    assert follow(tracker, [[100], [500]]) == [[0], [1]]


def test_people_without_joints_are_left_out(tracker: Tracker) -> None:
    empty = Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25))
    assert ids(tracker.update([empty, person(100), empty], 0.0)) == [0]


def test_part_of_a_person_is_the_same_person(tracker: Tracker) -> None:
    whole = person(100)
    scores = np.where(np.arange(25) < 8, 1.0, 0.0)
    tracker.update([whole], 0.0)
    (part,) = tracker.update([replace(whole, scores=scores)], STEP)
    assert part.person_id == 0
    np.testing.assert_array_equal(part.present, scores > 0)


def test_smoothing_can_be_switched_off_while_running(tracker: Tracker) -> None:
    tracker.update([person(100)], 0.0)
    (smooth,) = tracker.update([person(110)], STEP)
    assert 100 < smooth.points[0, 0] - FIGURE[0, 0] < 110
    tracker.settings = replace(tracker.settings, smoothing=False)
    (raw,) = tracker.update([person(120)], 2 * STEP)
    np.testing.assert_array_equal(raw.points, person(120).points)


def test_the_same_stamp_twice(tracker: Tracker) -> None:
    assert follow(tracker, [[100]]) == follow(tracker, [[101]]) == [[0]]


@pytest.mark.parametrize("stamp", [float("nan"), float("inf")])
def test_stamps_that_are_not_finite_are_refused(tracker: Tracker, stamp: float) -> None:
    with pytest.raises(InputError, match="expected seconds"):
        tracker.update([], stamp)


def test_refuses_mixed_skeletons(tracker: Tracker) -> None:
    tracker.update([person(100)], 0.0)
    with pytest.raises(InputError, match="body_25, coco_18"):
        tracker.update([person(100).to(COCO_18)], STEP)
