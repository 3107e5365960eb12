"""Rotations, reaching and time courses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pose_action_ros.simulation.body import Body
from pose_action_ros.simulation.channels import Channels
from pose_action_ros.simulation.kinematics import about_z, pose_body, swing, swing_twist
from pose_action_ros.simulation.reach import aim, arm
from pose_action_ros.simulation.timing import JOINED, Beat, Strokes, Wander, curve, ease
from properties import examples

angles = st.floats(-120, 120)
units = st.floats(-1, 1)
quick = examples(20)


@quick
@given(x=angles, y=angles, twist=st.floats(-170, 170))
def test_swing_twist_inverts(x: float, y: float, twist: float) -> None:
    assume(np.hypot(x, y) < 175)
    rotation = swing([x], [y]) @ about_z([twist])
    assert np.allclose(rotation @ rotation[0].T, np.eye(3), atol=1e-9)
    again = np.array([part[0] for part in swing_twist(rotation)])
    assert np.allclose(again, [x, y, twist], atol=1e-5)


@pytest.mark.parametrize("side", ["left", "right"])
@quick
@given(x=units, y=units, z=units)
def test_wrist_reaches_its_target(side: str, x: float, y: float, z: float) -> None:
    body = Body()
    target = np.array([x, y, z])
    length = np.linalg.norm(target)
    assume(0.35 < length < 0.97)
    assume(np.linalg.norm(np.cross(target, [0.0, 0.3, -1.0])) > 0.05)
    pose = Channels.zeros(1)
    pose.toward(arm(body, target, [0.0, 0.3, -1.0]), side=side)
    posed = pose_body(body, pose)
    out = 1.0 if side == "left" else -1.0
    reached = (posed.joint(f"{side}_wrist") - posed.joint(f"{side}_shoulder"))[0] * [1, out, 1]
    assert np.allclose(reached, target * body.arm, atol=1e-6)


def test_arm_points_at_a_target_out_of_reach() -> None:
    body = Body()
    pose = Channels.zeros(1)
    pose.toward(arm(body, [3.0, 0.0, 0.0], [0.0, 0.0, -1.0]), side="left")
    posed = pose_body(body, pose)
    reached = (posed.joint("left_wrist") - posed.joint("left_shoulder"))[0]
    assert reached[0] == pytest.approx(body.arm, rel=0.01)


@quick
@given(near=st.tuples(units, units, units), far=st.tuples(units, units, units))
def test_aim_points_both_bones(
    near: tuple[float, float, float], far: tuple[float, float, float]
) -> None:
    assume(np.linalg.norm(np.cross(near, far)) > 0.05)
    assume(near[2] < 0.9 * np.linalg.norm(near))
    body, pose = Body(), Channels.zeros(1)
    pose.toward(aim(near, far), side="left")
    posed = pose_body(body, pose)
    for start, end, way in (("shoulder", "elbow", near), ("elbow", "wrist", far)):
        bone = (posed.joint(f"left_{end}") - posed.joint(f"left_{start}"))[0]
        assert np.allclose(
            bone / np.linalg.norm(bone), np.array(way) / np.linalg.norm(way), atol=1e-6
        )


def test_ease_rises_smoothly_from_0_to_1() -> None:
    x = np.linspace(-0.5, 1.5, 401)
    y = ease(x)
    assert y[0] == 0
    assert y[-1] == 1
    assert (np.diff(y) >= 0).all()
    assert np.abs(np.diff(y, 2)).max() < 2e-4


@quick
@given(seed=st.integers(0, 1000))
def test_wander_is_smooth_noise_of_unit_size(seed: int) -> None:
    values = Wander(np.random.default_rng(seed), 0.05, 0.5)(np.arange(0, 2000, 0.1))
    assert abs(values.mean()) < 0.1
    assert 0.6 < values.std() < 1.4
    assert np.abs(np.diff(values)).max() < 1.0


@quick
@given(seed=st.integers(0, 1000))
def test_strokes_rise_hold_fall_and_repeat(seed: int) -> None:
    strokes = Strokes(np.random.default_rng(seed), rise=0.4, hold=1.0, fall=0.5, rest=0.3)
    times = np.arange(-1, 400, 0.01)
    level = strokes(times)
    assert (level[times < 0] == 0).all()
    assert level.min() > -1e-12
    assert 0.75 < level.max() <= 1
    assert level[times > 390].max() > 0.7
    assert np.abs(np.diff(level)).max() < 0.12


@quick
@given(seed=st.integers(0, 1000), count=st.integers(1, 5))
def test_phase_of_strokes_is_0_while_the_gesture_is_up(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    strokes = Strokes(rng, rise=0.4, hold=1.0, fall=0.5, rest=0.3, count=count)
    times = np.arange(-1, 60, 0.01)
    level, phase = strokes(times), strokes.phase(times)
    rising = np.gradient(level) > 0
    top = level.max()
    assert set(phase) == {0.0, 1.0}
    assert (phase[level < 0.3 * top][times[level < 0.3 * top] > 3.0] == 1).all()
    assert (phase[(level > 0.8 * top) & rising] == 0).all()
    assert (phase[times < 0.1] == 0).all()
    changes = np.flatnonzero(np.diff(phase))
    assert (np.diff(phase)[changes] == np.resize([1, -1], len(changes))).all()


@quick
@given(seed=st.integers(0, 1000))
def test_a_brief_stroke_is_one_movement_with_its_fall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    strokes = Strokes(rng, rise=0.2, hold=0.2, fall=0.3, rest=0.4)
    times = np.arange(0, 40, 0.01)
    level, phase, parted = strokes(times), strokes.phase(times), strokes.phase(times, brief=0.0)
    falling = (np.gradient(level) < 0) & (level < 0.8 * level.max()) & (level > 0.01)
    assert (phase[falling] == 0).mean() > 0.95  # all but strokes with a long hold
    assert (parted[falling] == 1).mean() > 0.95
    assert (phase <= parted).all()


@quick
@given(seed=st.integers(0, 1000), rest=st.sampled_from([0.05, 1.5]))
def test_resting_is_the_time_between_repetitions_unless_they_follow_each_other(
    seed: int, rest: float
) -> None:
    strokes = Strokes(np.random.default_rng(seed), rise=0.5, hold=0.3, fall=0.6, rest=rest)
    times = np.arange(0, 40, 0.01)
    level, resting = strokes(times), strokes.resting(times)
    assert (level[resting == 1] < 1e-9).all()
    assert resting.mean() == (0 if rest < JOINED else pytest.approx(0.52, abs=0.12))


@quick
@given(phase=st.floats(-3, 5))
def test_phase_is_clipped_and_does_not_move_the_body(phase: float) -> None:
    pose = Channels.zeros(2)
    pose["phase"] = [0.0, phase]
    limited = pose.limited()
    assert 0 <= limited["phase"][1] <= 2
    joints = pose_body(Body(), limited).joints
    assert np.array_equal(joints[0], joints[1])


@quick
@given(seed=st.integers(0, 1000), rate=st.floats(0.5, 4))
def test_beat_keeps_its_rate_and_increases(seed: int, rate: float) -> None:
    phase = Beat(np.random.default_rng(seed), rate)(np.arange(0, 100, 0.02))
    assert (np.diff(phase) > 0).all()
    assert (phase[-1] - phase[0]) / 100 == pytest.approx(rate, rel=0.05)


@examples(20)
@given(values=st.lists(st.floats(-50, 50), min_size=3, max_size=8))
def test_curve_passes_its_knots_and_is_periodic(values: list[float]) -> None:
    at = np.linspace(0, 1, len(values), endpoint=False)
    knots = tuple(zip(at.tolist(), values, strict=True))
    assert np.allclose(curve(at, knots), values, atol=1e-9)
    assert np.allclose(curve(at + 3, knots), values, atol=1e-6)
    fine = curve(np.linspace(-1, 2, 6001), knots)
    assert np.abs(np.diff(fine)).max() < 0.003 * len(values) * (np.ptp(values) + 1e-6)
