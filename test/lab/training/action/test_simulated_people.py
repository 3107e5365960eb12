"""Simulated detectors of people: timestamps, errors, and recorded motions of other people."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.lab.training.action.scripts import idle_script
from pose_action_ros.lab.training.action.simulated_people import (
    RATES,
    random_stamps,
    simulate_keypoints,
)
from pose_action_ros.simulation import FIGURE, Body
from pose_action_ros.skeletons import COCO_18, convert
from properties import examples


@examples(40)
@given(seed=st.integers(0, 10_000), length=st.floats(2.0, 30.0))
def test_timestamps_rise_at_a_rate_of_cameras(seed: int, length: float) -> None:
    stamps = random_stamps(np.random.default_rng(seed), length)
    steps = np.diff(stamps)
    assert (steps > 0).all()
    assert 0.75 / RATES[1] < np.median(steps) < 1.25 / RATES[0]
    assert length - 0.3 < stamps[-1] - stamps[0] <= length + 0.05


@examples(15)
@given(seed=st.integers(0, 10_000))
def test_keypoints_are_near_the_exact_ones_and_inside_the_image(seed: int) -> None:
    rng, body = np.random.default_rng(seed), Body()
    view = random_view(rng, body.height)
    script, length = idle_script(rng, view, body)
    stamps = random_stamps(rng, length)
    labels = np.full(len(stamps), "standing")
    person = simulate_keypoints(script.joints(stamps), stamps, labels, view.camera, rng)
    exact = view.camera.project(convert(script.joints(person.stamps), FIGURE, COCO_18))
    present = person.scores > 0
    assert np.isfinite(person.points[present]).all()
    assert np.isnan(person.points[~present]).all()
    away = np.linalg.norm(person.points - exact, axis=-1)[present]
    height = np.nanmax(exact[..., 1]) - np.nanmin(exact[..., 1])
    assert np.median(away) < 0.06 * height
    assert set(person.labels.tolist()) <= {"standing"}
