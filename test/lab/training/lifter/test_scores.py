"""Scores: fitted to the correct joints of the calibration's people, with a margin."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from pose_action_ros.lab.networks.lifter import BoneLengths, RobotLifter
from pose_action_ros.lab.networks.two_stream import StreamShape
from pose_action_ros.lab.networks.window import Window
from pose_action_ros.lab.training.lifter.learners import Batch
from pose_action_ros.lab.training.lifter.scores import fit_scores


def batch(lifter: RobotLifter, count: int, seed: int) -> Batch:
    """People; the poses of those with a low first keypoint are wrong."""
    rng = np.random.default_rng(seed)
    inputs = torch.from_numpy(rng.normal(size=(count, 2, 18, 3))).float()
    inputs[..., 2] = 1.0
    with torch.no_grad():
        joints = lifter.joints(inputs)
    wrong = (inputs[:, 0, 0, 1] < 0).float()[:, None, None]
    weights = torch.ones(count, 17)
    weights[:, 9] = 0.0  # not defined: its error must not count
    joints[:, 9] += 5.0
    return Batch(inputs, joints + wrong * torch.tensor([0.0, 1.0, 0.0]), weights)


def test_scores_are_high_for_correct_joints_and_lower_by_the_margin() -> None:
    torch.manual_seed(0)
    lengths = BoneLengths(np.full(16, 0.2), np.full(16, 0.3))
    lifter = RobotLifter(StreamShape(width=64), lengths, Window(2)).eval()
    before = {name: value.clone() for name, value in lifter.stream.state_dict().items()}
    fit_scores(lifter, batch(lifter, 3000, 0), batch(lifter, 1000, 1), margin=0.05)
    other = batch(lifter, 2000, 2)
    with torch.no_grad():
        scores = lifter(other.inputs).logits.sigmoid()[:, other.weights[0] > 0].mean(dim=1)
    correct = other.inputs[:, 0, 0, 1] >= 0
    assert scores[correct].mean() > scores[~correct].mean() + 0.15
    assert float(scores.mean()) == pytest.approx(float(correct.float().mean()) - 0.05, abs=0.03)
    for name, value in lifter.stream.state_dict().items():
        torch.testing.assert_close(value, before[name])
