"""Everyday gestures without a label: the hands and the head do what the name says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.simulation import ACTIONS, OTHERS, Performance, perform
from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.simulation.kinematics import Posed, pose_body

Array = npt.NDArray[np.float64]
TIMES = np.arange(0.0, 6.0, 0.04)
SEEDS = range(10)


def drawn(label: str, seed: int) -> tuple[Performance, Posed]:
    """Draw a performance and pose it at TIMES."""
    performance = perform(label, np.random.default_rng(seed))
    return performance, pose_body(performance.body, performance.channels(TIMES))


def travel(places: Array) -> float:
    """Length of a way (T, 3) [m]."""
    return float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())


def test_names_are_not_labels() -> None:
    assert not set(OTHERS) & set(ACTIONS)


@pytest.mark.parametrize(("label", "axis"), [("nodding", 2), ("shaking_head", 1)])
def test_only_the_head_moves(label: str, axis: int) -> None:
    moved = []
    for seed in SEEDS:
        _, posed = drawn(label, seed)
        nose = posed.joint("nose") - posed.joint("neck")
        moved.append(np.ptp(nose[:, axis]))
        hands = [posed.joint(f"{side}_wrist") - posed.joint("neck") for side in SIDES]
        assert max(np.ptp(hand, axis=0).max() for hand in hands) < 0.15, seed
    assert min(moved) > 0.01
    assert max(moved) > 0.04


@pytest.mark.parametrize("label", ["refusing", "joining_hands"])
def test_hands_meet_ahead_of_the_body(label: str) -> None:
    for seed in SEEDS:
        performance, posed = drawn(label, seed)
        named = performance.channels(TIMES)["phase"] == 0
        gap = posed.joint("left_wrist") - posed.joint("right_wrist")
        assert np.linalg.norm(gap[named], axis=1).min() < 0.45 * performance.body.arm, seed


@pytest.mark.parametrize(
    "label", ["wagging_finger", "refusing", "slow_down", "rolling_hands", "talking_with_hands"]
)
def test_a_hand_moves_and_stays_below_the_head(label: str) -> None:
    for seed in SEEDS:
        performance, posed = drawn(label, seed)
        wrists = [posed.joint(f"{side}_wrist") for side in SIDES]
        assert max(travel(wrist) for wrist in wrists) > 0.25, seed
        top = posed.joint("head_top")[:, 2] - 0.1 * performance.body.height
        assert all((wrist[:, 2] < top).all() for wrist in wrists), seed


def test_shrugging_raises_a_shoulder() -> None:
    for seed in SEEDS:
        performance = perform("shrugging", np.random.default_rng(seed))
        channels = performance.channels(TIMES)
        assert max(np.ptp(channels[f"{side}_shrug"]) for side in SIDES) > 5


def test_saluting_and_scratching_reach_the_own_body() -> None:
    for label in ("saluting", "scratching", "pointing_at_self"):
        for seed in SEEDS:
            performance, posed = drawn(label, seed)
            body = performance.body
            near = min(
                np.linalg.norm(posed.joint(f"{side}_wrist") - posed.joint(part), axis=1).min()
                for side in SIDES
                for part in ("nose", "head_top", "neck", "spine", "mid_hip", "left_elbow")
            )
            assert near < 0.75 * body.arm, (label, seed)
