"""Teaching an action model new actions from a few demonstrations of each.

First the last layer is fitted to the base's features of the demonstrations and of simulated people
who perform the kept actions; then, with `epochs`, all weights are trained a little. Last layers
fitted without some of the demonstrations show how well those are recognised.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import log_softmax, logsumexp
from torch import nn

from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.ensemble import Ensemble, joined, members_of
from pose_action_ros.lab.training.action.calibration import (
    calibrate,
    fit_temperature,
    fit_threshold,
)
from pose_action_ros.lab.training.action.fit import fit, predict_logits
from pose_action_ros.lab.training.action.last_layer import fit_last
from pose_action_ros.lab.training.action.model import (
    NONE,
    ActionModel,
    round_weights,
    with_labels,
)
from pose_action_ros.lab.training.action.settings import Fitting, TeachSettings
from pose_action_ros.lab.training.action.teaching_data import COPIES, TeachingData
from pose_action_ros.lab.training.action.windows import WindowMixture, WindowSet

Array = npt.NDArray[np.float64]

_log = logging.getLogger(__name__)

EMPHASIS = 1.5


@dataclass(frozen=True, eq=False)
class Taught:
    """A taught model and its test results.

    Attributes:
        model: with the kept and the new labels.
        held_out: for each demonstration the probabilities (N, L) of its windows, by a last layer
            fitted without it and others of its source; empty if its label has no other source.
        before, after: accuracy on simulated people performing kept actions, of the base and of the
            taught model; NaN if no action is kept.
    """

    model: ActionModel
    held_out: Sequence[Array]
    before: float
    after: float


def teach(base: ActionModel, data: TeachingData, settings: TeachSettings) -> Taught:
    """Teach a model; each step is logged.

    Args:
        base: not changed. Each of its networks is taught in turn.
        data: labels and windows.
        settings: of the training.
    """
    torch.manual_seed(settings.seed)
    _log.info("simulate people who perform the kept actions")
    replay, check = data.replay(), data.simulated("validation")
    before = _accuracy(base.network, check, base.labels, data)
    networks, parts = [], []
    for member in members_of(base.network):
        network = with_labels(member, base.labels, data.labels)
        _log.info("fit the last layer, with and without each fold of the recordings")
        parts.append(fit_last(network, data, replay, settings.seed))
        if settings.epochs:
            _log.info("train all weights")
            network = _tune(network, data, replay, check, settings)
        networks.append(network)
    held_out = [_averaged(logits) for logits in zip(*parts, strict=True)]
    taught = joined(networks)
    round_weights(taught)
    after = _accuracy(taught, check, data.labels, data)
    temperature, threshold = _calibration(base, taught, data, held_out, check)
    model = replace(
        base,
        network=taught,
        labels=data.labels,
        temperature=temperature,
        unknown_below=_thresholds(base, data, threshold),
        silent=tuple(label for label in base.silent if label in data.untaught),
        prior={name: base.prior[name] for name in base.prior if name in (*data.labels, NONE)},
    )
    count = len(data.labels)
    probabilities = [model.probabilities(logits)[:, :count] for logits in held_out]
    return Taught(model, probabilities, before, after)


def _averaged(logits: Sequence[Array]) -> Array:
    """(N, L) logits of the mean probabilities of several networks' logits (N, L)."""
    each = np.stack([log_softmax(one, axis=1) for one in logits])
    return np.asarray(logsumexp(each, axis=0) - np.log(len(logits)))


def _tune(
    network: ActionNetwork,
    data: TeachingData,
    replay: Mapping[WindowSet, float],
    check: WindowSet,
    settings: TeachSettings,
) -> ActionNetwork:
    """Train all weights; returns the network with averaged weights."""
    taught = data.windows(range(len(data.demonstrations)), COPIES)
    # A larger share than that of their labels: there are fewer examples of them.
    share = min(0.5, EMPHASIS * len(data.taught) / len(data.labels))
    sources = {taught: share} | {kept: (1 - share) * part for kept, part in replay.items()}
    examples = WindowMixture(sources, len(data.labels))
    fitting = Fitting(
        seed=settings.seed,
        epochs=settings.epochs,
        samples=settings.samples,
        learning_rate=settings.learning_rate,
        label_smoothing=0.05,
        averaging=0.98,
    )
    named = check.truth >= 0
    validation = (
        (check.images[named], check.truth[named]) if named.any() else (taught.images, taught.truth)
    )
    with TemporaryDirectory() as folder:
        return fit(network, examples, validation, fitting, Path(folder))


def _accuracy(
    network: nn.Module, check: WindowSet, labels: Sequence[str], data: TeachingData
) -> float:
    """Accuracy on the windows of kept actions."""
    kept = check.truth >= 0
    if not kept.any():
        return float("nan")
    logits = predict_logits(network, check.images[kept])
    answers = logits[:, : len(labels)].argmax(axis=1)
    names = [data.labels[index] for index in check.truth[kept]]
    return float(
        np.mean([labels[index] == name for index, name in zip(answers, names, strict=True)])
    )


def _calibration(
    base: ActionModel,
    network: ActionNetwork | Ensemble,
    data: TeachingData,
    held_out: Sequence[Array],
    check: WindowSet,
) -> tuple[float, float]:
    """Temperature and threshold from held-out people; those of the base without any."""
    named = check.truth >= 0
    logits = np.concatenate([predict_logits(network, check.images[named]), *held_out])
    owners = [data.labels.index(demonstration.label) for demonstration in data.demonstrations]
    labels = np.concatenate(
        [
            check.truth[named],
            *(np.full(len(own), label) for own, label in zip(held_out, owners, strict=True)),
        ]
    )
    if not len(logits):
        return base.temperature, base.threshold
    temperature = (
        calibrate(logits, labels, predict_logits(network, check.images[~named])).temperature
        if network.shape.spare
        else fit_temperature(logits, labels)
    )
    # A threshold chosen with movements that are no action, as in `calibrate`, would turn a sixth of
    # the taught actions into "unknown".
    calibrated = replace(base, network=network, labels=data.labels, temperature=temperature)
    probabilities = calibrated.probabilities(logits)[:, : len(data.labels)]
    return temperature, fit_threshold(probabilities, labels)


def _thresholds(base: ActionModel, data: TeachingData, threshold: float) -> dict[str, float]:
    """Threshold of each label: that of the base unless the label was taught."""
    old = base.unknown_below
    kept = {name: old[name] if isinstance(old, Mapping) else old for name in data.untaught}
    return dict.fromkeys(data.labels, threshold) | kept
