"""Scores: probabilities that joints are within 150 mm, fitted on people of no pose layer.

The pose layers stay as they are. The score layer is a logistic regression from the hidden layer and
the fit of the pose to its keypoints, so that views and postures unlike the training get low scores.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.lifter import RobotLifter
from pose_action_ros.lab.training.lifter.learners import CORRECT, Batch, Learners, RobotLearner
from pose_action_ros.lab.training.lifter.people import CALIBRATION
from pose_action_ros.lab.training.lifter.robot import RobotSource
from pose_action_ros.lab.training.lifter.settings import STREAMS, LifterTraining

_LOG = logging.getLogger(__name__)

_DECAY = 1e-3
"""Weight of the squared weights, which keeps the layer from learning the people by heart."""
_STEPS = 60
_PART = 4096
_SHIFT = 8.0
"""Greatest shift of the logits."""


def calibrate(learners: Learners, settings: LifterTraining) -> None:
    """Train the score layers of the robot's lifters in place.

    Raises:
        SettingError: there are no people for the calibration.
        InputError: a file has another content.
    """
    source = RobotSource(replace(settings, trained="both"), CALIBRATION)
    rng = np.random.default_rng([settings.seed, 1])
    half = settings.calibration_views // 2
    views, others = (_both(source.views(count, rng)) for count in (half, half // 4))
    for name, learner in learners.by_name().items():
        if isinstance(learner, RobotLearner):
            shift = fit_scores(learner.lifter, views, others, settings.margin)
            _LOG.info("scores of stream %s: logits shifted by %.2f for the margin", name, shift)


def fit_scores(lifter: RobotLifter, views: Batch, others: Batch, margin: float) -> float:
    """Fit the score layer to views, then shift the logits until the mean score of others is right.

    Args:
        lifter: the other layers stay as they are.
        views: of the calibration's people.
        others: of the same people, for the shift.
        margin: by which the mean score is below the share of correct joints.

    Returns:
        The shift.
    """
    _fit(lifter.eval(), views)
    shift = _shift(lifter, others, margin)
    with torch.no_grad():
        lifter.score.linear.bias.add_(shift)
    return shift


def _both(views: Mapping[str, Batch]) -> Batch:
    """Exact and detected views in one batch."""
    names = ("inputs", "joints", "weights")
    return Batch(*(torch.cat([getattr(views[name], part) for name in STREAMS]) for part in names))


def _evidence(lifter: RobotLifter, views: Batch) -> tuple[Tensor, Tensor]:
    """Inputs (N, 2, E) of the score layer, and 1 for correct joints (N, 17), else 0."""
    evidence, correct = [], []
    with torch.no_grad():
        parts = -(-len(views.inputs) // _PART)
        for inputs, joints in zip(
            views.inputs.chunk(parts), views.joints.chunk(parts), strict=True
        ):
            values, predicted = lifter.evidence(inputs)
            evidence.append(values)
            errors = torch.linalg.vector_norm(predicted - joints, dim=-1)
            correct.append((errors <= CORRECT).float())
    return torch.cat(evidence), torch.cat(correct)


def _fit(lifter: RobotLifter, views: Batch) -> None:
    """Fit the score layer to the correct joints: a convex problem."""
    evidence, correct = _evidence(lifter, views)
    deviation, mean = torch.std_mean(evidence, dim=(0, 1))
    deviation = deviation.clamp(min=1e-3)
    layer, weights = lifter.score, views.weights
    evidence = (evidence - mean) / deviation
    with torch.no_grad():
        layer.linear.weight.zero_()
        layer.linear.bias.zero_()
    optimizer = torch.optim.LBFGS(
        layer.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = nn.functional.binary_cross_entropy_with_logits(
            layer(evidence), correct, weight=weights, reduction="sum"
        )
        loss = losses / weights.sum() + _DECAY * layer.linear.weight.square().sum()
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        layer.linear.weight.div_(deviation)
        layer.linear.bias.sub_(layer.linear.weight @ mean)


def _shift(lifter: RobotLifter, views: Batch, margin: float) -> float:
    """Shift of all logits with which the mean score is by `margin` below the correct share."""
    evidence, correct = _evidence(lifter, views)
    with torch.no_grad():
        logits = lifter.score(evidence)[views.weights > 0]
    target = float(correct[views.weights > 0].mean()) - margin
    low, high = -_SHIFT, _SHIFT
    for _ in range(40):  # bisection
        middle = (low + high) / 2
        if float((logits + middle).sigmoid().mean()) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
