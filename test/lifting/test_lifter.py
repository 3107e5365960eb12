"""The lifter with the shipped model: laws, people who show too little, and damaged models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import CAMERA, human36m, keypoints_at, random_person, standing, without
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.metrics import mpjpe
from pose_action_ros.models.card import find_model
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
LIFTER = Lifter(LifterSettings())
SEEDS = st.integers(0, 10_000)
ARM = ("shoulder", "elbow", "wrist")
LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("knee", "ankle"))


def lifted(person: Pose2D, camera: Intrinsics = CAMERA) -> Pose3D:
    return LIFTER([person], camera)[0]


def guessed(person: Pose2D, missing: set[int]) -> Array:
    """All root-relative joints (17, 3) that the network gives without some keypoints."""
    scores = person.scores.copy()
    scores[list(missing)] = 0.0
    return np.asarray(LIFTER.lift(person.points[None], scores[None], CAMERA).joints[0])


def shape_of(pose: Pose3D) -> Array:
    """Root-relative joints (17, 3)."""
    return np.asarray(pose.points - pose.points[0])


def test_a_standing_person_is_lifted_and_placed() -> None:
    pose = lifted(keypoints_at(standing(), (0.3, 0.2, 3.0)))
    assert pose.skeleton is HUMAN36M_17
    assert pose.placed
    assert pose.person_id == 7
    assert pose.present.all()
    assert mpjpe(pose.points, human36m(standing())) < 0.12
    assert np.linalg.norm(pose.points[0] - [0.3, 0.2, 3.0]) < 0.5


@given(SEEDS, st.floats(0.5, 2))
def test_zoom_does_not_change_the_pose(seed: int, zoom: float) -> None:
    person = keypoints_at(random_person(seed), (0, 0, 4))
    zoomed = Intrinsics(1280, 720, 900 * zoom, 900 * zoom, 639.5, 359.5)
    points = (person.points - [639.5, 359.5]) * zoom + [639.5, 359.5]
    other = lifted(Pose2D(COCO_18, points, person.scores), zoomed)
    np.testing.assert_allclose(other.points, lifted(person).points, atol=1e-4)


@given(SEEDS, st.floats(-1, 1))
def test_turning_the_camera_turns_the_pose(seed: int, angle: float) -> None:
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    joints = random_person(seed) + np.array([0, 0, 4])
    first = lifted(keypoints_at(joints, (0, 0, 0)))
    second = lifted(keypoints_at(joints @ turn.T, (0, 0, 0)))
    np.testing.assert_allclose(shape_of(first) @ turn.T, shape_of(second), atol=1e-4)


@given(SEEDS)
def test_a_mirrored_person_is_lifted_to_the_mirrored_pose(seed: int) -> None:
    person = keypoints_at(random_person(seed), (0.4, 0.1, 3))
    points = person.points[COCO_18.mirror] * [-1, 1] + [2 * CAMERA.cx, 0]
    mirrored = lifted(Pose2D(COCO_18, points, person.scores[COCO_18.mirror]))
    expected = shape_of(lifted(person))[HUMAN36M_17.mirror] * [-1, 1, 1]
    np.testing.assert_allclose(shape_of(mirrored), expected, atol=1e-4)


@given(SEEDS, st.sets(st.integers(0, 17), max_size=14))
def test_missing_joints_never_make_a_pose_explode(seed: int, missing: set[int]) -> None:
    person = keypoints_at(random_person(seed), (0, 0, 3))
    pose = lifted(without(person, *(COCO_18.joints[row] for row in missing)))
    shape = guessed(person, missing)
    if pose.present.any():
        assert np.isfinite(shape).all()
        assert np.linalg.norm(shape, axis=1).max() < 2.5


def test_legs_without_keypoints_are_missing_and_leave_the_upper_body() -> None:
    whole = lifted(keypoints_at(standing(), (0, 0, 2)))
    pose = lifted(without(keypoints_at(standing(), (0, 0, 2)), *LEGS))
    legs = [HUMAN36M_17.index(name) for name in LEGS]
    assert np.isnan(pose.points[legs]).all()
    assert (pose.scores[legs] == 0).all()
    others = np.setdiff1d(np.arange(17), legs)
    assert (pose.scores[others] > 0.5).all()
    upper = [HUMAN36M_17.index(f"{side}_{j}") for side in ("left", "right") for j in ARM]
    moved = np.linalg.norm(shape_of(pose) - shape_of(whole), axis=1)
    assert moved[upper].max() < 0.15


@given(SEEDS, st.sets(st.integers(0, 17), max_size=6))
def test_bones_have_human_lengths_with_missing_joints(seed: int, missing: set[int]) -> None:
    shape = guessed(keypoints_at(random_person(seed), (0, 0, 3)), missing)
    if np.isfinite(shape).any():
        for name, length in (("left_knee", 0.416), ("right_wrist", 0.248), ("neck", 0.246)):
            child = HUMAN36M_17.index(name)
            parent = HUMAN36M_17.index(HUMAN36M_17.parents[child])
            bone = np.linalg.norm(shape[child] - shape[parent])
            assert bone == pytest.approx(length, rel=0.4)


def test_without_a_torso_all_joints_are_missing() -> None:
    torso = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    poses = LIFTER(
        [
            keypoints_at(standing(), (0, 0, 3)),
            without(keypoints_at(standing(), (1, 0, 3)), *torso, "neck"),
        ],
        CAMERA,
    )
    assert poses[0].present.all()
    assert not poses[1].present.any()
    assert not poses[1].placed


def test_no_people() -> None:
    assert LIFTER([], CAMERA) == ()


def test_other_skeletons_are_taken_by_name() -> None:
    person = keypoints_at(standing(), (0, 0, 3))
    points, scores = np.full((25, 2), np.nan), np.zeros(25)
    for row, name in enumerate(COCO_18.joints):
        points[BODY_25.index(name)], scores[BODY_25.index(name)] = person.points[row], 1.0
    other = lifted(Pose2D(BODY_25, points, scores))
    np.testing.assert_allclose(other.points, lifted(person).points, atol=1e-9)


def test_pose_and_distance_grow_with_the_persons_height() -> None:
    person = keypoints_at(standing(), (0, 0, 3))
    lifter = Lifter(LifterSettings())
    lifter.settings = LifterSettings(person_height=1.87)
    taller = lifter([person], CAMERA)[0]
    np.testing.assert_allclose(taller.points, lifted(person).points * 1.1, rtol=1e-5, atol=1e-6)


def test_a_batch_equals_its_rows() -> None:
    people = [keypoints_at(random_person(seed), (0, 0, 3)) for seed in range(4)]
    points = np.stack([person.points for person in people])
    found = LIFTER.lift(points, np.ones((4, 18)), CAMERA)
    for row, person in enumerate(people):
        np.testing.assert_allclose(found.joints[row], shape_of(lifted(person)), atol=1e-5)
    assert found.scores.shape == (4, 17)
    assert not found.joints[:, 0].any()


def test_an_empty_batch() -> None:
    found = LIFTER.lift(np.zeros((0, 18, 2)), np.zeros((0, 18)), CAMERA)
    assert (found.joints.shape, found.scores.shape) == ((0, 17, 3), (0, 17))


def test_people_of_several_skeletons_are_lifted_together() -> None:
    person = keypoints_at(standing(), (0, 0, 3))
    both = LIFTER([person, person.to(BODY_25)], CAMERA)
    np.testing.assert_allclose(both[0].points, both[1].points, atol=1e-6)


def test_the_distance_of_a_tracked_person_is_filtered() -> None:
    rng = np.random.default_rng(0)
    lifter, depths = Lifter(LifterSettings()), []
    for number in range(60):
        person = keypoints_at(standing(), (0.2, 0, 3))
        noisy = person.points + rng.normal(0, 6.0, (18, 2))
        seen = Pose2D(COCO_18, noisy, person.scores, person_id=7)
        alone = lifter([seen], CAMERA)[0]
        steady = lifter([seen], CAMERA, number / 30)[0]
        depths.append((alone.points[0, 2], steady.points[0, 2]))
        # The direction of the person comes from the image alone.
        for pose in (alone, steady):
            assert pose.points[0, 0] / pose.points[0, 2] == pytest.approx(0.2 / 3, abs=0.02)
    jumps = np.abs(np.diff(np.array(depths)[20:], axis=0)).mean(axis=0)
    assert jumps[1] < 0.5 * jumps[0]
    lifter.reset()
    assert lifter([seen], CAMERA, 2.0)[0].points[0, 2] == pytest.approx(alone.points[0, 2])


def test_infinite_and_nan_keypoints_are_missing_ones() -> None:
    points = keypoints_at(standing(), (0, 0, 3)).points.copy()[None]
    points[0, 4], points[0, 10] = np.inf, np.nan
    scores = np.ones((1, 18))
    scores[0, 2] = np.nan
    found = LIFTER.lift(points, scores, CAMERA)
    assert np.isfinite(found.joints).all()
    scores[0, [2, 4, 10]] = 0.0
    missing = LIFTER.lift(np.nan_to_num(points, posinf=0.0), scores, CAMERA)
    np.testing.assert_array_equal(found.joints, missing.joints)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"got points \(17, 2\).*expected \(N, 18, 2\)"):
        LIFTER.lift(np.zeros((17, 2)), np.zeros(17), CAMERA)


def test_a_tampered_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lifter.onnx"
    shutil.copy(find_model("lifter"), path)
    shutil.copy(find_model("lifter").with_suffix(".json"), tmp_path)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="damaged or was changed"):
        Lifter(LifterSettings(lifter_model=str(path)))


def test_a_model_for_other_inputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lifter.onnx"
    shutil.copy(find_model("lifter"), path)
    card = json.loads(find_model("lifter").with_suffix(".json").read_text("utf-8"))
    card["settings"]["normalisation"] = "another"
    path.with_suffix(".json").write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match=r"another.*expected"):
        Lifter(LifterSettings(lifter_model=str(path)))


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ModelError, match="no model 'none'"):
        Lifter(LifterSettings(lifter_model="none"))
