"""Laws of performances of two people."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.simulation import FIGURE, Body
from pose_action_ros.simulation.pairs import (
    INTERACTIONS,
    NONE,
    UNLABELLED,
    PairPerformance,
    perform_pair,
)
from pose_action_ros.simulation.pairs.actor import Path, pulse

Array = npt.NDArray[np.float64]

each_label = pytest.mark.parametrize("label", [*INTERACTIONS, NONE])
several_styles = pytest.mark.parametrize(
    "styles",
    [range(3), pytest.param(range(3, 40), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)
ADULTS = (Body(), Body().scaled(1.8))


def times_of(pair: PairPerformance, rate: float = 25.0) -> Array:
    return np.arange(0.0, pair.seconds, 1 / rate)


def during(pair: PairPerformance, rate: float = 25.0) -> Array:
    """Joints (T, 2, J, 3) while the label holds."""
    times = times_of(pair, rate)
    held = [label == pair.label for label in pair.labels(times)]
    return pair.joints(times[np.array(held)])


def distances(joints: Array) -> Array:
    """(T,) between both people on the ground [m]."""
    hips = joints[:, :, FIGURE.index("mid_hip"), :2]
    return np.asarray(np.linalg.norm(hips[:, 0] - hips[:, 1], axis=-1))


def wrists_apart(joints: Array, side: str = "") -> Array:
    """(T,) least distance of a wrist of one person from one of the other [m]."""
    names = [side] if side else ["left", "right"]
    wrists = joints[:, :, [FIGURE.index(f"{name}_wrist") for name in names]]
    apart = np.linalg.norm(wrists[:, 0, :, None] - wrists[:, 1, None], axis=-1)
    return np.asarray(apart.min(axis=(1, 2)))


@each_label
@several_styles
def test_bodies_are_whole_on_the_floor_and_move_at_human_speed(label: str, styles: range) -> None:
    for seed in styles:
        pair = perform_pair(label, np.random.default_rng(seed))
        times = times_of(pair, 50.0)
        joints = pair.joints(times)
        assert np.isfinite(joints).all()
        assert joints[..., 2].min() > -1e-6
        for who, actor in enumerate(pair.actors):
            shin = np.linalg.norm(
                joints[:, who, FIGURE.index("left_knee")]
                - joints[:, who, FIGURE.index("left_ankle")],
                axis=-1,
            )
            np.testing.assert_allclose(shin, actor.body.shin, atol=1e-9)
        assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() * 50 < 20


@each_label
def test_labels_are_the_interaction_none_and_the_moments_between(label: str) -> None:
    for seed in range(5):
        pair = perform_pair(label, np.random.default_rng(seed))
        labels = pair.labels(times_of(pair))
        assert set(labels) <= {label, NONE, UNLABELLED, "approaching", "departing"}
        assert label in labels
        if label == NONE:
            assert not set(labels) & set(INTERACTIONS) - {"approaching"}


def test_a_seed_gives_the_same_pair_at_any_times() -> None:
    one, other = (perform_pair("kicking", np.random.default_rng(7)) for _ in range(2))
    times = times_of(one)
    np.testing.assert_array_equal(one.joints(times), other.joints(times))
    np.testing.assert_allclose(one.joints(times[30:31]), one.joints(times)[30:31], atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_shaken_hands_meet(seed: int) -> None:
    pair = perform_pair("shaking_hands", np.random.default_rng(seed), ADULTS)
    assert wrists_apart(during(pair)).min() < 0.2


@pytest.mark.parametrize("seed", range(12))
def test_an_object_passes_from_hand_to_hand(seed: int) -> None:
    pair = perform_pair("handing_over", np.random.default_rng(seed), ADULTS)
    assert wrists_apart(during(pair)).min() < 0.35


@pytest.mark.parametrize("seed", range(8))
def test_people_who_hug_are_close(seed: int) -> None:
    pair = perform_pair("hugging", np.random.default_rng(seed), ADULTS)
    assert distances(during(pair)).min() < 0.5


@pytest.mark.parametrize("seed", range(8))
def test_approaching_brings_people_together_and_departing_apart(seed: int) -> None:
    come = distances(during(perform_pair("approaching", np.random.default_rng(seed))))
    assert come[-1] < come[0] - 0.15
    go = distances(during(perform_pair("departing", np.random.default_rng(seed))))
    assert go[-1] > go[0] + 0.15


@pytest.mark.parametrize("seed", range(8))
def test_a_pushed_person_moves_back(seed: int) -> None:
    joints = during(perform_pair("pushing", np.random.default_rng(seed)))
    hips = joints[:, :, FIGURE.index("mid_hip"), :2]
    away = hips[0] - hips[0, ::-1]
    away /= np.linalg.norm(away, axis=-1, keepdims=True)
    moved = ((hips - hips[0]) * away).sum(axis=-1).max(axis=0)  # (2,)
    assert moved.max() > 0.1


def test_both_roles_are_taken_at_random() -> None:
    def active(seed: int) -> int:
        joints = during(perform_pair("kicking", np.random.default_rng(seed)))
        feet = joints[:, :, [FIGURE.index(f"{side}_ankle") for side in ("left", "right")], 2]
        return int(np.ptp(feet, axis=0).max(axis=-1).argmax())

    assert {active(seed) for seed in range(12)} == {0, 1}


def test_an_unknown_label_is_an_error_that_lists_the_labels() -> None:
    with pytest.raises(InputError, match=r"'dancing'.*hugging"):
        perform_pair("dancing", np.random.default_rng(0))


def test_both_people_of_a_scene_move_as_in_the_performance() -> None:
    pair = perform_pair("shaking_hands", np.random.default_rng(1))
    times = times_of(pair)[::20]
    joints = pair.joints(times)
    for who, script in enumerate(pair.scripts()):
        np.testing.assert_allclose(script.joints(times), joints[:, who], atol=1e-9)


def test_a_path_goes_through_its_points_and_counts_the_way_back_negative() -> None:
    path = Path([(0, 0, 0, 0), (1, 0, 0, 0), (2, 1, 0, 0), (4, 1, 0, 0), (5, 0, 0, 0)], 0.1)
    x, y, heading = path.place(np.array([0.0, 3.0, 6.0]))
    np.testing.assert_allclose(x, [0, 1, 0], atol=1e-6)
    assert not y.any()
    assert not heading.any()
    way = path.way(np.array([0.0, 3.0, 6.0]))
    np.testing.assert_allclose(way - way[0], [0, 1, 0], atol=1e-6)
    assert path.speed(np.array([3.0]))[0] == pytest.approx(0, abs=1e-9)


def test_a_pulse_rises_holds_and_falls() -> None:
    level = pulse(1.0, 0.5, 1.0, 0.5)(np.linspace(0, 4, 401))
    assert level[0] == level[-1] == 0
    np.testing.assert_allclose(level[150:251], 1, atol=1e-9)
    rising = level[100:151]
    assert all(one <= other for one, other in pairwise(rising.tolist()))
