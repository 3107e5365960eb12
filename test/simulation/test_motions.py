"""Laws of every motion in several styles; the exhaustive variants draw more styles."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.simulation import ACTIONS, FIGURE, OTHERS, Body, Performance, perform
from pose_action_ros.simulation.channels import CHANNELS, LATERAL, Channels
from pose_action_ros.simulation.free_movement import FREE, free_performance
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions.states import LOW

Array = npt.NDArray[np.float64]
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
several_styles = pytest.mark.parametrize(
    "styles",
    [range(2), pytest.param(range(2, 40), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)

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


def joint(joints: Array, name: str) -> Array:
    return joints[:, FIGURE.index(name)]


def performance_of(label: str, seed: int, body: Body | None = None) -> Performance:
    """Draw a performance of an action or of free movement."""
    rng = np.random.default_rng(seed)
    return free_performance(rng, body) if label == FREE else perform(label, rng, body)


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
@several_styles
def test_walking_stays_within_the_room(label: str, styles: range) -> None:
    for seed, room in product(styles, (0.0, 0.6, 1.1, 2.0)):
        performance = perform(label, np.random.default_rng(seed), room=room)
        hips = joint(performance.joints(np.arange(0, 20, 0.1)), "mid_hip")
        assert np.linalg.norm(hips[:, :2], axis=1).max() < max(2 * room, 0.3)


@several_styles
def test_bodies_are_of_human_size(styles: range) -> None:
    for seed in styles:
        body = Body.random(np.random.default_rng(seed))
        joints = perform("standing", np.random.default_rng(0), body).joints([0.0])
        assert 0.95 <= body.height <= 2.05
        assert joint(joints, "head_top")[0, 2] == pytest.approx(body.height, rel=0.05)
        assert 0.24 < body.trunk / body.height < 0.34


@pytest.mark.parametrize(
    ("count", "factor"), [(2, 1), pytest.param(30, 3, marks=pytest.mark.exhaustive)]
)
def test_free_movement_covers_more_places_of_hands_than_the_actions(
    count: int, factor: int
) -> None:
    """Places are cubes of a fifth of the arm's length."""

    def places(label: str, styles: int, seconds: float) -> set[tuple[int, ...]]:
        cubes: set[tuple[int, ...]] = set()
        for seed in range(styles):
            joints = performance_of(label, seed, Body()).joints(np.arange(0, seconds, 0.1))
            for side, out in (("left", 1), ("right", -1)):
                reach = joint(joints, f"{side}_wrist") - joint(joints, f"{side}_shoulder")
                rows = np.floor(reach * [1, out, 1] / (0.2 * Body().arm)).astype(int)
                cubes.update(map(tuple, rows.tolist()))
        return cubes

    upright = [label for label in ACTIONS if label not in LOW]
    free = places(FREE, count * len(upright) // 3, 24.0)  # as long as all actions
    actions = set[tuple[int, ...]]().union(*(places(label, count, 8.0) for label in upright))
    assert len(free - actions) > factor * len(actions - free)


@several_styles
def test_free_hands_and_elbows_stay_outside_the_trunk(styles: range) -> None:
    for seed in styles:
        joints = performance_of(FREE, seed).joints(np.arange(0, 25, 0.1))
        hips, neck = joint(joints, "mid_hip"), joint(joints, "neck")
        trunk = neck - hips
        for name in ("left_wrist", "right_wrist", "left_elbow", "right_elbow"):
            place = joint(joints, name) - hips
            along = np.clip(np.sum(place * trunk, axis=1) / np.sum(trunk**2, axis=1), 0, 1)
            assert (np.linalg.norm(place - along[:, None] * trunk, axis=1) < 0.08).mean() < 0.2
