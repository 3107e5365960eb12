"""Laws of identity: one steadily detected body never gets a second id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25
from pose_action_ros.tracking import Tracker, TrackerSettings
from properties import examples
from tracking.walkers import (
    Image,
    Walker,
    ids_of_bodies,
    noisy,
    shifted,
    standing_at,
    times,
    walking,
)

seeds = st.integers(0, 2**32 - 1)
rates = st.floats(5, 60)
Ghosts = Callable[[int, Pose2D], Sequence[Pose2D]]
Missed = Callable[[float, int], bool]
"""Whether the detector misses a body, by time and index of the body."""


def film(
    bodies: Sequence[Walker],
    rng: np.random.Generator,
    rate: float,
    *,
    seconds: float = 3.0,
    noise: float = 0.005,
    jitter: float = 0.4,
    missed: Missed = lambda _time, _body: False,
    ghosts: Ghosts = lambda _image, _person: (),
) -> list[Image]:
    """Detections of the bodies at irregular times, in random order, with ghosts of the first."""
    images = []
    for number, time in enumerate(times(seconds, rate, rng, jitter)):
        people = [body.at(time) for body in bodies]
        shown = {index for index in range(len(bodies)) if not missed(time, index)}
        detections = [noisy(people[index], noise, rng) for index in sorted(shown)]
        detections += ghosts(number, people[0])
        order = rng.permutation(len(detections))
        images.append((time, [detections[index] for index in order], shown))
    return images


def assert_one_id_each(images: Sequence[Image], bodies: Sequence[Walker]) -> None:
    found = ids_of_bodies(images, bodies)
    assert all(len(ids) == 1 for ids in found), found
    assert len({ids[0] for ids in found}) == len(bodies)


def ghost(person: Pose2D, rng: np.random.Generator) -> Pose2D:
    """A worse pose on or beside the body: moved, smaller, or a part of it."""
    centre = np.nanmean(person.points, axis=0)
    size = np.ptp(person.points[:, 1]) / 2
    points = (person.points - centre) * rng.uniform(0.4, 1.1) + centre
    points += rng.normal(0, rng.uniform(0, 0.5), 2) * size + rng.normal(0, 0.02, (18, 2)) * size
    missing = rng.random(18) < rng.uniform(0, 0.7)
    missing[rng.integers(18)] = False
    return replace(person, points=points, scores=np.where(missing, 0.0, 0.6), score=0.7)


def test_the_ghost_of_one_image() -> None:
    """Standing still with noise of a pixel, and one duplicate 40 px beside in one image of 120."""
    rng = np.random.default_rng(0)
    figure = rng.uniform((270, 140), (330, 340), (25, 2))
    tracker = Tracker(TrackerSettings())
    ids, last = set(), 0
    for image in range(120):
        person = Pose2D(BODY_25, figure + rng.normal(0, 1, (25, 2)), np.ones(25))
        people = [person, shifted(person, 40)] if image == 20 else [person]
        tracked = tracker.update(people, image / 30)
        ids.add(tracked[0].person_id)
        last = len(tracked)
    assert ids == {0}
    assert last == 1


@examples(8)
@given(seeds, rates, st.sampled_from(["once", "alternating", "often"]), st.booleans())
def test_ghosts(seed: int, rate: float, when: str, moving: bool) -> None:
    rng = np.random.default_rng(seed)
    first = int(rng.integers(2, max(int(2 * rate), 3)))

    def ghosts(image: int, person: Pose2D) -> list[Pose2D]:
        now = {"once": image == first, "alternating": image % 2, "often": rng.random() < 0.3}
        return [ghost(person, rng)] if now[when] and image > 1 else []

    body = walking(-1.0, 4.0, 0.8, begin=0.5) if moving else standing_at(0.0)
    assert_one_id_each(film([body], rng, rate, ghosts=ghosts), [body])


@examples(8)
@given(seeds, rates, st.floats(0, 1.2), st.floats(0.8, 1.4))
def test_misses_within_the_memory(seed: int, rate: float, seconds: float, begin: float) -> None:
    """Up to the memory of a track, of images at the least rate; the body walks on."""
    rng = np.random.default_rng(seed)
    body = walking(-1.0, 4.0, float(rng.uniform(0, 1.2)))
    images = film([body], rng, rate, missed=lambda time, _: begin < time < begin + seconds)
    assert_one_id_each(images, [body])


@examples(8)
@given(seeds, rates, st.floats(0.4, 1.6), st.floats(0.5, 1.5), st.booleans())
def test_people_who_cross(seed: int, rate: float, one: float, behind: float, hidden: bool) -> None:
    """At different speeds; the one behind may be hidden while the bodies overlap."""
    rng = np.random.default_rng(seed)
    middle, other = 1.7, float(rng.uniform(0.4, 1.6))
    bodies = [walking(-one * middle, 4.0, one), walking(other * middle, 4.0 + behind, -other)]

    def missed(time: float, body: int) -> bool:
        apart = abs((one + other) * (time - middle))
        return hidden and body == 1 and apart < 0.35

    assert_one_id_each(film(bodies, rng, rate, missed=missed), bodies)


@examples(8)
@given(seeds, st.floats(12, 60), st.floats(0.3, 0.5), st.sampled_from(["one", "in turns", "none"]))
def test_people_who_embrace(seed: int, rate: float, gap: float, faults: str) -> None:
    """They meet, stay 1.5 s and part; one is missed for half a second, or both in turns."""
    rng = np.random.default_rng(seed)

    def place(side: int) -> Callable[[float], tuple[float, float]]:
        def at(time: float) -> tuple[float, float]:
            return side * (gap / 2 + 0.7 * max(0.8 - time, time - 2.3, 0.0)), 4.0 + 0.1 * side

        return at

    def missed(time: float, body: int) -> bool:
        if faults == "one":
            return body == seed % 2 and 1.2 < time < 1.7
        return faults == "in turns" and 1.0 < time < 2.0 and body == int(time * 8) % 2

    bodies = [Walker(place(-1)), Walker(place(1))]
    assert_one_id_each(film(bodies, rng, rate, missed=missed), bodies)


@examples(8)
@given(seeds, st.floats(5, 10), st.floats(2, 5))
def test_runners_at_slow_rates(seed: int, rate: float, speed: float) -> None:
    body = walking(-1.5 * speed, 6.0, speed)
    images = film([body], np.random.default_rng(seed), rate, jitter=0.2)
    assert_one_id_each(images, [body])


@examples(4)
@given(seeds, rates, st.floats(0, 0.02))
def test_noise(seed: int, rate: float, noise: float) -> None:
    bodies = [standing_at(-0.4), standing_at(0.4, 5.0)]
    assert_one_id_each(film(bodies, np.random.default_rng(seed), rate, noise=noise), bodies)


@examples(5)
@given(seeds, rates)
def test_equal_input_gives_equal_output_in_any_order(seed: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    bodies = [walking(-1.0, 4.0, 0.8), standing_at(0.5, 5.0)]
    images = film(bodies, rng, rate, ghosts=lambda _, person: [ghost(person, rng)])
    one, other = Tracker(TrackerSettings()), Tracker(TrackerSettings())
    for stamp, detections, _ in images:
        first = one.update(detections, stamp)
        second = other.update(detections[::-1], stamp)[::-1]
        assert [person.person_id for person in first] == [person.person_id for person in second]
        for person, again in zip(first, second, strict=True):
            np.testing.assert_array_equal(person.points, again.points)


def test_a_tentative_track_is_removed_soon_and_keeps_its_id_when_detected_again() -> None:
    tracker = Tracker(TrackerSettings())
    person = standing_at(0.0).at(0.0)
    assert tracker.update([person], 0.0)[0].person_id == 0
    assert tracker.update([person], 0.2)[0].person_id == 0
    other = shifted(person, 300)
    assert [one.person_id for one in tracker.update([person, other], 0.3)] == [0, 1]
    tracker.update([person], 0.7)
    assert [one.person_id for one in tracker.update([person, other], 0.8)] == [0, 2]


def test_two_tracks_that_come_to_one_body_are_merged() -> None:
    """A ghost appears beside a body and moves onto it; the older id stays."""
    tracker = Tracker(TrackerSettings(smoothing=False))
    person = standing_at(0.0).at(0.0)
    size = np.ptp(person.points[:, 1])
    ids = []
    for image in range(60):
        beside = shifted(person, size * (0.25 if image < 5 else 0.08))
        people = tracker.update([beside, person], image / 30)
        ids.append([one.person_id for one in people])
    assert len(ids[0]) == 2
    assert len(ids[-1]) == 1
    assert ids[-1][0] == min(ids[0])


@pytest.mark.parametrize("halves", [("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")])
def test_a_part_of_a_followed_body_is_no_person(halves: tuple[str, ...]) -> None:
    """Both halves of a body, without a common joint, beside each other after the whole body."""
    tracker = Tracker(TrackerSettings())
    person = standing_at(0.0).at(0.0)
    rows = np.array([joint.endswith(halves) for joint in person.skeleton.joints])
    tracker.update([person], 0.0)
    parts = [replace(person, scores=np.where(keep, 1.0, 0.0)) for keep in (rows, ~rows)]
    (one,) = tracker.update(parts, 0.1)
    assert one.person_id == 0
