"""Everyday motions: the definition of each, phases, joint limits, feet that step."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.simulation import FIGURE, Body, Performance, perform
from pose_action_ros.simulation.channels import SIDES, Channels
from pose_action_ros.simulation.feet import Foot, plant_feet
from pose_action_ros.simulation.kinematics import Posed, pose_body
from pose_action_ros.simulation.motions.places import at_head
from pose_action_ros.simulation.timing import Rounds, Strokes, bump
from properties import examples

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
TIMES = np.arange(0.0, 8.0, 0.04)
PAUSED = (
    *("turning_round", "drinking", "phoning", "hand_at_face", "looking_at_phone"),
    *("throwing", "lunging"),
)
DAILY = (*PAUSED, "carrying", "jumping_jack", "arm_circles")
several = pytest.mark.parametrize(
    "styles",
    [range(4), pytest.param(range(4, 80), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)


@lru_cache
def performed(label: str, seed: int) -> tuple[Performance, Posed, Flags]:
    """A performance, its joints, and whether the label holds at TIMES (T,)."""
    performance = perform(label, np.random.default_rng(seed), room=1.0)
    channels = performance.channels(TIMES)
    return performance, pose_body(performance.body, channels), channels["phase"] == 0


def away(posed: Posed, first: str, second: str) -> Array:
    """(T,) distance of two joints [m]."""
    distance: Array = np.linalg.norm(posed.joint(first) - posed.joint(second), axis=1)
    return distance


def held(label: str, seed: int) -> tuple[Performance, Posed, Flags]:
    """As performed; the flags (T,) are of the last part of each spell in which the label holds."""
    performance, posed, holds = performed(label, seed)
    late = holds.copy()
    late[16:] &= holds[:-16]  # the first 0.6 s are the rise
    late[:28] = False
    return performance, posed, late


def nearest_wrist(posed: Posed, joints: Callable[[str], list[str]]) -> Array:
    """(T,) least distance [m] of a wrist and one of the joints of its side."""
    ways = [away(posed, f"{side}_wrist", name) for side in SIDES for name in joints(side)]
    nearest: Array = np.min(ways, axis=0)
    return nearest


@pytest.mark.parametrize("label", DAILY)
@several
def test_phases_are_those_of_the_contract(label: str, styles: range) -> None:
    paused = 0
    for seed in styles:
        _, _, holds = performed(label, seed)
        assert holds.mean() > 0.08
        paused += int(not holds.all())
    assert (paused > 0) == (label in PAUSED)


@several
def test_drinking_brings_a_wrist_to_the_mouth(styles: range) -> None:
    for seed in styles:
        performance, posed, late = held("drinking", seed)
        reach = nearest_wrist(posed, lambda side: [f"{side}_mouth"]) / performance.body.hand
        assert reach[late].min() < 1.15
        assert reach[late].max() < 2.4


@several
def test_phoning_holds_a_steep_forearm_at_an_ear(styles: range) -> None:
    for seed in styles:
        performance, posed, late = held("phoning", seed)
        reach = nearest_wrist(posed, lambda side: [f"{side}_ear"]) / performance.body.hand
        assert np.median(reach[late]) < 1.5
        near = min(SIDES, key=lambda side: np.median(away(posed, f"{side}_wrist", f"{side}_ear")))
        forearm = posed.joint(f"{near}_wrist") - posed.joint(f"{near}_elbow")
        up = np.sum(forearm * posed.frames["chest"][:, :, 2], axis=1)
        assert np.median(up[late]) > 0.3 * performance.body.forearm


@several
def test_a_hand_at_the_face_is_near_it(styles: range) -> None:
    for seed in styles:
        performance, posed, late = held("hand_at_face", seed)
        if not late.any():
            continue
        parts = nearest_wrist(posed, lambda side: [f"{side}_{p}" for p in ("eye", "mouth", "ear")])
        assert np.median(parts[late]) < 1.5 * performance.body.hand


@several
def test_looking_at_a_phone_bows_the_head_over_a_still_hand(styles: range) -> None:
    for seed in styles:
        performance, posed, late = held("looking_at_phone", seed)
        assert np.median(performance.channels(TIMES)["nod"][late]) > 8
        chest, arms = posed.frames["chest"], []
        for side in SIDES:
            reach = posed.joint(f"{side}_wrist") - posed.joint("neck")
            arms.append(np.sum(reach * chest[:, :, 2], axis=1)[late])
        high = max(arms, key=np.median)
        assert np.median(high) > -0.8 * performance.body.trunk
        assert np.median(np.abs(np.diff(high))) / 0.04 < 0.2


@several
def test_carrying_hands_are_ahead_or_high(styles: range) -> None:
    for seed in styles:
        _, posed, late = held("carrying", seed)
        ahead, high = [], []
        for side in SIDES:
            reach = posed.joint(f"{side}_wrist") - posed.joint(f"{side}_elbow")
            ahead.append(np.median(np.sum(reach * posed.frames["chest"][:, :, 0], axis=1)[late]))
            high.append(np.median(reach[late, 2]))
        assert max(*ahead, *high) > 0.08


@several
def test_thrown_balls_are_fast(styles: range) -> None:
    for seed in styles:
        performance, posed, holds = performed("throwing", seed)
        speed = np.max(
            [np.linalg.norm(np.diff(posed.joint(f"{s}_wrist"), axis=0), axis=1) for s in SIDES],
            axis=0,
        )
        fast = speed > 0.95 * speed.max()
        assert speed.max() / 0.04 > 1.2 * performance.body.arm / 0.5
        assert holds[1:][fast].any()


@several
def test_turning_turns_and_pauses_face_one_way(styles: range) -> None:
    for seed in styles:
        performance, _, holds = performed("turning_round", seed)
        yaw = performance.channels(TIMES)["yaw"]
        rate = np.abs(np.diff(yaw)) / 0.04
        assert np.median(rate[holds[1:]]) > 25
        assert np.median(rate[~holds[1:] & ~holds[:-1]]) < 8
        assert np.ptp(yaw) > 70


@several
def test_turning_feet_stand_still_or_step(styles: range) -> None:
    """A foot that carries does not slide."""
    for seed in styles:
        times = np.arange(0, 4, 0.01)
        performance = perform("turning_round", np.random.default_rng(seed))
        joints = performance.joints(times)
        for side in SIDES:
            ankle = joints[:, FIGURE.index(f"{side}_ankle")]
            speed = np.linalg.norm(np.diff(ankle[:, :2], axis=0), axis=1) / 0.01
            down = joints[1:, FIGURE.index(f"{side}_heel"), 2] < 0.012 * performance.body.height
            assert np.percentile(speed[down], 80) < 0.25


@several
def test_jumping_jacks_open_arms_and_legs_together(styles: range) -> None:
    for seed in styles:
        _, posed, _ = performed("jumping_jack", seed)
        feet, hands = away(posed, "left_ankle", "right_ankle"), posed.joint("left_wrist")[:, 2]
        assert np.corrcoef(feet[50:], hands[50:])[0, 1] > 0.5


@several
def test_lunges_part_the_feet_and_bend_a_knee(styles: range) -> None:
    for seed in styles:
        performance, posed, holds = performed("lunging", seed)
        knees = [performance.channels(TIMES)[f"{side}_knee"] for side in SIDES]
        assert away(posed, "left_ankle", "right_ankle")[holds].max() > 0.6 * performance.body.leg
        assert np.max(knees) > 45
        assert posed.joint("left_knee")[:, 2].min() > 0.02


@several
def test_circling_arms_are_straight_and_go_round(styles: range) -> None:
    for seed in styles:
        performance, posed, late = held("arm_circles", seed)
        arm = performance.body.arm
        sizes = []
        for side in SIDES:
            way = away(posed, f"{side}_wrist", f"{side}_shoulder")[late]
            path = (posed.joint(f"{side}_wrist") - posed.joint(f"{side}_shoulder"))[late]
            spread = np.linalg.svd(path - path.mean(axis=0), compute_uv=False) / np.sqrt(late.sum())
            sizes.append((spread[1], way.min()))
        second, straight = max(sizes)
        assert second > 0.05 * arm
        assert straight > 0.9 * arm


@examples(20)
@given(seed=st.integers(0, 1000), ahead=st.floats(-0.4, 0.4), heel=st.floats(0, 50))
def test_planted_feet_are_at_their_places(seed: int, ahead: float, heel: float) -> None:
    body = Body.random(np.random.default_rng(seed))
    pose = Channels.zeros(2)
    pose["forward"] = 0.5 * ahead * body.leg
    feet = {
        "left": Foot(x=ahead * body.leg, y=0.1 * body.leg, toes=15.0),
        "right": Foot(x=0.0, y=-0.1 * body.leg, heel=heel),
    }
    posed = pose_body(body, plant_feet(body, pose, feet, drop=0.05 * body.leg))
    left, right = posed.joint("left_ankle")[0], posed.joint("right_ankle")[0]
    assert np.allclose(left, [ahead * body.leg, 0.1 * body.leg, body.foot_height], atol=0.004)
    toes = posed.joint("right_big_toe")[0] - posed.joint("right_heel")[0]
    assert np.degrees(np.arcsin(-toes[2] / np.linalg.norm(toes))) == pytest.approx(heel, abs=2)
    expected = feet["right"].ankle(body, 1)[0] + [0, 0, body.foot_height]
    assert np.allclose(right, expected, atol=0.01)


@examples(20)
@given(seed=st.integers(0, 1000), part=st.sampled_from(["mouth", "eye", "ear"]))
def test_places_at_the_head_are_those_of_the_upright_body(seed: int, part: str) -> None:
    body = Body.random(np.random.default_rng(seed))
    posed = pose_body(body, Channels.zeros(1))
    place = posed.joint(f"left_{part}") - posed.joint("left_shoulder")
    middle = [0, 0.15 * body.head_breadth if part == "mouth" else 0.0, 0]
    assert np.allclose(at_head(body, part) * body.arm + middle, place[0], atol=1e-3)


@examples(20)
@given(seed=st.integers(0, 1000), length=st.floats(0.5, 5))
def test_rounds_repeat_their_length(seed: int, length: float) -> None:
    times = np.arange(0, 60, 0.01)
    local = Rounds(np.random.default_rng(seed), length)(times)
    assert local.min() >= 0
    assert local.max() <= length * (1 + 1e-9)
    assert (np.diff(local) < 0).sum() == pytest.approx(60 / length, rel=0.2, abs=1)


@examples(20)
@given(peak=st.floats(0.1, 0.9))
def test_bumps_rise_to_one_and_fall(peak: float) -> None:
    x = np.linspace(-1, 2, 601)
    values = bump(x, peak)
    assert values[x <= 0].max() == 0
    assert values[x >= 1].max() == 0
    assert values.max() > 0.99
    assert np.abs(x[np.argmax(values)] - peak) < 0.01


def test_strokes_hold_between_phases() -> None:
    strokes = Strokes(np.random.default_rng(0), rise=0.4, hold=1.0, fall=0.4, rest=0.5)
    assert set(np.unique(strokes.phase(TIMES))) == {0.0, 1.0}
