"""Simulated detectors of people: timestamps, errors, and recorded motions of other people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hand_raising import BODY, DEMONSTRATION
from pose_action_ros.lab.training.action.augmentation import restyle
from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.lab.training.action.scripts import idle_script
from pose_action_ros.lab.training.action.simulated_people import (
    RATES,
    random_stamps,
    simulate_keypoints,
    varied_person,
)
from pose_action_ros.simulation import FIGURE, Body
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, convert
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


@given(st.integers(0, 1000))
def test_restyled_people_have_human_bones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    changed = restyle(np.repeat(BODY[None], 3, axis=0)[None], rng)[0]
    assert np.isfinite(changed).all()
    assert changed[0] == pytest.approx(changed[2])
    for parent, child in HUMAN36M_17.bones:
        old = np.linalg.norm(BODY[child] - BODY[parent])
        new = np.linalg.norm(changed[:, child] - changed[:, parent], axis=1)
        assert (0.6 * old < new).all()
        assert (new < 1.6 * old).all()


def test_a_varied_person_is_upright_in_the_image() -> None:
    heights = []
    for seed in range(8):
        person = varied_person(DEMONSTRATION.poses, np.random.default_rng(seed))
        assert len(person.stamps) > 0.5 * len(DEMONSTRATION.poses.stamps)
        nose, hip = person.points[:, 0, 1], person.points[:, 8, 1]
        heights.append(float(np.nanmedian(hip - nose)))
    assert np.median(heights) > 20  # [px] the head is above the hips


@pytest.mark.parametrize("seed", range(4))
def test_a_person_without_legs_is_as_high_as_one_with_legs(seed: int) -> None:
    poses = DEMONSTRATION.poses
    hidden = poses.points.copy()
    hidden[:, [HUMAN36M_17.index(f"{side}_ankle") for side in ("left", "right")]] = np.nan
    people = [
        varied_person(replace(poses, points=points), np.random.default_rng(seed))
        for points in (poses.points, hidden)
    ]
    noses, size = [np.nanmedian(person.points[:, 0, 1]) for person in people], 480
    assert abs(noses[0] - noses[1]) < 0.1 * size
    ankles = [COCO_18.index(f"{side}_ankle") for side in ("left", "right")]
    assert not people[1].scores[:, ankles].any()
