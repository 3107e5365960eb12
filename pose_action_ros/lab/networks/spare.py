"""Outputs for what has no label: told apart in training, one "none of them" afterwards."""

from __future__ import annotations

import torch
from torch import Tensor

_LEAST = 1e-6  # probability; its logarithm must be finite in half precision too


def shared_out(logits: Tensor, labels: int) -> Tensor:
    """Logits (B, labels + S) to (B, labels): no label is more likely for what has none.

    The probability of the S spare outputs is shared out among all labels alike, as the training
    wants it of images without a label.
    """
    chances = torch.softmax(logits, dim=1)
    none = chances[:, labels:].sum(dim=1, keepdim=True) / labels
    return torch.log((chances[:, :labels] + none).clamp_min(_LEAST))
