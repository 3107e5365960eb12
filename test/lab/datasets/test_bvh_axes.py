"""Axes of people in BVH files: which one points up, and those of joints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from bvh_files import write_bvh
from bvh_person import BODY, TURNS, at, body, by, column, person, values
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bvh import END, BvhJoint
from pose_action_ros.lab.datasets.definitions import UPS
from properties import examples

Array = npt.NDArray[np.float64]


def turned(joints: list[BvhJoint], turn: Array) -> list[BvhJoint]:
    return [replace(one, offset=turn @ one.offset) for one in joints]


TURN = {
    up: Rotation.align_vectors([axis], [[0, 1, 0]])[0].as_matrix()
    for up, axis in zip(UPS, np.vstack([np.eye(3), -np.eye(3)]), strict=True)
}
"""From a frame with y up to one with another axis up."""


@pytest.mark.parametrize("up", UPS)
def test_axis_that_points_up_is_found(tmp_path: Path, up: str) -> None:
    upright = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), values(1)))
    moved = values(1)
    moved[:, :3] = TURN[up] @ moved[0, :3]
    path = write_bvh(tmp_path / "z.bvh", turned(body(by("unity")), TURN[up]), moved)
    for people in (person(path), person(path, up=up)):
        yaw = people - at(people, "mid_hip")[:, None] * [1, 1, 0]
        hips = at(yaw, "left_hip")[0]
        heading = np.arctan2(hips[1], hips[0]) - np.pi / 2
        facing = Rotation.from_euler("z", -heading).as_matrix()
        np.testing.assert_allclose(yaw @ facing.T, upright, atol=1e-6)
    with pytest.raises(InputError, match="got 'w' as the axis that points up"):
        person(path, up="w")


@pytest.mark.parametrize("height", [0.0, 10.0])
def test_lying_people_lie(tmp_path: Path, height: float) -> None:
    lying = values(5, root=(50, height + 10, 200))
    lying[:, 3 + TURNS.index("Xrotation")] = [-88, -90, -92, -90, -91]
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), lying))
    assert np.ptp(people[..., 2], axis=1).max() < 0.5
    assert np.ptp(people[..., 0], axis=1).min() > 1.4


def test_root_may_turn_the_pose_at_rest(tmp_path: Path) -> None:
    turning = values(5, root=(50, 200, 95))
    turning[:, 3 + TURNS.index("Xrotation")] = [88, 90, 92, 90, 91]
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), turning))
    assert np.ptp(people[..., 2], axis=1).min() > 1.4


@given(st.integers(0, 10_000))
@examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_axes_of_the_joints_do_not_matter(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints, still = body(by("unity")), values(8)
    still[:, 3:] = rng.normal(0, 10, (8, still.shape[1] - 3))
    axes = Rotation.random(len(joints), rng=rng).as_matrix()
    odd, columns, column_of = [], [still[:, :3]], 3
    for row, one in enumerate(joints):
        above = axes[one.parent] if one.parent >= 0 else np.eye(3)
        odd.append(replace(one, offset=above.T @ one.offset))
        if one.channels:
            angles = still[:, column_of : column_of + 3]
            own = Rotation.from_euler("ZXY", angles, degrees=True).as_matrix()
            changed = Rotation.from_matrix(above.T @ own @ axes[row])
            columns.append(changed.as_euler("ZXY", degrees=True))
            column_of += 3
    plain = person(write_bvh(tmp_path / "a.bvh", joints, still), up="y")
    other = person(write_bvh(tmp_path / "b.bvh", odd, np.hstack(columns)), up="y")
    np.testing.assert_allclose(other, plain, atol=1e-5)
    assert person(tmp_path / "b.bvh").shape == plain.shape
    np.testing.assert_allclose(person(tmp_path / "b.bvh"), plain, atol=1e-5)


def test_head_turns_as_in_the_file(tmp_path: Path) -> None:
    looking = values(4)
    looking[:, column("head") + 2] = [40, -40, 20, -20]  # about y, the vertical
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), looking))
    forward = at(people, "nose") - (at(people, "left_ear") + at(people, "right_ear")) / 2
    yaw = np.degrees(np.arctan2(forward[:, 1], forward[:, 0]))
    np.testing.assert_allclose(yaw, [40, -40, 20, -20], atol=1e-6)


def test_a_head_without_an_end_points_away_from_the_shoulders(tmp_path: Path) -> None:
    whole = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), values(1)))
    kept = [one for one in body(by("unity")) if not one.name.startswith(END)]
    above = next(row for row, name in enumerate(BODY) if name.startswith(END))
    shorter = [replace(one, parent=one.parent - (one.parent > above)) for one in kept]
    headless = person(write_bvh(tmp_path / "b.bvh", shorter, values(1)))
    np.testing.assert_allclose(headless, whole, atol=1e-6)
