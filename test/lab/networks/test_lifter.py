"""The robot's lifter: root, bone lengths, mirror, windows, averages, the misfit of poses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.fit import MISFIT, misfit
from pose_action_ros.lab.networks.lifter import BoneLengths, Bones, Exported, RobotLifter
from pose_action_ros.lab.networks.two_stream import StreamShape
from pose_action_ros.lab.networks.window import Window
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

PARENTS = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]
LENGTHS = BoneLengths(np.linspace(0.1, 0.2, 16), np.linspace(0.2, 0.4, 16))


def lifter(seed: int = 0, window: Window | None = None) -> RobotLifter:
    torch.manual_seed(seed)
    return RobotLifter(StreamShape(width=32), LENGTHS, window).eval()


def keypoints(count: int = 5, images: int = 1) -> torch.Tensor:
    shape = count, images, 18, 3
    values = torch.from_numpy(np.random.default_rng(0).normal(size=shape)).float()
    return values * (values[..., 2:] > -1)


@given(st.integers(0, 1000), st.floats(0.5, 100))
def test_bone_lengths_are_human_for_any_prediction(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    directions = torch.from_numpy(rng.normal(size=(3, 16, 3)) * scale).float()
    stretch = torch.from_numpy(rng.normal(size=(3, 16)) * scale).float()
    joints = Bones(LENGTHS)(directions, stretch).numpy()
    assert joints.shape == (3, 17, 3)
    assert not joints[:, 0].any()
    lengths = np.linalg.norm(joints[:, 1:] - joints[:, PARENTS], axis=-1)
    mirror = HUMAN36M_17.mirror[1:] - 1
    np.testing.assert_allclose(lengths, lengths[:, mirror], atol=1e-3)
    # Left and right have the same bounds.
    assert (lengths > (LENGTHS.least + LENGTHS.least[mirror]) / 2 - 1e-3).all()
    assert (lengths < (LENGTHS.greatest + LENGTHS.greatest[mirror]) / 2 + 1e-3).all()


def test_bounds_of_bone_lengths_are_percentiles() -> None:
    rng = np.random.default_rng(1)
    joints = np.zeros((2000, 17, 3))
    for joint, parent in enumerate(PARENTS, 1):
        way = rng.normal(size=(2000, 3))
        length = rng.uniform(0.2, 0.3, (2000, 1))
        joints[:, joint] = (
            joints[:, parent] + way / np.linalg.norm(way, axis=1, keepdims=True) * length
        )
    weights = np.ones((2000, 17))
    joints[::2, 10] *= 3.0
    weights[::2, 10] = 0.0  # does not count
    lengths = BoneLengths.of(joints, weights)
    np.testing.assert_allclose(lengths.least, 0.201, atol=0.003)
    np.testing.assert_allclose(lengths.greatest, 0.299, atol=0.003)


@pytest.mark.parametrize("window", [Window(), Window(3), Window(3, "slots")])
def test_a_mirrored_person_gives_the_mirrored_pose_and_scores(window: Window) -> None:
    flip = torch.tensor([-1.0, 1, 1])
    exported = Exported(lifter(1, window), lifter(2, window)).eval()
    people = keypoints(images=window.images)
    joints, scores = exported(people)
    found = exported(people[:, :, torch.from_numpy(COCO_18.mirror)] * flip)
    swap = torch.from_numpy(HUMAN36M_17.mirror)
    torch.testing.assert_close(found[0], joints[:, swap] * flip, atol=1e-5, rtol=0)
    torch.testing.assert_close(found[1], scores[:, swap], atol=1e-5, rtol=0)


def test_two_streams_are_averaged() -> None:
    first, second = lifter(1), lifter(2)
    joints, scores = Exported(first, second)(keypoints())
    one, other = first(keypoints()), second(keypoints())
    torch.testing.assert_close(joints, (one.joints + other.joints) / 2)
    torch.testing.assert_close(scores, ((one.logits + other.logits) / 2).sigmoid())


def test_differences_of_a_window_are_zero_for_a_person_at_rest_and_for_missing_joints() -> None:
    still = keypoints().expand(-1, 3, -1, -1).clone()
    still[:, 1, 4] = 0.0  # missing in one image
    vectors = Window(3).vectors(still).reshape(5, 3, 18, 3)
    torch.testing.assert_close(vectors[:, 0], still[:, 0])
    assert not vectors[:, 1:, :, :2].any()
    assert not vectors[:, 1, 4].any()
    torch.testing.assert_close(Window(3, "slots").vectors(still), still.flatten(1))


def test_misfit_is_zero_for_the_shifted_and_scaled_projection_of_the_pose() -> None:
    joints = torch.from_numpy(np.random.default_rng(1).normal(size=(4, 17, 3))).float()
    people = torch.zeros(4, 18, 3)
    for row, name in enumerate(COCO_18.joints):
        if name in HUMAN36M_17.joints and name != "left_wrist":
            people[:, row, :2] = 1.3 * joints[:, HUMAN36M_17.index(name), :2] + 0.2
            people[:, row, 2] = 1.0
    fit = misfit(people, joints)
    assert fit.shape == (4, len(MISFIT))
    torch.testing.assert_close(fit[:, :-1], torch.zeros(4, 16), atol=0.02, rtol=0)
    torch.testing.assert_close(fit[:, -1], torch.full((4,), 1 / 14))
    people[:, COCO_18.index("right_wrist"), 0] += 1.0
    assert (misfit(people, joints)[:, :14].argmax(dim=1) == 13).all()  # the last of the 14


def test_an_empty_batch_is_allowed() -> None:
    joints, scores = Exported(lifter())(keypoints(0))
    assert (joints.shape, scores.shape) == ((0, 17, 3), (0, 17))
