"""The lifter over time: a stream, whole tracks and single windows give the same poses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.networks import Sizes, helper, save
from people_in_view import CAMERA, keypoints_at, random_person, without
from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.lifting.window import MAX_GAP, images_before, newest_only, resample
from pose_action_ros.models.card import find_model, read_card, sha256_of, write_card
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
AGES = (0.0, 0.05, 0.1)
SPAN = AGES[-1] + MAX_GAP
SEEDS = st.integers(0, 1000)
STEPS = st.lists(st.sampled_from([0.02, 0.04, 0.1, 0.25, 0.5]), min_size=1, max_size=8)


def write_lifter(path: Path, ages: Sequence[float] | None) -> Path:
    """A network of random weights in which all ages change the joints."""
    rng = np.random.default_rng(0)
    joints = rng.normal(0, 0.05, (len(AGES) * 54, 51)).astype(np.float32)
    joints[:, :3] = 0.0  # the root
    weights: dict[str, Any] = {
        "joint_weights": joints,
        "score_weights": rng.normal(0, 0.05, (len(AGES) * 54, 17)).astype(np.float32),
        "shape": np.array([-1, 17, 3]),
    }
    nodes = [
        helper.make_node("Flatten", ["keypoints"], ["flat"]),
        helper.make_node("MatMul", ["flat", "joint_weights"], ["rows"]),
        helper.make_node("Reshape", ["rows", "shape"], ["joints"]),
        helper.make_node("MatMul", ["flat", "score_weights"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["scores"]),
    ]
    inputs: dict[str, Sizes] = {"keypoints": ["N", len(AGES), 18, 3]}
    outputs: dict[str, Sizes] = {"joints": ["N", 17, 3], "scores": ["N", 17]}
    save(path, nodes, inputs, outputs, weights)
    card = read_card(find_model("lifter"), "lifter")
    settings = {**card.settings, "ages": ages}
    write_card(path, replace(card, sha256=sha256_of(path), settings=settings))
    return path


@pytest.fixture(scope="module")
def lifter(tmp_path_factory: pytest.TempPathFactory) -> Lifter:
    path = write_lifter(tmp_path_factory.mktemp("model") / "window.onnx", AGES)
    return Lifter(LifterSettings(lifter_model=str(path)))


def people(seed: int, person_id: int = 7) -> Pose2D:
    """A person with a missing wrist in some images, and a missing torso in others."""
    rng = np.random.default_rng(seed)
    person = replace(keypoints_at(random_person(seed), (0, 0, 3)), person_id=person_id)
    names = (("left_wrist",) if rng.random() < 0.3 else ()) + (
        ("left_hip", "right_hip", "left_shoulder") if rng.random() < 0.15 else ()
    )
    return without(person, *names)


def streamed(lifter: Lifter, images: Sequence[Pose2D], stamps: Sequence[float]) -> list[Array]:
    """Root-relative joints (17, 3) of one person in each image of a stream, NaN where missing."""
    lifter.reset()
    poses = [lifter([one], CAMERA, stamp)[0] for one, stamp in zip(images, stamps, strict=True)]
    return [pose.points - pose.points[0] for pose in poses]


def assert_same(found: Array, expected: Array) -> None:
    """Equal where both have a joint."""
    both = np.isfinite(found) & np.isfinite(expected)
    np.testing.assert_allclose(found[both], expected[both], atol=1e-5)


@given(SEEDS, STEPS)
def test_a_stream_equals_its_track_and_its_windows(
    lifter: Lifter, seed: int, steps: list[float]
) -> None:
    stamps = 100 + np.cumsum(steps)
    images = [people(seed + number) for number in range(len(stamps))]
    points = np.stack([one.points for one in images])
    scores = np.stack([one.scores for one in images])
    track = lifter.lift_track(points, scores, CAMERA, stamps)
    rows, times = images_before(stamps, SPAN)
    windows = lifter.lift(points[rows], scores[rows], CAMERA, times)
    np.testing.assert_allclose(windows.joints, track.joints, atol=1e-6)
    np.testing.assert_array_equal(windows.known, track.known)
    for found, joints in zip(streamed(lifter, images, stamps.tolist()), track.joints, strict=True):
        assert_same(found, joints)


def test_the_network_takes_all_ages(lifter: Lifter) -> None:
    images = [people(1), people(2), people(5)]
    (*_, one), (*_, other) = (streamed(lifter, images, s) for s in ([0, 0.05, 0.1], [0, 1, 2]))
    assert np.abs(one - other)[1:].min() > 1e-3
    alone = lifter([images[-1]], CAMERA)[0].points
    np.testing.assert_allclose(other, alone - alone[0], atol=1e-5)


@given(SEEDS, STEPS, SEEDS)
def test_people_do_not_mix_in_any_order(
    lifter: Lifter, seed: int, steps: list[float], shuffle: int
) -> None:
    stamps = np.cumsum(steps).tolist()
    tracks = {key: [people(seed + 50 * key + n, key) for n in range(len(steps))] for key in (1, 2)}
    alone = {key: streamed(lifter, images, stamps)[-1] for key, images in tracks.items()}
    rng = np.random.default_rng(shuffle)
    lifter.reset()
    for number, stamp in enumerate(stamps):
        together = [images[number] for images in tracks.values()]
        together.append(people(shuffle, UNTRACKED))
        rng.shuffle(together)
        poses = {pose.person_id: pose for pose in lifter(together, CAMERA, stamp)}
    for key, expected in alone.items():
        assert_same(poses[key].points - poses[key].points[0], expected)
    single = lifter([people(shuffle, UNTRACKED)], CAMERA)[0]
    np.testing.assert_allclose(poses[UNTRACKED].scores, single.scores, atol=1e-6)


def test_time_that_is_set_back_and_a_reset_forget(lifter: Lifter) -> None:
    first, second = people(1), people(2)
    (expected,) = streamed(lifter, [second], [0.0])
    assert_same(streamed(lifter, [first, second], [10.0, 9.95])[1], expected)
    lifter.reset()
    lifter([first], CAMERA, 10.0)
    lifter([], CAMERA, 9.0)  # an image without people sets the time back, too
    found = lifter([second], CAMERA, 10.05)[0].points
    assert_same(found - found[0], expected)
    lifter.reset()
    lifter([first], CAMERA, 10.0)
    lifter.reset()
    found = lifter([second], CAMERA, 10.05)[0].points
    assert_same(found - found[0], expected)


def test_a_repeated_stamp_replaces_the_image(lifter: Lifter) -> None:
    images = [people(1), people(2), people(4)]
    *_, repeated = streamed(lifter, images, [0.0, 0.05, 0.05])
    *_, replaced = streamed(lifter, [images[0], images[2]], [0.0, 0.05])
    assert_same(repeated, replaced)


def test_each_image_may_have_its_own_camera(lifter: Lifter) -> None:
    zoomed = Intrinsics(1280, 720, 1350.0, 1350.0, 639.5, 359.5)
    images = [people(1), people(2)]
    expected = streamed(lifter, images, [0.0, 0.05])[1]
    points = (images[0].points - [639.5, 359.5]) * 1.5 + [639.5, 359.5]
    lifter.reset()
    lifter([Pose2D(COCO_18, points, images[0].scores, 7)], zoomed, 0.0)
    found = lifter([images[1]], CAMERA, 0.05)[0].points
    assert_same(found - found[0], expected)


def test_joints_of_older_images_alone_are_missing(lifter: Lifter) -> None:
    whole = keypoints_at(random_person(3), (0, 0, 3))
    hidden = without(whole, "left_ankle", "left_knee")
    points = np.stack([hidden.points, whole.points])[None]
    scores = np.stack([hidden.scores, whole.scores])[None]
    found = lifter.lift(points, scores, CAMERA, [[0.0, -0.05]])
    alone = lifter.lift(points[:, 0], scores[:, 0], CAMERA)
    np.testing.assert_array_equal(found.known, alone.known)
    assert np.abs(found.joints - alone.joints).max() > 1e-3


def test_windows_of_a_track() -> None:
    stamps = np.array([0.0, 0.1, 0.2, 1.0, 1.05])
    rows, times = images_before(stamps, 0.15)
    assert rows.tolist() == [[0, 0], [1, 0], [2, 1], [3, 3], [4, 3]]
    np.testing.assert_allclose(
        times, [[0, np.nan], [0, -0.1], [0, -0.1], [0, np.nan], [0, -0.05]], atol=1e-9
    )
    assert images_before(np.zeros(0), 0.15)[0].shape == (0, 1)


@given(SEEDS)
def test_newest_image_alone_is_a_window_of_one_image(seed: int) -> None:
    features, ages = np.random.default_rng(seed).random((3, 18, 3)), np.array(AGES)
    expected = resample(features[:, None], np.ones((3, 1)), np.zeros((3, 1)), ages)
    np.testing.assert_array_equal(newest_only(features, ages), expected)


def test_windows_of_other_shapes_are_refused(lifter: Lifter) -> None:
    with pytest.raises(InputError, match=r"\(N, M, 18, 2\) and \(N, M, 18\) with times"):
        lifter.lift(np.zeros((2, 3, 18, 2)), np.zeros((2, 3, 18)), CAMERA, np.zeros((2, 2)))


@pytest.mark.parametrize("ages", [None, [], [0.1, 0.2, 0.3], [0.0, 0.2, 0.1]])
def test_a_model_with_other_ages_is_refused(tmp_path: Path, ages: list[float] | None) -> None:
    path = write_lifter(tmp_path / "other.onnx", ages)
    with pytest.raises(ModelError, match=r"expected rising numbers \[s\] from 0 on"):
        Lifter(LifterSettings(lifter_model=str(path)))


def test_a_model_with_another_number_of_ages_is_refused(tmp_path: Path) -> None:
    path = write_lifter(tmp_path / "other.onnx", [0.0, 0.1])
    with pytest.raises(ModelError, match=r"3 images.*2 ages"):
        Lifter(LifterSettings(lifter_model=str(path)))


def test_ages_are_in_the_card() -> None:
    card = json.loads(find_model("lifter").with_suffix(".json").read_text("utf-8"))
    assert Lifter(LifterSettings()).ages.tolist() == card["settings"]["ages"]
