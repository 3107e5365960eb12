"""Laws of every motion in several styles; the exhaustive variants draw more styles."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from performances import performance_of
from pose_action_ros.errors import InputError
from pose_action_ros.simulation import ACTIONS, FIGURE, OTHERS, perform
from pose_action_ros.simulation.channels import CHANNELS, LATERAL, Channels
from pose_action_ros.simulation.free_movement import FREE
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions.states import LOW

TIMES = np.arange(0.0, 5.0, 0.02)
EXPECTED = (
    "standing walking running waving_left waving_right waving_both raising_hand clapping bowing "
    "crossing_arms opening_arms pushing pointing squatting jumping kicking punching sitting_down "
    "beckoning stop go_away thumbs_up turning_round standing_up sitting picking_up bending "
    "kneeling lying falling drinking phoning hand_at_face looking_at_phone carrying throwing "
    "jumping_jack lunging arm_circles"
)
REPEATED = ("turning_round", "drinking", "phoning", "hand_at_face", "looking_at_phone", "throwing")
WITHIN = (*REPEATED, "lunging", "carrying", "jumping_jack", "arm_circles", *OTHERS)
"""Movements with angles near the ranges of motion."""
# Bones within one segment or between adjacent joints; the neck is derived from the shoulders.
RIGID = [
    (parent, child)
    for parent, child in FIGURE.bones
    if FIGURE.joints[parent] not in ("neck", "spine")
    and FIGURE.joints[child] not in ("neck", "spine")
    if not FIGURE.joints[child].endswith(("_index", "_pinky"))
]
FINGERLESS = [
    number
    for number, name in enumerate(FIGURE.joints)
    if not name.endswith(("_index", "_pinky", "_thumb"))
]


class Movement:
    """A performance at TIMES: its channels before and after the limits, joints and frames."""

    def __init__(self, label: str, seed: int) -> None:
        self.label, self.seed = label, seed
        self.performance = performance_of(label, seed)
        self.free = self.performance.motion(TIMES)
        self.channels = self.free.limited()
        self.posed = pose_body(self.performance.body, self.channels)
        self.joints = self.posed.joints


IN_AIR = ("jumping", "running", "jumping_jack", "rope_skipping", "step_dancing")
"""Movements in which both feet leave the floor."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((label, styles), id=f"{name}-{label}", marks=marks)
        for name, styles, marks in (
            ("few", range(2), ()),
            ("many", range(2, 40), pytest.mark.exhaustive),
        )
        for label in (*ACTIONS, *OTHERS, FREE)
    ],
)
def movements(request: pytest.FixtureRequest) -> list[Movement]:
    """One label in several styles, for all laws."""
    label, styles = request.param
    return [Movement(label, seed) for seed in styles]


def test_actions_are_the_documented_labels() -> None:
    assert " ".join(ACTIONS) == EXPECTED


def test_unknown_label_is_an_error_that_lists_the_labels() -> None:
    with pytest.raises(InputError, match=r"'flying'.*standing"):
        perform("flying", np.random.default_rng(0))


def test_a_performance_begins_with_its_label_or_the_state_before(
    movements: list[Movement],
) -> None:
    for movement in movements:
        performance = movement.performance
        assert performance.label == movement.label
        assert performance.labels([0.05])[0] in (movement.label, performance.before)


def test_bones_keep_their_length(movements: list[Movement]) -> None:
    for movement in movements:
        for parent, child in RIGID:
            bones = movement.joints[:, child] - movement.joints[:, parent]
            length = np.linalg.norm(bones, axis=-1)
            assert np.ptp(length) < 1e-9, (FIGURE.joints[parent], FIGURE.joints[child])


def test_feet_are_on_the_floor_and_no_joint_is_below(movements: list[Movement]) -> None:
    for movement in movements:
        heights, low = movement.joints[..., 2], movement.label in LOW
        # Fingers of people on the floor give way.
        assert heights[:, FINGERLESS].min() > -0.01
        assert heights.min() > (-0.1 if low else -0.01)
        in_air = movement.label in IN_AIR
        if not in_air and not movement.performance.furniture:
            assert heights.min(axis=1).max() < (0.1 if low else 0.03)


def test_elbows_and_knees_do_not_bend_backwards(movements: list[Movement]) -> None:
    for movement, side in product(movements, ("left", "right")):
        posed = movement.posed
        forearm = posed.joint(f"{side}_wrist") - posed.joint(f"{side}_elbow")
        ahead = posed.frames[f"{side}_upper_arm"][:, :, 0]
        assert np.sum(forearm * ahead, axis=1).min() > -1e-9
        shin = posed.joint(f"{side}_ankle") - posed.joint(f"{side}_knee")
        front = posed.frames[f"{side}_thigh"][:, :, 0]
        assert np.sum(shin * front, axis=1).max() < 1e-9


def test_angles_stay_near_the_ranges_of_motion(movements: list[Movement]) -> None:
    for movement in movements:
        over = np.abs(movement.free.values - movement.channels.values)
        assert np.isfinite(movement.free.values).all()
        if movement.label in WITHIN:
            names = [CHANNELS[column] for column in np.flatnonzero(np.percentile(over, 80, 0) > 12)]
            assert not names, (movement.seed, names)


def test_joint_speeds_are_human(movements: list[Movement]) -> None:
    """Hands and feet of people move at up to about 15 m/s, as in kicks and punches."""
    for movement in movements:
        speed = np.linalg.norm(np.diff(movement.joints, axis=0), axis=-1) / 0.02
        assert speed.max() < 20
        assert np.median(speed.max(axis=1)) < 9


def test_mirrored_channels_give_mirrored_joints(movements: list[Movement]) -> None:
    movement = movements[0]
    rows = slice(None, None, 5)
    mirrored = Channels.zeros(len(TIMES[rows]))
    for name in CHANNELS:
        side, _, rest = name.partition("_")
        other = {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, name)
        mirrored[other] = (-1 if name in LATERAL else 1) * movement.channels[name][rows]
    expected = movement.joints[rows][:, FIGURE.mirror] * [1, -1, 1]
    posed = pose_body(movement.performance.body, mirrored)
    assert np.allclose(posed.joints, expected, atol=1e-9)


def test_a_seed_gives_the_same_pose_at_any_time(movements: list[Movement]) -> None:
    movement = movements[0]
    again = performance_of(movement.label, movement.seed)
    assert np.allclose(again.joints([TIMES[211]])[0], movement.joints[211], atol=1e-12)


def test_styles_differ(movements: list[Movement]) -> None:
    label, body = movements[0].label, movements[0].performance.body
    others = [performance_of(label, seed, body).joints([1.5])[0] for seed in (100, 101)]
    poses = [movements[0].joints[75], *others]
    apart = [np.linalg.norm(a - b, axis=-1).max() for a, b in pairwise(poses)]
    assert min(apart) > 0.03
