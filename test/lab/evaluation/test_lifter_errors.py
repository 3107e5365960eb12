"""Errors of lifted poses: laws, and figures by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pose_action_ros.lab.evaluation.lifter_errors import METRICS, errors_of, figures, reliability
from pose_action_ros.lab.evaluation.lifter_poses import Lifts, Truth

Array = npt.NDArray[np.float64]

FRAMES, RATE = 40, 10.0
SEEDS = st.integers(0, 1000)


def truth(seed: int = 0, frames: int = FRAMES) -> Truth:
    """Two tracks of people that move smoothly in front of a camera."""
    rng = np.random.default_rng(seed)
    times = np.arange(frames)[:, None, None] / RATE
    size, phase = rng.normal(0, 0.2, (17, 3)), rng.uniform(0, 6, (17, 3))
    joints = rng.normal(0, 0.3, (17, 3)) + size * np.sin(5 * times + phase) + [0, 0, 3]
    return Truth(
        np.tile(joints, (2, 1, 1)),
        {"action": np.repeat(["a", "b"], frames)},
        tracks=np.repeat([0, 1], frames),
        stamps=np.tile(times[:, 0, 0], 2),
    )


def measured(joints: Array, people: Truth | None = None) -> dict[str, float]:
    return figures(errors_of(Lifts(joints), people or truth()))


def about_root(joints: Array, turn: Array) -> Array:
    return np.asarray((joints - joints[:, :1]) @ turn.T + joints[:, :1])


def test_the_truth_has_no_errors() -> None:
    found = measured(truth().joints)
    for name in ("mpjpe", "n_mpjpe", "p_mpjpe", "mpjpe_14", "p_mpjpe_14", "acceleration"):
        assert found[name] == pytest.approx(0, abs=1e-6), name
    assert found["pck"] == found["found"] == found["reported"] == 100
    assert set(found) < set(METRICS)
    assert "calibration" not in found


@given(SEEDS, st.floats(0.5, 2.0))
def test_scaled_errors_do_not_depend_on_the_size(seed: int, factor: float) -> None:
    poses = truth(seed).joints + np.random.default_rng(seed).normal(0, 0.05, (2 * FRAMES, 17, 3))
    first, second = (measured(pose, truth(seed)) for pose in (poses, poses * factor))
    for name in ("n_mpjpe", "p_mpjpe", "p_mpjpe_14", "lean"):
        assert first[name] == pytest.approx(second[name])
    assert first["p_mpjpe"] <= first["n_mpjpe"] + 1e-9


@given(st.floats(-30, 30))
def test_lean_is_the_angle_of_the_head_towards_the_camera(degrees: float) -> None:
    # About the camera's x axis, which points right, a head above (y < 0) moves to z > 0, away.
    turn = Rotation.from_euler("x", -degrees, degrees=True).as_matrix()
    upright = np.array([0.0, -1.0, 0.0])
    assert -(turn @ upright)[2] * degrees <= 0
    away = measured(about_root(truth().joints, turn))
    assert away["lean"] == pytest.approx(-degrees, abs=1e-6)
    assert away["p_mpjpe"] == pytest.approx(0, abs=1e-6)


def test_accelerations_by_hand() -> None:
    people = truth()
    poses = people.joints.copy()
    poses[FRAMES // 2, 5, 0] += 0.01  # second differences 10, -20, 10 mm
    expected = np.array([10, 20, 10]).sum() / (2 * (FRAMES - 2) * 17)
    found = measured(poses)
    assert found["acceleration"] == pytest.approx(expected)
    assert found["acceleration_si"] == pytest.approx(expected / 1000 * RATE**2)


def test_accelerations_do_not_reach_over_gaps_and_tracks() -> None:
    people = truth()
    stamps = people.stamps
    assert stamps is not None
    late = np.where(np.arange(2 * FRAMES) % FRAMES >= FRAMES // 2, stamps + 1, stamps)
    poses = people.joints.copy()
    poses[FRAMES // 2 : FRAMES] += np.linspace(0, 1, 17)[:, None]  # a jump at the gap
    found = measured(poses, replace(people, stamps=late))
    assert found["acceleration"] == pytest.approx(0, abs=1e-6)
    assert "acceleration" not in measured(poses, replace(people, tracks=None))


def test_people_without_a_pose_count_as_not_lifted_only() -> None:
    poses = truth().joints + np.random.default_rng(0).normal(0, 0.05, (2 * FRAMES, 17, 3))
    lost = poses.copy()
    lost[: FRAMES // 2] = np.nan
    found, rest = measured(lost), errors_of(Lifts(poses), truth()).of(slice(FRAMES // 2, None))
    assert found["found"] == pytest.approx(75)
    for name in ("mpjpe", "p_mpjpe", "pck", "auc", "lean"):
        assert found[name] == pytest.approx(figures(rest)[name]), name


def test_scores_of_reported_joints() -> None:
    poses = truth().joints.copy()
    poses[:, 10] += [0, 0.2, 0]
    scores, reported = np.full((2 * FRAMES, 17), 0.9), np.ones((2 * FRAMES, 17), np.bool_)
    reported[:, 3] = False
    errors = errors_of(Lifts(poses, scores, reported), truth())
    found = figures(errors)
    assert found["reported"] == pytest.approx(100 * 16 / 17)
    assert found["claimed"] == pytest.approx(90)
    assert found["correct"] == pytest.approx(100 * 15 / 16)
    assert found["calibration"] == pytest.approx(100 * 15 / 16 - 90)
    ((claimed, correct, share),) = reliability(errors)
    assert (claimed, correct, share) == pytest.approx((90, 100 * 15 / 16, 100))
