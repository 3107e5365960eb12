"""Postures of a person with joints set by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from people_in_view import standing
from pose_action_ros.lab.datasets.person import OUTPUT_ROWS
from pose_action_ros.lab.evaluation.postures import (
    BENDING,
    LOW,
    LYING,
    STANDING,
    floor_of,
    postures,
    views,
)
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

UPPER = [
    row
    for row, name in enumerate(HUMAN36M_17.joints)
    if not name.endswith(("hip", "knee", "ankle"))
]


def upright() -> Array:
    """(17, 3) z up, facing x, hips at 0.9 m."""
    joints = standing()[OUTPUT_ROWS]
    return np.stack([-joints[:, 2], -joints[:, 0], 0.9 - joints[:, 1]], axis=-1)


def turned(joints: Array, degrees: float, rows: list[int] | slice = slice(None)) -> Array:
    """Joints turned forward about the hips."""
    result = joints.copy()
    turn = Rotation.from_euler("y", degrees, degrees=True).as_matrix()
    result[rows] = (joints[rows] - joints[0]) @ turn.T + joints[0]
    return result


def folded(hips: float, knee: float) -> Array:
    """The person with the hips at a height and the knees before them at another."""
    joints = upright()
    joints[:, 2] += hips - joints[0, 2]
    for side in ("left", "right"):
        at = {name: HUMAN36M_17.index(f"{side}_{name}") for name in ("hip", "knee", "ankle")}
        joints[at["knee"]] = joints[at["hip"]] + [0.3, 0, knee - hips]
        joints[at["ankle"]] = joints[at["knee"]] + [0, 0, 0.08 - knee]
    return joints


def on_floor(joints: Array) -> Array:
    return np.asarray(joints - [0, 0, joints[:, 2].min() - 0.08])


@pytest.mark.parametrize(
    ("joints", "posture"),
    [
        (upright(), STANDING),
        (turned(upright(), 30, UPPER), STANDING),
        (turned(upright(), 85, UPPER), BENDING),
        (on_floor(turned(upright(), 90)), LYING),
        (on_floor(turned(upright(), -90)), LYING),
        (folded(0.5, 0.45), LOW),
        (folded(0.25, 0.4), LOW),
        (turned(folded(0.5, 0.45), 70, UPPER), LOW),
    ],
)
def test_postures_by_hand(joints: Array, posture: str) -> None:
    assert postures(joints[None]).tolist() == [posture]


@given(st.floats(-180, 180), st.floats(-5, 5), st.floats(-3, 3))
def test_heading_and_place_change_nothing(degrees: float, along: float, floor: float) -> None:
    turn = Rotation.from_euler("z", degrees, degrees=True).as_matrix()
    people = np.stack([upright(), on_floor(turned(upright(), 90)), folded(0.3, 0.4)])
    moved = people @ turn.T + [along, -along, floor]
    assert postures(moved, floor).tolist() == postures(people).tolist()


def test_floor_is_below_the_lowest_joint() -> None:
    assert floor_of(upright()[None]) == 0
    assert floor_of(upright()[None] - [0, 0, 0.9]) == pytest.approx(0.08 - 0.9 - 0.08)


def test_views_are_those_of_the_trunk() -> None:
    person = standing()[OUTPUT_ROWS] + [0, 0, 4.0]
    turns = [Rotation.from_euler("y", angle, degrees=True) for angle in (0, 45, 90, 150, 180)]
    people = np.stack([(person - person[0]) @ turn.as_matrix().T + person[0] for turn in turns])
    assert views(people).tolist() == ["front", "front", "side", "back", "back"]
    roll = Rotation.from_euler("z", 90, degrees=True).as_matrix()
    lying = (people - people[:, :1]) @ roll.T + people[:, :1]
    assert views(lying).tolist() == views(people).tolist()
