"""The last layer of a network, fitted to features of demonstrations and of simulated people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.training.action.demonstrations import Demonstration
from pose_action_ros.lab.training.action.fit import loss_of
from pose_action_ros.lab.training.action.teaching_data import COPIES, TeachingData
from pose_action_ros.lab.training.action.windows import WindowMixture, WindowSet

Array = npt.NDArray[np.float64]
Images = npt.NDArray[np.uint8]
Features = tuple[Tensor, Tensor]
"""Features (N, F) and labels (N,)."""

FOLDS: Final = 5
"""Parts of the demonstrations that are left out in turn."""
DRAWN: Final = 500
"""Augmented windows of each taught action that the last layer is fitted to."""
REPLAYED: Final = 4000
"""Windows of simulated people that the last layer is fitted to."""
_TAUGHT, _KEPT = 1e-3, 0.1
"""Weights of the squared distance to the initial weights: of the outputs of taught labels, and of
the others, which people in films lose more easily than simulated ones."""
_SMOOTHING: Final = 0.05
_STEPS: Final = 60
"""Of L-BFGS."""


def fit_last(
    network: ActionNetwork, data: TeachingData, replay: Mapping[WindowSet, float], seed: int
) -> list[Array]:
    """Fit the last layer of a network, with and without the demonstrations of each fold.

    Args:
        network: changed in place.
        data: the demonstrations and their windows.
        replay: windows of simulated people, and their shares.
        seed: of the augmentation.

    Returns:
        For each demonstration the logits (N, L) of its windows by a layer fitted without its fold;
        (0, L) without one.
    """
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
    initial, folds = network.last_layer, folds_of(demonstrations)
    decay = torch.full((initial.out_features,), _KEPT)
    decay[[data.labels.index(label) for label in data.taught]] = _TAUGHT
    width = count + int(network.shape.spare > 0)
    logits = [np.zeros((0, width))] * len(demonstrations)
    for fold in dict.fromkeys(fold for fold in folds if fold is not None):
        tested = [number for number, own in enumerate(folds) if own == fold]
        rest = [copy for number, copy in enumerate(copies) if number not in tested]
        head = _fit_to(initial, [replayed, *rest], count, decay)
        for number in tested:
            output = head(features_of(network, windows[number].images))
            output = join_spare(output, count) if width > count else output
            logits[number] = np.asarray(output.detach().numpy(), np.float64)
    network.replace_last(_fit_to(initial, [replayed, *copies], count, decay))
    return logits


def _draw_features(
    network: ActionNetwork, examples: WindowMixture, number: int, rng: np.random.Generator
) -> Features:
    images, labels = examples.draw(number, rng)
    return features_of(network, images), torch.from_numpy(labels)


def features_of(network: ActionNetwork, images: Images) -> Tensor:
    """(N, F) input of the last layer for images (N, height, width, C)."""
    network.eval()
    with torch.no_grad():
        parts = [
            network.features(part.float()) for part in torch.split(torch.from_numpy(images), 256)
        ]
    return torch.cat(parts)


def _fit_to(head: nn.Linear, parts: Sequence[Features], actions: int, decay: Tensor) -> nn.Linear:
    features, labels = (torch.cat(part) for part in zip(*parts, strict=True))
    return fit_head(head, features, labels, actions, decay)


def fit_head(
    head: nn.Linear, features: Tensor, labels: Tensor, actions: int, decay: Tensor
) -> nn.Linear:
    """Fit a copy of the last layer by L-BFGS, regularised towards its initial weights.

    Args:
        head: initial layer.
        features: (N, F).
        labels: (N,), below 0 for no action.
        actions: number of labels; the outputs after them are spare.
        decay: (outputs,) weight of each output's squared distance to its initial weights and bias.
    """
    fitted = deepcopy(head)
    optimiser = torch.optim.LBFGS(
        fitted.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        way = ((fitted.weight - head.weight.detach()) ** 2).sum(dim=1)
        way = way + (fitted.bias - head.bias.detach()) ** 2
        total = loss_of(fitted(features), labels, actions, _SMOOTHING) + (decay * way).sum()
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
