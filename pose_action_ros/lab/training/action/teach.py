"""Teaching an action model new actions from a few demonstrations of each.

First the last layer is fitted to the base's features of the demonstrations and of simulated people
who perform the kept actions; then all weights are trained a little. Last layers fitted without some
of the demonstrations show how well those are recognised.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import log_softmax, logsumexp, softmax
from torch import Tensor, nn

from pose_action_ros.lab.networks.cells import CellNetwork
from pose_action_ros.lab.networks.ensemble import Ensemble, joined, members_of
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.training.action.calibration import (
    calibrate,
    fit_temperature,
    fit_threshold,
)
from pose_action_ros.lab.training.action.demonstrations import Demonstration
from pose_action_ros.lab.training.action.fit import fit, loss_of, predict_logits
from pose_action_ros.lab.training.action.model import ActionModel, round_weights, with_labels
from pose_action_ros.lab.training.action.settings import Fitting, TeachSettings
from pose_action_ros.lab.training.action.teaching_data import COPIES, TeachingData
from pose_action_ros.lab.training.action.windows import WindowMixture, WindowSet

Array = npt.NDArray[np.float64]
Images = npt.NDArray[np.uint8]
Features = tuple[Tensor, Tensor]
"""Features (N, F) and labels (N,)."""

_log = logging.getLogger(__name__)

FOLDS = 5
DRAWN = 500
"""Augmented windows of each taught action that the last layer is fitted to."""
REPLAYED = 4000
"""Windows of simulated people that the last layer is fitted to."""
DECAY = 1e-3
EMPHASIS = 1.5
SMOOTHING = 0.05
STEPS = 60


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
        base: with networks of cells, see read_model; not changed. Each is taught in turn.
        data: labels and windows.
        settings: of the training.
    """
    assert isinstance(base.network, (CellNetwork, Ensemble))
    torch.manual_seed(settings.seed)
    _log.info("simulate people who perform the kept actions")
    replay, check = data.replay(), data.simulated("validation")
    before = _accuracy(base.network, check, base.labels, data)
    networks, parts = [], []
    for member in members_of(base.network):
        network = with_labels(member, base.labels, data.labels)
        _log.info("fit the last layer, with and without each fold of the recordings")
        parts.append(_fit_last(network, data, replay, settings.seed))
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
    )
    count = len(data.labels)
    probabilities = [softmax(logits / temperature, axis=1)[:, :count] for logits in held_out]
    return Taught(model, probabilities, before, after)


def _averaged(logits: Sequence[Array]) -> Array:
    """(N, L) logits of the mean probabilities of several networks' logits (N, L)."""
    each = np.stack([log_softmax(one, axis=1) for one in logits])
    return np.asarray(logsumexp(each, axis=0) - np.log(len(logits)))


def _fit_last(
    network: CellNetwork, data: TeachingData, replay: Mapping[WindowSet, float], seed: int
) -> list[Array]:
    """Fit the last layer; logits (N, L) of each demonstration by a layer fitted without it."""
    rng, demonstrations = np.random.default_rng(seed), data.demonstrations
    count = len(data.labels)
    replayed = _draw_features(network, WindowMixture(replay, count), REPLAYED, rng)
    numbers = range(len(demonstrations))
    each = {
        label: DRAWN // sum(demonstration.label == label for demonstration in demonstrations)
        for label in data.taught
    }
    windows = [data.windows([number]) for number in numbers]
    copies = [
        _draw_features(
            network,
            WindowMixture({data.windows([number], COPIES): 1.0}, count),
            each[demonstrations[number].label] + 1,
            rng,
        )
        for number in numbers
    ]
    initial, folds = network.stack.linear, folds_of(demonstrations)
    width = count + int(network.shape.spare > 0)
    logits = [np.zeros((0, width))] * len(demonstrations)
    for fold in dict.fromkeys(fold for fold in folds if fold is not None):
        tested = [number for number, own in enumerate(folds) if own == fold]
        rest = [copy for number, copy in enumerate(copies) if number not in tested]
        head = _fit_to(initial, [replayed, *rest], count)
        for number in tested:
            output = head(features_of(network, windows[number].images))
            output = join_spare(output, count) if width > count else output
            logits[number] = np.asarray(output.detach().numpy(), np.float64)
    network.stack.linear = _fit_to(initial, [replayed, *copies], count)
    return logits


def _draw_features(
    network: CellNetwork, examples: WindowMixture, number: int, rng: np.random.Generator
) -> Features:
    images, labels = examples.draw(number, rng)
    return features_of(network, images), torch.from_numpy(labels)


def features_of(network: CellNetwork, images: Images) -> Tensor:
    """(N, F) input of the last layer for images (N, height, width, C)."""
    network.eval()
    with torch.no_grad():
        parts = [
            network.features(part.float()) for part in torch.split(torch.from_numpy(images), 256)
        ]
    return torch.cat(parts)


def _fit_to(head: nn.Linear, parts: Sequence[Features], actions: int) -> nn.Linear:
    features, labels = (torch.cat(part) for part in zip(*parts, strict=True))
    return fit_head(head, features, labels, actions, DECAY)


def fit_head(
    head: nn.Linear, features: Tensor, labels: Tensor, actions: int, decay: float
) -> nn.Linear:
    """Fit a copy of the last layer by L-BFGS, regularised towards its initial weights.

    Args:
        head: initial layer.
        features: (N, F).
        labels: (N,), below 0 for no action.
        actions: number of labels; the outputs after them are spare.
        decay: weight of the squared distance to the initial weights.
    """
    fitted = deepcopy(head)
    optimiser = torch.optim.LBFGS(
        fitted.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        way = ((fitted.weight - head.weight.detach()) ** 2).sum()
        total = loss_of(fitted(features), labels, actions, SMOOTHING) + decay * way
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return fitted.requires_grad_(requires_grad=True).eval()


def folds_of(demonstrations: Sequence[Demonstration]) -> list[int | None]:
    """Cross-validation fold of each demonstration.

    Demonstrations of one source are in the same fold; if a label has one source only, each is in a
    fold of its own. None for the only demonstration of a label.
    """
    folds: list[int | None] = [None] * len(demonstrations)
    for label in {demonstration.label for demonstration in demonstrations}:
        own = [number for number, each in enumerate(demonstrations) if each.label == label]
        sources = list(dict.fromkeys(demonstrations[number].source for number in own))
        for position, number in enumerate(own):
            if len(sources) > 1:
                folds[number] = sources.index(demonstrations[number].source) % FOLDS
            elif len(own) > 1:
                folds[number] = position % FOLDS
    return folds


def _tune(
    network: CellNetwork,
    data: TeachingData,
    replay: Mapping[WindowSet, float],
    check: WindowSet,
    settings: TeachSettings,
) -> CellNetwork:
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
        tuned = fit(network, examples, validation, fitting, Path(folder))
    assert isinstance(tuned, CellNetwork)
    return tuned


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
    network: CellNetwork | Ensemble,
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
    probabilities = softmax(logits / temperature, axis=1)[:, : len(data.labels)]
    return temperature, fit_threshold(probabilities, labels)


def _thresholds(base: ActionModel, data: TeachingData, threshold: float) -> dict[str, float]:
    """Threshold of each label: that of the base unless the label was taught."""
    old = base.unknown_below
    kept = {name: old[name] if isinstance(old, Mapping) else old for name in data.untaught}
    return dict.fromkeys(data.labels, threshold) | kept
