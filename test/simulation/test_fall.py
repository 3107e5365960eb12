"""Laws of falls: energy, durations, impacts, the pose before and after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.simulation import FIGURE, Body, perform
from pose_action_ros.simulation.channels import PHASE, Channels
from pose_action_ros.simulation.fall import GRAVITY, MASSES, Fall, mass_points
from pose_action_ros.simulation.kinematics import pose_body

Array = npt.NDArray[np.float64]
TIMES = np.arange(0.0, 7.0, 0.01)
SEEDS = range(12)


def toppling(share: Array) -> Channels:
    """A stiff body that turns forward about its ankles, to 80 degrees."""
    pose = Channels.zeros(len(share))
    pose["pitch"] = 80 * share
    for side in ("left", "right"):
        pose[f"{side}_ankle"] = pose["pitch"]
    posed = pose_body(Body(), pose)
    pose["forward"] = -posed.joint("left_ankle")[:, 0]
    return pose


def test_masses_of_the_segments_are_those_of_the_body() -> None:
    assert MASSES.sum() == pytest.approx(1.0)
    points = mass_points(pose_body(Body(), Channels.zeros(1)).joints)
    height = float(points[0, :, 2] @ MASSES)
    assert 0.5 < height / Body().height < 0.6


def test_a_stiff_body_falls_like_an_inverted_pendulum() -> None:
    """The angle over time, against the pendulum's equation in small steps: a'' = c sin(a)."""
    body = Body()
    fall = Fall(body, toppling, speed=0.3, kept=1.0)
    angles = np.radians(80) * fall.share(TIMES)
    moved = fall.duration > TIMES
    points = mass_points(pose_body(body, toppling(np.array([0.0, 0.001]))).joints)
    inertia = np.sum(np.square((points[1] - points[0]) / np.radians(0.08)), axis=-1) @ MASSES
    centre = (
        points[0, :, 2] @ MASSES - pose_body(body, toppling(np.zeros(1))).joint("left_ankle")[0, 2]
    )
    start = int(np.argmax(angles > 0.15))
    angle = angles[start]
    speed = (angles[start + 1] - angles[start - 1]) / 0.02
    for row in range(start, int(moved.sum()) - 1):
        assert angle == pytest.approx(angles[row], abs=0.06)
        for _ in range(100):
            speed += 1e-4 * GRAVITY * centre / inertia * np.sin(angle)
            angle += 1e-4 * speed


def test_a_body_that_keeps_no_energy_moves_at_its_first_speed() -> None:
    quick, slow = (Fall(Body(), toppling, speed=0.5, kept=kept) for kept in (0.8, 0.0))
    assert slow.duration > 1.5 * quick.duration
    assert quick.impact > slow.impact


@pytest.mark.parametrize("seed", SEEDS)
def test_falls_take_as_long_and_end_as_fast_as_those_of_people(seed: int) -> None:
    """Hips of people fall at 1 to 4 m/s; bodies that slide off a stiff arm are a little faster."""
    performance = perform("falling", np.random.default_rng(seed), room=2.0)
    labels = np.array(performance.labels(TIMES))
    seconds = float((labels == "falling").sum() * 0.01)
    assert 1.0 < seconds < 2.3  # with 0.7 s after the impact
    hips = performance.joints(TIMES)[:, FIGURE.index("mid_hip")]
    down = -np.diff(hips[:, 2]) / 0.01
    assert 0.4 < down.max() / np.sqrt(performance.body.height / 1.7) < 6.5
    assert labels[np.argmax(down)] == "falling"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_person_stays_on_the_floor_after_a_fall(seed: int) -> None:
    performance = perform("falling", np.random.default_rng(seed))
    channels = performance.channels(TIMES)
    phases = channels[PHASE]
    assert (np.diff(phases[phases != 0]) >= 0).all()  # before, fall, after
    assert phases[0] == 1
    assert phases[-1] == 2
    assert (TIMES[phases == 2]).size * 0.01 > 3
    low = performance.joints(TIMES)[phases == 2]
    assert low[:, FIGURE.index("mid_hip"), 2].max() < 0.35 * performance.body.height
    assert performance.labels([TIMES[-1]])[0] in ("lying", "sitting")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fall_begins_in_the_pose_before(seed: int) -> None:
    performance = perform("falling", np.random.default_rng(seed))
    phases = performance.channels(TIMES)[PHASE]
    begin = int(np.argmax(phases == 0))
    joints = performance.joints(TIMES)
    assert np.linalg.norm(joints[begin] - joints[begin - 1], axis=-1).max() < 0.08


def test_falls_differ_in_direction_and_end() -> None:
    ends, ways = set(), []
    for seed in range(24):
        performance = perform("falling", np.random.default_rng(seed))
        joints = performance.joints([6.9])[0]
        ends.add(performance.labels([6.9])[0])
        spine = joints[FIGURE.index("neck")] - joints[FIGURE.index("mid_hip")]
        ways.append(spine[:2])
    ahead, aside = np.array(ways).T
    assert ends == {"lying", "sitting"}
    for values in (ahead, aside):
        assert values.min() < -0.25
        assert values.max() > 0.25
