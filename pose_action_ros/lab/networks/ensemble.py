"""Ensembles: the mean probabilities of networks that were trained apart.

Lakshminarayanan, Pritzel, Blundell: Simple and Scalable Predictive Uncertainty Estimation using
Deep Ensembles, NeurIPS 2017, section 2.4. On people unlike the training's, networks disagree, so
that the mean is less sure of a wrong answer than each of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.shape import NetworkShape

_LEAST = 1e-12
"""Least mean probability, of which a logarithm is taken."""


class Ensemble(nn.Module):
    """Networks of the same outputs; images to logarithms of their mean probabilities.

    The outputs are those of a member, in training too.
    """

    def __init__(self, members: Sequence[ActionNetwork]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    @property
    def networks(self) -> tuple[ActionNetwork, ...]:
        """The members."""
        return tuple(member for member in self.members if isinstance(member, ActionNetwork))

    @property
    def shape(self) -> NetworkShape:
        """That of the first member; all have the same images and outputs."""
        return self.networks[0].shape

    def forward(self, images: Tensor) -> Tensor:
        """(B, height, width, inputs) of 0 to 255 to (B, L) logits."""
        parts = [torch.softmax(member(images), dim=1) for member in self.members]
        return torch.stack(parts).mean(dim=0).clamp(min=_LEAST).log()


def joined(members: Sequence[ActionNetwork]) -> ActionNetwork | Ensemble:
    """A single network itself, several as an ensemble."""
    return members[0] if len(members) == 1 else Ensemble(members).eval()


def members_of(network: ActionNetwork | Ensemble) -> tuple[ActionNetwork, ...]:
    """The networks that `joined` joined."""
    return network.networks if isinstance(network, Ensemble) else (network,)
