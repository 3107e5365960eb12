"""Last layers of action networks: more labels, and fitted to features alone."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.cells import CellNetwork, load_weights
from pose_action_ros.lab.training.action.fit import targets_of

Images = npt.NDArray[np.uint8]

LAST = "stack.linear."
"""What the names of the last layer's weights begin with."""
FRESH = 0.01  # standard deviation of the weights of a new label
SMOOTHING = 0.05
STEPS = 60


def with_labels(
    network: CellNetwork, old: Sequence[str], new: Sequence[str], spare: int | None = None
) -> CellNetwork:
    """The network with other labels: rows of those it had are its own, the others' are fresh.

    Args:
        network: stays as it is.
        old: its labels, in the order of its logits.
        new: wanted ones.
        spare: how many spare outputs it shall have, the first ones its own; as many as it has
            when None.
    """
    had = network.shape.spare
    wanted = had if spare is None else spare
    changed = CellNetwork(network.genotype, replace(network.shape, labels=len(new), spare=wanted))
    state = deepcopy(network.state_dict())
    rows: list[int | None] = [old.index(label) if label in old else None for label in new]
    rows += [len(old) + number if number < had else None for number in range(wanted)]
    weight, bias = state[f"{LAST}weight"], state[f"{LAST}bias"]
    fresh = FRESH * torch.randn(len(rows), weight.shape[1])
    for row, known in enumerate(rows):
        if known is not None:
            fresh[row] = weight[known]
    state[f"{LAST}weight"] = fresh
    state[f"{LAST}bias"] = torch.stack(
        [bias.mean() if known is None else bias[known] for known in rows]
    )
    load_weights(changed, state, "the base")
    return changed.eval()


def features_of(network: CellNetwork, images: Images) -> Tensor:
    """(N, F) what the last layer reads of images (N, height, width, 3)."""
    network.eval()
    with torch.no_grad():
        parts = [
            network.features(part.float()) for part in torch.split(torch.from_numpy(images), 256)
        ]
    return torch.cat(parts)


def fit_head(head: nn.Linear, features: Tensor, labels: Tensor, decay: float) -> nn.Linear:
    """A copy of the last layer, fitted by L-BFGS without wandering far from where it was.

    Args:
        head: the layer to begin with.
        features: (N, F).
        labels: (N,), below 0 for no action.
        decay: weight of the squared way of the weights.
    """
    fitted, targets = deepcopy(head), targets_of(labels, head.out_features, SMOOTHING)
    optimiser = torch.optim.LBFGS(
        fitted.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        way = ((fitted.weight - head.weight.detach()) ** 2).sum()
        total = nn.functional.cross_entropy(fitted(features), targets) + decay * way
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return fitted.requires_grad_(requires_grad=True).eval()
