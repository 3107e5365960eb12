"""The definition of basic actions: waving, clapping, sitting, jumping, standing."""

from __future__ import annotations

import numpy as np
import pytest

from performances import joint, several_styles
from pose_action_ros.simulation import FIGURE, Body, perform


@several_styles
def test_only_the_waving_hand_moves(styles: range) -> None:
    for seed in styles:
        joints = perform("waving_left", np.random.default_rng(seed)).joints(np.arange(2, 5, 0.02))
        lengths = {}
        for side in ("left", "right"):
            hand = joint(joints, f"{side}_hand") - joint(joints, "neck")
            lengths[side] = np.linalg.norm(np.diff(hand, axis=0), axis=1).sum()
        assert lengths["left"] > 0.3
        assert lengths["left"] > 1.5 * lengths["right"]


@several_styles
def test_clapping_hands_meet(styles: range) -> None:
    for seed in styles:
        joints = perform("clapping", np.random.default_rng(seed)).joints(np.arange(1, 4, 0.01))
        gap = np.linalg.norm(joint(joints, "left_wrist") - joint(joints, "right_wrist"), axis=1)
        assert gap.min() < 0.12
        assert np.ptp(gap) > 0.04


@several_styles
def test_a_seated_person_stays_down(styles: range) -> None:
    for seed in styles:
        performance = perform("sitting_down", np.random.default_rng(seed))
        hips = joint(performance.joints([0.0, 3.5, 8.0, 20.0]), "mid_hip")[:, 2]
        assert hips[0] > 0.45 * performance.body.height
        assert (hips[1:] < 0.37 * performance.body.height).all()


@several_styles
def test_flight_is_a_parabola(styles: range) -> None:
    """While both feet are off the floor the body falls at about g.

    The hips alone do not: they stay up while the legs are bent.
    """
    for seed in styles:
        step = 0.005
        joints = perform("jumping", np.random.default_rng(seed)).joints(np.arange(0, 4, step))
        soles = [FIGURE.index(f"{s}_{p}") for s in ("left", "right") for p in ("heel", "big_toe")]
        lift = joints[:, soles, 2].min(axis=1)
        legs = [f"{side}_{part}" for side in ("left", "right") for part in ("knee", "ankle")]
        heights = [joint(joints, name)[:, 2] for name in ("mid_hip", "mid_hip", "neck", *legs)]
        fall = np.diff(np.mean(heights, axis=0), 2) / step**2
        flying = lift[1:-1] > 0.8 * lift.max()
        assert flying.any()
        assert -60 < np.median(fall[flying]) < -5


@several_styles
def test_bodies_are_of_human_size(styles: range) -> None:
    for seed in styles:
        body = Body.random(np.random.default_rng(seed))
        joints = perform("standing", np.random.default_rng(0), body).joints([0.0])
        assert 0.95 <= body.height <= 2.05
        assert joint(joints, "head_top")[0, 2] == pytest.approx(body.height, rel=0.05)
        assert 0.24 < body.trunk / body.height < 0.34
