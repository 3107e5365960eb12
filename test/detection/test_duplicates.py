"""Laws of duplicates: one body stays one, two people stay two."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import keypoints_at, random_person, standing, without
from pose_action_ros.detection.duplicates import quality, without_duplicates
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_18

HEIGHT = 460.0
"""Of the standing person in the image [px]."""
seeds = st.integers(0, 2**32 - 1)
LEGS = [joint for joint in COCO_18.joints if "knee" in joint or "ankle" in joint or "hip" in joint]


def moved(person: Pose2D, x: float, y: float = 0.0) -> Pose2D:
    return replace(person, points=person.points + np.array([x, y]))


def someone(seed: int = 0) -> Pose2D:
    return keypoints_at(random_person(seed), (0.0, 0.0, 3.0))


@given(seeds, st.floats(0, 0.01), st.floats(0.1, 0.9))
def test_of_noisy_copies_the_best_stays(seed: int, noise: float, score: float) -> None:
    rng = np.random.default_rng(seed)
    person = someone(seed)
    copy = replace(
        person,
        points=person.points + rng.normal(0, noise * HEIGHT, (18, 2)),
        scores=person.scores * score,
    )
    assert without_duplicates([copy, person]) == [person]
    assert without_duplicates([person, copy]) == [person]


@pytest.mark.parametrize("missing", [LEGS, [j for j in COCO_18.joints if j not in LEGS]])
def test_a_part_of_a_body_is_a_duplicate_of_the_whole(missing: list[str]) -> None:
    whole = someone()
    assert without_duplicates([without(whole, *missing), whole]) == [whole]


@given(st.floats(0.08, 1.0), seeds)
def test_people_side_by_side_stay(distance: float, seed: int) -> None:
    """Their bodies are that many body heights apart, half of them to the left."""
    side = 1 if seed % 2 else -1
    pair = [someone(), moved(someone(), side * distance * HEIGHT)]
    assert without_duplicates(pair) == pair


@given(st.floats(0.15, 0.4), st.floats(-0.1, 0.1))
def test_people_who_embrace_stay(gap: float, sideways: float) -> None:
    """They stand face to face, in view from their side or from behind one of them."""
    turned = standing() * [-1, 1, -1]
    for offset in ((gap, 0.0, sideways), (sideways, 0.0, gap)):
        place = np.array([0.0, 0.0, 3.0])
        pair = [keypoints_at(standing(), place), keypoints_at(turned, place + offset)]
        assert without_duplicates(pair) == pair


@given(st.floats(3.6, 8.0), st.floats(0.0, 0.2))
def test_people_behind_one_another_stay(away: float, sideways: float) -> None:
    pair = [
        keypoints_at(standing(), (0.0, 0.3, 3.0)),
        keypoints_at(standing(), (sideways, 0.3, away)),
    ]
    assert without_duplicates(pair) == pair


@given(st.lists(st.tuples(seeds, st.floats(-200, 200)), max_size=6), st.randoms())
def test_the_order_does_not_matter_and_once_is_enough(
    people: list[tuple[int, float]], random: Random
) -> None:
    crowd = [moved(someone(seed % 3), x) for seed, x in people]
    shuffled = list(crowd)
    random.shuffle(shuffled)
    once = without_duplicates(crowd)
    places = sorted(person.points.tobytes() for person in once)
    again = without_duplicates(shuffled)
    assert sorted(person.points.tobytes() for person in again) == places
    assert without_duplicates(once) == once
    assert all(quality(person) > 0 for person in once)


def test_few_people() -> None:
    assert without_duplicates([]) == []
    assert without_duplicates([someone()])[0].present.all()
