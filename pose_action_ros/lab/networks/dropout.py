"""Dropout with masks that cost little on a CPU; those of PyTorch take as long as a layer.

PyTorch draws a number of 32 bits for each value of a mask on one core; here one of 64 bits makes
eight values.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_LEVELS = 256
"""Values of a random byte."""


class Dropout(nn.Module):
    """Dropout of a share of the values during training, as torch.nn.Dropout, from random bytes.

    Args:
        share: of the values set to zero, 0 to 1; rounded to a multiple of 1/256. The others are
            scaled by the rounded share, so that the mean stays exact.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.dropped = round(share * _LEVELS)

    def extra_repr(self) -> str:
        """The share in print."""
        return f"{self.dropped}/{_LEVELS}"

    def forward(self, values: Tensor) -> Tensor:
        """Values (...) of the same shape; unchanged in evaluation mode."""
        if not self.training or not self.dropped:
            return values
        return values * _mask(values, self.dropped)


def _mask(values: Tensor, dropped: int) -> Tensor:
    """Random factors in the shape of the values: zero, or the inverse of the share kept."""
    count = values.numel()
    words = torch.empty(-(-count // 8), dtype=torch.int64, device=values.device)
    signed = words.random_(-(2**63), None).view(torch.int8)[:count]  # -128 to 127
    kept = signed.to(values.dtype).ge_(dropped - _LEVELS // 2)
    return kept.mul_(_LEVELS / max(_LEVELS - dropped, 1)).reshape(values.shape)
