"""People from the joints of a source: symmetries of space, and the bone that CMU's files lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mocap_files import JOINTS
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.definitions import definitions_for, find_people
from pose_action_ros.lab.datasets.joint_motion import JointMotion, person_of, vertebrae
from pose_action_ros.lab.datasets.person import PERSON
from properties import examples

Array = npt.NDArray[np.float64]

seeds = st.integers(0, 10_000)
NAMES = tuple(JOINTS)
PARENTS = tuple(NAMES.index(parent) if parent else -1 for parent, _ in JOINTS.values())
(MATCH,) = find_people(NAMES, definitions_for(Path(__file__)))


def motion(seed: int, frames: int = 4) -> JointMotion:
    """Joints anywhere near an upright person, y up."""
    rng = np.random.default_rng(seed)
    ups = np.array([up for _, up in JOINTS.values()])
    sides = [0.2 * (name.endswith("Left") - float(name.endswith("Right"))) for name in NAMES]
    places = np.stack([sides, ups, np.zeros(len(NAMES))], axis=1)
    return JointMotion(NAMES, PARENTS, places + rng.normal(0, 0.1, (frames, len(NAMES), 3)))


@given(seeds)
@examples(10)
def test_turned_and_moved_people_are_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, turn, step = motion(seed), Rotation.random(rng=rng).as_matrix(), rng.normal(size=3)
    other = replace(one, positions=one.positions @ turn.T + step)
    # z up from y up: x forward is z, y left is x, z up is y.
    change = np.eye(3)[[2, 0, 1]]
    expected = person_of(one, MATCH) @ (change @ turn @ change.T).T + change @ step
    np.testing.assert_allclose(person_of(other, MATCH), expected, atol=1e-9)


@given(seeds)
@examples(10)
def test_mirrored_people_are_mirrored(seed: int) -> None:
    one = motion(seed)
    sides = {"Left": "Right", "Right": "Left"}
    partners = []
    for name in NAMES:
        side = next((side for side in sides if name.endswith(side)), "")
        partners.append(NAMES.index(name.removesuffix(side) + sides.get(side, "")))
    other = replace(one, positions=one.positions[:, partners] * [-1, 1, 1])
    expected = person_of(one, MATCH)[:, PERSON.mirror] * [1, -1, 1]
    np.testing.assert_allclose(person_of(other, MATCH), expected, atol=1e-9)


@given(seeds, st.floats(0.3, 3))
@examples(10)
def test_larger_people_have_larger_heads(seed: int, factor: float) -> None:
    one = motion(seed)
    larger = person_of(replace(one, positions=one.positions * factor), MATCH)
    np.testing.assert_allclose(larger, person_of(one, MATCH) * factor, atol=1e-9)


def test_vertebrae_are_between_hips_and_shoulders() -> None:
    assert [NAMES[row] for row in vertebrae(motion(1), MATCH)] == ["SpineMid", "SpineShoulder"]


def test_the_spine_is_half_way_along_the_vertebrae() -> None:
    one = motion(1, frames=1)
    places = one.positions.copy()
    for name, place in (("SpineMid", [0, 1.1, 0.3]), ("SpineShoulder", [0, 1.4, 0.3])):
        places[:, NAMES.index(name)] = place
    for name, place in (("Hip", [0.0, 0.9, 0]), ("Shoulder", [0, 1.5, 0.3])):
        for side in ("Left", "Right"):
            places[:, NAMES.index(f"{name}{side}")] = place
    spine = person_of(replace(one, positions=places), MATCH)[0, PERSON.index("spine")]
    # The line is 0.3606 m from the hips to SpineMid and 0.4 m above it.
    assert spine == pytest.approx([0.3, 0, 1.1 + (0.4 - 0.360555) / 2], abs=1e-5)


def test_motions_without_frames_or_joints_are_refused() -> None:
    for shape in ((0, 17, 3), (2, 16, 3), (2, 17, 2)):
        with pytest.raises(InputError, match="expected at least one frame"):
            JointMotion(NAMES, PARENTS, np.zeros(shape))
