"""The robot's lifter: root, bone lengths, mirror, averages, gradients of the scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.lifter import BoneLengths, Bones, Exported, RobotLifter
from pose_action_ros.lab.networks.two_stream import StreamShape
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

PARENTS = [HUMAN36M_17.index(name) for name in HUMAN36M_17.parents[1:]]
LENGTHS = BoneLengths(np.linspace(0.1, 0.2, 16), np.linspace(0.2, 0.4, 16))


def lifter(seed: int = 0) -> RobotLifter:
    torch.manual_seed(seed)
    return RobotLifter(StreamShape(width=32), LENGTHS).eval()


def keypoints(count: int = 5) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(count, 18, 3))).float()


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
    lengths = BoneLengths.of(joints)
    np.testing.assert_allclose(lengths.least, 0.205, atol=0.003)
    np.testing.assert_allclose(lengths.greatest, 0.295, atol=0.003)


def test_a_mirrored_person_gives_the_mirrored_pose_and_scores() -> None:
    flip = torch.tensor([-1.0, 1, 1])
    exported = Exported(lifter(1), lifter(2)).eval()
    joints, scores = exported(keypoints()[:, None])
    mirrored = keypoints()[:, torch.from_numpy(COCO_18.mirror)] * flip
    found = exported(mirrored[:, None])
    swap = torch.from_numpy(HUMAN36M_17.mirror)
    torch.testing.assert_close(found[0], joints[:, swap] * flip, atol=1e-5, rtol=0)
    torch.testing.assert_close(found[1], scores[:, swap], atol=1e-5, rtol=0)


def test_two_streams_are_averaged() -> None:
    first, second = lifter(1), lifter(2)
    joints, scores = Exported(first, second)(keypoints()[:, None])
    one, other = first(keypoints()), second(keypoints())
    torch.testing.assert_close(joints, (one.joints + other.joints) / 2)
    torch.testing.assert_close(scores, ((one.logits + other.logits) / 2).sigmoid())


def test_scores_have_no_gradient_for_the_pose() -> None:
    network = lifter()
    network(keypoints()).logits.sum().backward()
    assert all(values.grad is None for values in network.stream.parameters())
    assert network.score.linear.weight.grad is not None


def test_an_empty_batch_is_allowed() -> None:
    joints, scores = Exported(lifter())(keypoints(0)[:, None])
    assert (joints.shape, scores.shape) == ((0, 17, 3), (0, 17))
