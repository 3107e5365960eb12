"""Laws of movements on chairs, beds and the floor: states, labels, contact, smooth courses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from pose_action_ros.simulation import FIGURE, Body, Performance, perform
from pose_action_ros.simulation.channels import PHASE
from pose_action_ros.simulation.course import Step, course
from pose_action_ros.simulation.motions.on_floor import ON_FLOOR
from pose_action_ros.simulation.motions.resting import standing_key
from pose_action_ros.simulation.motions.states import BEGINS, ENDS, LYING, SEATED, UPRIGHT

TIMES = np.arange(0.0, 10.0, 0.05)
HIPS, NECK = FIGURE.index("mid_hip"), FIGURE.index("neck")
STATES = ("standing_up", "sitting", "picking_up", "bending", "kneeling", "lying", "falling")
each = pytest.mark.parametrize("label", [*STATES, *ON_FLOOR])
SEEDS = range(3)


@lru_cache
def performances(label: str) -> list[Performance]:
    return [perform(label, np.random.default_rng(seed)) for seed in SEEDS]


def state_at(performance: Performance, time: float) -> str:
    """UPRIGHT, SEATED or LYING by hips and trunk."""
    joints = performance.joints([time])[0]
    body = performance.body
    lift = float(performance.channels([time])["lift"][0])
    rise = (joints[NECK] - joints[HIPS])[2] / body.trunk
    if joints[HIPS, 2] - lift > 0.85 * (body.leg + body.foot_height):
        return UPRIGHT
    return SEATED if rise > 0.6 else LYING


@pytest.mark.parametrize("label", ["sitting", "lying", "falling", "picking_up", "bending"])
def test_movements_begin_and_end_in_their_states(label: str) -> None:
    for performance in performances(label):
        if label != "falling":
            assert state_at(performance, 0.0) == BEGINS.get(label, UPRIGHT)
        elif performance.after == "lying":
            assert state_at(performance, 8.0) == ENDS[label]


@pytest.mark.parametrize("label", ["standing_up", "getting_up_from_floor"])
def test_rising_ends_in_standing(label: str) -> None:
    for performance in performances(label):
        assert state_at(performance, 9.0) == UPRIGHT
        assert state_at(performance, 0.0) != UPRIGHT
        assert performance.labels([9.0]) == ["standing"]


@pytest.mark.parametrize("label", ["lying_down", "sitting_down_on_floor"])
def test_lowering_is_slow_and_ends_on_the_floor(label: str) -> None:
    for performance in performances(label):
        assert state_at(performance, 0.0) == UPRIGHT
        assert performance.labels([0.0, 9.5]) == ["standing", performance.after]
        hips = performance.joints(np.arange(0, 9, 0.02))[:, HIPS, 2]
        assert hips[-1] < 0.3 * performance.body.height
        assert np.abs(np.diff(hips)).max() / 0.02 < 1.9 * performance.body.height / 1.7


@each
def test_the_same_seed_gives_the_same_movement_and_times_are_independent(label: str) -> None:
    first, second = performances(label)[0], perform(label, np.random.default_rng(SEEDS[0]))
    joints = first.joints(TIMES[::10])
    np.testing.assert_array_equal(joints, second.joints(TIMES[::10]))
    np.testing.assert_allclose(second.joints([TIMES[70]])[0], joints[7], atol=1e-9)


@each
def test_channels_are_within_the_ranges_of_motion_and_phases_are_whole(label: str) -> None:
    for performance in performances(label):
        channels = performance.channels(TIMES)
        raw = performance.motion(TIMES)
        over = np.abs(raw.values - channels.values)
        assert np.percentile(over, 99) < 20
        assert set(np.unique(channels[PHASE])) <= {0.0, 1.0, 2.0}


@pytest.mark.parametrize("label", ["picking_up", "bending", "kneeling"])
def test_the_label_holds_low_and_not_upright(label: str) -> None:
    for performance in performances(label):
        named = np.array(performance.labels(TIMES)) == label
        joints = performance.joints(TIMES)
        height = joints[:, NECK, 2]
        assert 0.2 < named.mean() < 0.98
        assert height[~named].mean() > height[named].mean()
        upright = 0.97 * height.max()
        assert named[height > upright].mean() < (0.5 if label == "picking_up" else 0.1)


def test_standing_up_is_named_while_the_hips_rise() -> None:
    for performance in performances("standing_up"):
        hips = performance.joints(TIMES)[:, HIPS, 2]
        rising = np.gradient(hips, 0.05) > 0.25
        labels = np.array(performance.labels(TIMES))
        assert (labels[rising] == "standing_up").mean() > 0.9


def test_a_course_rests_in_its_key_poses_and_passes_the_others() -> None:
    body, rng = Body(), np.random.default_rng(0)
    keys = [standing_key(body, rng, x) for x in (0.0, 0.3, 0.6)]
    steps = [
        Step(keys[0], 0.0, 1.0, phase=1.0),
        Step(keys[1], 0.5),
        Step(keys[2], 0.5, 1.0, phase=2.0),
    ]
    motion = course(body, steps, rng)
    times = np.arange(0.0, 4.0, 0.01)
    pose = motion(times)
    speed = np.diff(pose["forward"]) / 0.01
    assert np.abs(speed[times[1:] < 1.0]).max() < 1e-9
    assert speed[np.searchsorted(times, 1.5)] > 0.3
    assert (speed > -1e-9).all()
    np.testing.assert_allclose(pose["forward"][-1], keys[2].root[0])
    assert pose[PHASE][[0, 120, 130, 170, 180]].tolist() == [1, 1, 0, 0, 2]
