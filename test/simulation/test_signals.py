"""Gestures to a robot: the hand is where the gesture is defined, in short and in long ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.simulation import Performance, perform
from pose_action_ros.simulation.channels import SIDES
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions.gesturing import Cycles, back_and_forth, bouts

Array = npt.NDArray[np.float64]
TIMES = np.arange(0.0, 9.0, 0.02)
SIGNALS = ("beckoning", "stop", "go_away", "thumbs_up")
GESTURES = (*SIGNALS, "raising_hand", "pointing", "crossing_arms", "opening_arms")
styles = pytest.mark.parametrize(
    "seeds",
    [range(8), pytest.param(range(8, 60), marks=pytest.mark.exhaustive)],
    ids=["few", "many"],
)


def wrists(performance: Performance) -> dict[str, Array]:
    """(T, 3) of each wrist from its shoulder [arm lengths] in the chest's frame, y outwards."""
    posed = pose_body(performance.body, performance.channels(TIMES))
    chest = posed.frames["chest"]
    places = {}
    for side, out in zip(SIDES, (1, -1), strict=True):
        away = posed.joint(f"{side}_wrist") - posed.joint(f"{side}_shoulder")
        local = np.einsum("tji,tj->ti", chest, away)
        places[side] = local * [1, out, 1] / performance.body.arm
    return places


def held(performance: Performance) -> npt.NDArray[np.bool_]:
    """Times at which the phase has been 0 for 0.9 s, the longest rise."""
    named = performance.channels(TIMES)["phase"] == 0
    since = np.zeros(len(TIMES))
    for row in range(1, len(TIMES)):
        since[row] = (since[row - 1] + 0.02) * named[row]
    return since > 0.9


def ahead(performance: Performance) -> Array:
    """(N, 3) place of the wrist that moves most, while the gesture is held."""
    moving = max(wrists(performance).values(), key=lambda place: float(np.ptp(place, axis=0).sum()))
    return moving[held(performance)]


@styles
def test_stop_holds_the_palm_ahead_between_belly_and_head(seeds: range) -> None:
    for seed in seeds:
        place = ahead(perform("stop", np.random.default_rng(seed)))
        if not len(place):
            continue
        furthest = place[np.argmax(place[:, 0])]  # a brief stroke includes its fall
        assert furthest[0] > 0.36, seed
        assert abs(furthest[2]) < 0.58, seed


@styles
def test_thumbs_up_is_a_fist_below_the_chin_ahead_of_the_shoulder(seeds: range) -> None:
    for seed in seeds:
        performance = perform("thumbs_up", np.random.default_rng(seed))
        place = ahead(performance)
        assert (place[:, 0] > 0.1).all(), seed
        assert (place[:, 2] < 0.35).all(), seed
        curl = [performance.channels(TIMES)[f"{side}_curl"].max() for side in SIDES]
        assert max(curl) > 0.8


@styles
@pytest.mark.parametrize("label", ["beckoning", "go_away"])
def test_the_hand_moves_to_and_fro_ahead_of_the_body(label: str, seeds: range) -> None:
    for seed in seeds:
        performance = perform(label, np.random.default_rng(seed))
        place = ahead(performance)
        assert (place[:, 0] > -0.2).all(), seed
        named = performance.channels(TIMES)["phase"] == 0
        flexed = [performance.channels(TIMES[named])[f"{side}_wrist_flex"] for side in SIDES]
        assert max(np.ptp(flex) for flex in flexed) > 10, seed


@pytest.mark.parametrize("label", GESTURES)
def test_a_gesture_may_be_short_or_long(label: str) -> None:
    """The label holds for less than 1.2 s in some styles and for more than 2.5 s in others."""
    lengths = []
    for seed in range(40):
        named = perform(label, np.random.default_rng(seed)).channels(TIMES)["phase"] == 0
        lengths.append(0.02 * float(np.argmin(named)) if not named.all() else TIMES[-1])
    assert min(lengths) < 1.2
    assert max(lengths) > 2.5


@pytest.mark.parametrize("label", GESTURES)
def test_the_way_down_and_the_pause_have_no_label(label: str) -> None:
    for seed in range(8):
        performance = perform(label, np.random.default_rng(seed))
        places = wrists(performance).values()
        phase = performance.channels(TIMES)["phase"]
        assert set(phase) <= {0.0, 1.0}
        ends = np.flatnonzero(np.diff(phase) > 0)
        for end in ends[ends + 40 < len(TIMES)]:
            moved = max(np.ptp(place[end : end + 40], axis=0).max() for place in places)
            assert moved > 0.03, (seed, TIMES[end])


@pytest.mark.parametrize("seed", range(10))
def test_cycles_keep_their_rate_within_a_bout(seed: int) -> None:
    cycles = Cycles(np.random.default_rng(seed), 0.8, 2.0)
    times = np.arange(0.0, 0.4, 0.01)
    rate = np.diff(cycles(times)) / 0.01
    assert 0.8 <= cycles.rate <= 2.0
    assert np.allclose(rate, cycles.rate, rtol=0.35)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_back_and_forth_is_1_at_its_share_and_0_at_the_ends(share: float) -> None:
    assert np.allclose(back_and_forth(np.array([0.0, share, 1.0, 1 + share]), share), [0, 1, 0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_bouts_are_within_their_durations(seed: int) -> None:
    strokes = bouts(np.random.default_rng(seed), hold=(0.2, 0.4), rise=(0.25, 0.5))
    named = strokes.phase(np.arange(0.0, 2.5, 0.01)) == 0
    first = 0.01 * float(np.argmin(named))
    assert 0.3 < first < 2.0  # with the fall, which belongs to a brief gesture
