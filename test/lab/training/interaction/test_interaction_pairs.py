"""Views, poses and windows of simulated pairs for the training of the model of interactions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.visible import NO_ACTION
from pose_action_ros.lab.training.interaction.poses import (
    JOINTS,
    load_pairs,
    paired,
    placed,
    save_pairs,
)
from pose_action_ros.lab.training.interaction.settings import InteractionData
from pose_action_ros.lab.training.interaction.views import (
    detected_pair,
    exact_pair,
    hidden_by_other,
    pair_camera,
)
from pose_action_ros.lab.training.interaction.windows import PairMixture, PairWindows, vary
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import FIGURE, Body, VirtualCamera
from pose_action_ros.simulation.pairs import INTERACTIONS, UNLABELLED, perform_pair
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]

LABELS = tuple(INTERACTIONS)
SPMF = SpmfSettings(
    people=2, colours="level", height=0, width=16, frames=20, joints="left_wrist nose mid_hip"
)
ADULTS = (Body(), Body())


@pytest.fixture(scope="module")
def lifter() -> Lifter:
    return Lifter(LifterSettings())


def row_of_people(apart: float) -> Array:
    """(1, 2, J, 3) two standing people, the second behind the first on the line of sight x."""
    joints = perform_pair("shaking_hands", np.random.default_rng(3), ADULTS).joints([0.0])[:, 0]
    middle = joints[:, FIGURE.index("mid_hip"), None] * [1.0, 1.0, 0.0]
    return np.stack([joints - middle, joints - middle + [apart, 0.0, 0.0]], axis=1)


def test_a_body_hides_the_joints_behind_it_and_none_beside_it() -> None:
    camera = VirtualCamera.looking_at(
        [-3.0, 0.0, 1.2], [0.0, 0.0, 1.0], Intrinsics.from_field_of_view(640, 480, 70)
    )
    hidden = hidden_by_other(row_of_people(1.0), camera)[0]
    trunk = [COCO_18.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip",)]
    assert not hidden[0].any()
    assert hidden[1, trunk].all()
    aside = row_of_people(1.0) + np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])[None, :, None]
    assert not hidden_by_other(aside, camera).any()


@pytest.mark.parametrize("seed", range(6))
def test_a_camera_shows_both_people(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pair = perform_pair("hugging", rng, ADULTS)
    camera = pair_camera(rng, pair)
    times = np.arange(0.0, pair.seconds, 0.1)
    held = np.array([label == "hugging" for label in pair.labels(times)])
    pixels = camera.project(pair.joints(times[held])[:, :, FIGURE.index("spine")])
    assert ((pixels >= 0) & (pixels < [640, 480])).all()


def test_lifted_people_are_about_as_far_apart_as_the_true_ones(lifter: Lifter) -> None:
    rng = np.random.default_rng(5)
    pair = perform_pair("shaking_hands", rng, ADULTS, apart=1.0)
    people, stamps, labels = detected_pair(pair, rng)
    poses = paired([placed(person, lifter, 0.3) for person in people], stamps, labels, 3.0)
    assert set(poses.labels) <= set(pair.labels(stamps))
    both = poses.points.reshape(-1, 2, JOINTS, 3)
    apart = np.linalg.norm(np.nanmean(both[:, 0] - both[:, 1], axis=1)[:, ::2], axis=-1)
    places = pair.places(poses.stamps)
    true = np.linalg.norm(places[:, 0] - places[:, 1], axis=-1)
    assert np.median(abs(apart - true)) < 0.4


def test_exact_poses_keep_the_distance_and_the_labels() -> None:
    rng = np.random.default_rng(2)
    pair = perform_pair("handing_over", rng, ADULTS, apart=1.2)
    poses = exact_pair(pair, rng, 3.0)
    assert poses.labels.tolist() == pair.labels(poses.stamps)
    both = poses.points.reshape(-1, 2, JOINTS, 3)
    apart = np.linalg.norm((both[:, 0] - both[:, 1]).mean(axis=1)[:, ::2], axis=-1)
    places = pair.places(poses.stamps)
    np.testing.assert_allclose(
        apart, np.linalg.norm(places[:, 0] - places[:, 1], axis=-1), atol=0.35
    )


def test_only_frames_with_both_people_near_each_other_are_kept() -> None:
    stamps = np.arange(4.0)
    one = np.zeros((4, JOINTS, 3))
    other = one + np.array([1.0, 0.0, 0.0])
    other[3, :, 0] = 5.0
    labels = ["hugging", "hugging", "kicking", "kicking"]
    poses = paired([(stamps, one), (stamps[1:], other[1:])], stamps, labels, 2.0)
    assert poses.stamps.tolist() == [1.0, 2.0]
    assert poses.labels.tolist() == ["hugging", "kicking"]
    np.testing.assert_array_equal(poses.points[0, JOINTS:, 0], 1.0)


def test_a_file_of_pairs_is_read_as_it_was_written(tmp_path: Path) -> None:
    pairs = [made(length, "hugging") for length in (5, 9)]
    save_pairs(tmp_path / "pairs.npz", pairs)
    for one, other in zip(load_pairs(tmp_path / "pairs.npz"), pairs, strict=True):
        np.testing.assert_array_equal(one.stamps, other.stamps)
        np.testing.assert_allclose(one.points, other.points, atol=1e-6)
        assert one.labels.tolist() == other.labels.tolist()
    (tmp_path / "pairs.npz").write_bytes(b"no file")
    with pytest.raises(InputError, match="remove it"):
        load_pairs(tmp_path / "pairs.npz")


def made(frames: int, label: str, rate: float = 10.0) -> LabelledPoses:
    """Two people who move a little."""
    rng = np.random.default_rng(frames)
    points = rng.normal(0, 0.3, (1, 2 * JOINTS, 3)) + rng.normal(0, 0.02, (frames, 2 * JOINTS, 3))
    points[:, JOINTS:, 0] += 1.0
    points[..., 2] += 3.0
    return LabelledPoses(np.arange(frames) / rate, points, np.array([label] * frames))


def test_windows_have_the_number_of_their_label_and_none_between_labels() -> None:
    pairs = [made(40, "kicking"), made(40, "unknown"), made(40, UNLABELLED)]
    windows = PairWindows(pairs, LABELS, InteractionData(), SPMF)
    assert set(windows.truth) == {LABELS.index("kicking"), NO_ACTION}
    assert windows.images.shape == (len(windows.truth), *SPMF.shape)


def test_half_of_the_images_of_a_mixture_can_be_of_no_interaction() -> None:
    pairs = [made(60, "kicking"), made(30, "hugging"), made(200, "unknown")]
    windows = PairWindows(pairs, LABELS, InteractionData(), SPMF)
    images, labels = PairMixture({windows: 1.0}, len(LABELS), 0.5).draw(
        200, np.random.default_rng(0)
    )
    assert images.shape == (200, *SPMF.shape)
    assert abs((labels == len(LABELS)).mean() - 0.5) < 0.12
    counts = [(labels == LABELS.index(label)).sum() for label in ("kicking", "hugging")]
    assert min(counts) > 20


def test_a_share_of_none_may_be_zero() -> None:
    windows = PairWindows([made(60, "hugging")], LABELS, replace(InteractionData()), SPMF)
    _, labels = PairMixture({windows: 1.0}, len(LABELS), 0.0).draw(10, np.random.default_rng(0))
    assert set(labels) == {LABELS.index("hugging")}


@pytest.mark.parametrize("seed", range(20))
def test_a_varied_window_keeps_two_people_of_human_size(seed: int) -> None:
    points = made(20, "kicking").points.astype(np.float64)
    varied = vary(points, np.random.default_rng(seed))
    assert varied.shape == points.shape
    assert np.isfinite(varied[-1]).any()
    for who in (slice(0, JOINTS), slice(JOINTS, None)):
        size = np.nanmax(varied[:, who], axis=1) - np.nanmin(varied[:, who], axis=1)
        assert 0.1 < np.nanmean(size) < 4.0
