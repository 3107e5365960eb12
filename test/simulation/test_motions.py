"""Laws that hold for every motion in any style."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.simulation import ACTIONS, FIGURE, Body, Performance, perform
from pose_action_ros.simulation.free_movement import FREE, free_performance
from pose_action_ros.simulation.kinematics import pose_body

Array = npt.NDArray[np.float64]
TIMES = np.arange(0.0, 5.0, 0.02)
EXPECTED = (
    "standing walking running waving_left waving_right waving_both raising_hand clapping bowing "
    "crossing_arms opening_arms pushing pointing squatting jumping kicking punching sitting_down"
)
seeds = st.integers(0, 2**32 - 1)
every_motion = pytest.mark.parametrize("label", [*ACTIONS, FREE])

# Bones whose ends are in one segment or share a joint; the neck is derived from the shoulders.
RIGID = [
    (parent, child)
    for parent, child in FIGURE.bones
    if FIGURE.joints[parent] not in ("neck", "spine")
    and FIGURE.joints[child] not in ("neck", "spine")
    if not FIGURE.joints[child].endswith(("_index", "_pinky"))
]


def joint(joints: Array, name: str) -> Array:
    return joints[:, FIGURE.index(name)]


def somebody(label: str, seed: int, body: Body | None = None) -> Performance:
    """Doing an action, or moving freely."""
    rng = np.random.default_rng(seed)
    return free_performance(rng, body) if label == FREE else perform(label, rng, body)


def test_the_labels_are_those_agreed_on() -> None:
    assert " ".join(ACTIONS) == EXPECTED


def test_an_unknown_label_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'dancing'.*standing"):
        perform("dancing", np.random.default_rng(0))


@every_motion
@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_bones_keep_their_length(label: str, seed: int) -> None:
    performance = somebody(label, seed)
    joints = performance.joints(TIMES[::20])
    for parent, child in RIGID:
        length = np.linalg.norm(joints[:, child] - joints[:, parent], axis=-1)
        assert np.ptp(length) < 1e-9, (FIGURE.joints[parent], FIGURE.joints[child])


@every_motion
@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_feet_are_on_the_floor_and_nothing_is_under_it(label: str, seed: int) -> None:
    joints = somebody(label, seed).joints(TIMES)
    lowest = joints[..., 2].min(axis=1)
    assert lowest.min() > -0.01
    if label not in ("jumping", "running"):
        assert lowest.max() < 0.03


@every_motion
@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_elbows_and_knees_do_not_bend_backwards(label: str, seed: int) -> None:
    performance = somebody(label, seed)
    posed = pose_body(performance.body, performance.channels(TIMES[::5]))
    for side in ("left", "right"):
        forearm = posed.joint(f"{side}_wrist") - posed.joint(f"{side}_elbow")
        ahead = posed.frames[f"{side}_upper_arm"][:, :, 0]
        assert np.sum(forearm * ahead, axis=1).min() > -1e-9
        shin = posed.joint(f"{side}_ankle") - posed.joint(f"{side}_knee")
        front = posed.frames[f"{side}_thigh"][:, :, 0]
        assert np.sum(shin * front, axis=1).max() < 1e-9


@every_motion
@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_nothing_jumps(label: str, seed: int) -> None:
    """Hands and feet of people move at up to about 15 m/s, as in kicks and punches."""
    joints = somebody(label, seed).joints(TIMES)
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) / 0.02
    assert speed.max() < 20
    assert np.median(speed.max(axis=1)) < 9


@every_motion
def test_mirrored_is_the_other_side_of_the_same(label: str) -> None:
    performance = somebody(label, 5)
    mirrored = performance.mirrored()
    expected = performance.joints(TIMES)[:, FIGURE.mirror] * [1, -1, 1]
    assert np.allclose(mirrored.joints(TIMES), expected, atol=1e-9)
    assert mirrored.mirrored().label == label


def test_mirroring_swaps_the_label_of_a_wave() -> None:
    assert perform("waving_left", np.random.default_rng(0)).mirrored().label == "waving_right"
    assert perform("bowing", np.random.default_rng(0)).mirrored().label == "bowing"


@every_motion
def test_a_moment_does_not_depend_on_what_was_asked_before(label: str) -> None:
    performance = somebody(label, 3)
    whole = performance.joints(TIMES)
    again = somebody(label, 3)
    assert np.allclose(again.joints([TIMES[211]])[0], whole[211], atol=1e-12)


@every_motion
def test_styles_differ(label: str) -> None:
    body = Body()
    poses = [somebody(label, seed, body).joints([1.5]) for seed in range(6)]
    apart = [np.linalg.norm(a - b, axis=-1).max() for a, b in pairwise(poses)]
    assert min(apart) > 0.03


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_a_waving_hand_goes_to_and_fro_and_the_other_does_not(seed: int) -> None:
    joints = perform("waving_left", np.random.default_rng(seed)).joints(np.arange(2, 5, 0.02))
    ways = {}
    for side in ("left", "right"):
        hand = joint(joints, f"{side}_hand") - joint(joints, "neck")
        ways[side] = np.linalg.norm(np.diff(hand, axis=0), axis=1).sum()
    assert ways["left"] > 0.3
    assert ways["left"] > 1.5 * ways["right"]


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_clapping_hands_meet(seed: int) -> None:
    joints = perform("clapping", np.random.default_rng(seed)).joints(np.arange(1, 4, 0.01))
    gap = np.linalg.norm(joint(joints, "left_wrist") - joint(joints, "right_wrist"), axis=1)
    assert gap.min() < 0.12
    assert np.ptp(gap) > 0.04


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_seated_person_stays_down(seed: int) -> None:
    performance = perform("sitting_down", np.random.default_rng(seed))
    hips = joint(performance.joints([0.0, 3.5, 8.0, 20.0]), "mid_hip")[:, 2]
    assert hips[0] > 0.45 * performance.body.height
    assert (hips[1:] < 0.37 * performance.body.height).all()


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_flight_is_a_parabola(seed: int) -> None:
    """While both feet are well off the floor the body falls at about g.

    Not the hips alone: they stay up while legs are drawn in.
    """
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


def test_opposite_arm_and_leg_swing_together() -> None:
    joints = perform("walking", np.random.default_rng(1)).joints(np.arange(0, 8, 0.02))
    hips = joint(joints, "mid_hip")
    across = joint(joints, "left_hip") - joint(joints, "right_hip")
    ahead = np.cross(across, [0, 0, 1])
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    swing = {
        name: np.sum((joint(joints, name) - hips) * ahead, axis=1)
        for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle")
    }
    legs = swing["left_ankle"] - swing["right_ankle"]
    arms = swing["left_wrist"] - swing["right_wrist"]
    assert np.corrcoef(legs, arms)[0, 1] < -0.7


@pytest.mark.parametrize("label", ["walking", "running"])
@settings(max_examples=20, deadline=None)
@given(seed=seeds, room=st.floats(0.0, 2.0))
def test_walking_stays_within_its_room(label: str, seed: int, room: float) -> None:
    performance = perform(label, np.random.default_rng(seed), room=room)
    hips = joint(performance.joints(np.arange(0, 20, 0.1)), "mid_hip")
    assert np.linalg.norm(hips[:, :2], axis=1).max() < max(2 * room, 0.3)


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_bodies_are_of_human_size(seed: int) -> None:
    body = Body.random(np.random.default_rng(seed))
    joints = perform("standing", np.random.default_rng(0), body).joints([0.0])
    assert 1.3 <= body.height <= 2.0
    assert joint(joints, "head_top")[0, 2] == pytest.approx(body.height, rel=0.05)
    assert 0.24 < body.trunk / body.height < 0.34


def test_free_movement_puts_hands_where_no_action_has_them() -> None:
    """Of the places of hands, in cubes of a fifth of the arm, it fills more than all actions do."""

    def places(label: str, seconds: float) -> set[tuple[int, ...]]:
        found: set[tuple[int, ...]] = set()
        for seed in range(30):
            joints = somebody(label, seed, Body()).joints(np.arange(0, seconds, 0.1))
            for side, out in (("left", 1), ("right", -1)):
                reach = joint(joints, f"{side}_wrist") - joint(joints, f"{side}_shoulder")
                cubes = np.floor(reach * [1, out, 1] / (0.2 * Body().arm)).astype(int)
                found.update(map(tuple, cubes.tolist()))
        return found

    free = places(FREE, 25.0)
    known = set[tuple[int, ...]]().union(*(places(label, 8.0) for label in ACTIONS))
    assert len(free - known) > 3 * len(known - free)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_free_hands_and_elbows_stay_out_of_the_trunk(seed: int) -> None:
    joints = somebody(FREE, seed).joints(np.arange(0, 25, 0.1))
    hips, neck = joint(joints, "mid_hip"), joint(joints, "neck")
    trunk = neck - hips
    for name in ("left_wrist", "right_wrist", "left_elbow", "right_elbow"):
        place = joint(joints, name) - hips
        along = np.clip(np.sum(place * trunk, axis=1) / np.sum(trunk**2, axis=1), 0, 1)
        assert (np.linalg.norm(place - along[:, None] * trunk, axis=1) < 0.08).mean() < 0.2
