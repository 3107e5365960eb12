"""Images of people through the detector: the right person, with the labels of the frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.datasets.simulated import figure_of, person_joints
from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.lab.training.action.rendered_people import (
    detect_and_track,
    figure_images,
    nearest,
    scene_images,
)
from pose_action_ros.lab.training.action.scripts import idle_script
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Body
from pose_action_ros.skeletons import BODY_25
from properties import examples

STAMPS = np.arange(0, 0.8, 0.1)
BODY = Body()
VIEW = random_view(np.random.default_rng(0), BODY.height, "far")
SCRIPT, _ = idle_script(np.random.default_rng(1), VIEW, BODY)


def pose(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Pose2D:
    return Pose2D(BODY_25, points, np.ones(len(BODY_25)))


def test_a_perfect_detector_gives_tracks_of_the_exact_keypoints() -> None:
    images = list(scene_images(SCRIPT, STAMPS, VIEW.camera, np.random.default_rng(2)))
    truths = iter([truth for _, truth in images])
    labels = np.array(["first"] * 4 + ["second"] * 4)
    person = detect_and_track(
        images, STAMPS, labels, VIEW.camera.intrinsics, lambda _: (next(truths),)
    )
    assert (person.labels == labels[-len(person.labels) :]).all()
    assert len(person.stamps) >= len(STAMPS) - 3
    assert person.intrinsics is VIEW.camera.intrinsics


def test_no_detection_gives_an_empty_track() -> None:
    images = scene_images(SCRIPT, STAMPS[:2], VIEW.camera, np.random.default_rng(2))
    person = detect_and_track(
        images, STAMPS[:2], np.array(["a", "a"]), VIEW.camera.intrinsics, lambda _: ()
    )
    assert person.points.shape == (0, 18, 2)


def test_figures_of_recordings_are_drawn_like_scripts() -> None:
    figure = figure_of(BODY, person_joints(SCRIPT.joints(STAMPS)))
    moments = [figure.moment(row) for row in range(len(STAMPS))]
    rng = np.random.default_rng(2)
    drawn = list(figure_images(BODY, moments, STAMPS, VIEW.camera, rng))
    exact = list(scene_images(SCRIPT, STAMPS, VIEW.camera, np.random.default_rng(2)))
    for (image, truth), (like, known) in zip(drawn, exact, strict=True):
        assert image.shape == like.shape
        assert np.nanmedian(np.abs(truth.points - known.points)) < 3
        assert np.abs(image.astype(int) - like).mean() < 12


@examples(30)
@given(seed=st.integers(0, 1000), others=st.integers(0, 4))
def test_the_person_nearest_to_the_truth_is_chosen(seed: int, others: int) -> None:
    rng = np.random.default_rng(seed)
    truth = pose(rng.uniform(100, 300, (25, 2)))
    right = pose(truth.points + rng.normal(0, 3, (25, 2)))
    wrong = [pose(rng.uniform(0, 600, (25, 2))) for _ in range(others)]
    people = [*wrong, right]
    order = rng.permutation(len(people))
    assert nearest([people[index] for index in order], truth) is right
    assert nearest([pose(truth.points + 400)], truth) is None
    assert nearest([], truth) is None
    assert nearest([right], Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25))) is None


@pytest.mark.parametrize("shift", [0.0, 50.0])
def test_all_joints_count_for_the_nearest_person(shift: float) -> None:
    truth = pose(np.random.default_rng(0).uniform(0, 300, (25, 2)))
    moved = pose(truth.points + shift)
    assert (nearest([moved], truth) is moved) == (shift * np.sqrt(2) < 0.2 * 400)
