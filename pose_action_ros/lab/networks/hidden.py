"""Hidden linear layers that can be multiplied in bfloat16 during training.

Processors with AVX-512 BF16 or AMX, and GPUs, multiply bfloat16 at least twice as fast. Weights,
sums within a product, and everything else stay in single precision.
"""

from __future__ import annotations

from torch import Tensor, nn


class HiddenLinear(nn.Linear):
    """A linear layer; its products in training are of bfloat16 if `rounded` is true."""

    rounded = False

    def forward(self, values: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs) in the precision of the values."""
        if not (self.training and self.rounded):
            return super().forward(values)
        product = nn.functional.linear(values.bfloat16(), self.weight.bfloat16()).to(values.dtype)
        return product if self.bias is None else product + self.bias


def use_bfloat16(network: nn.Module) -> None:
    """Multiply in bfloat16 in all hidden layers of a network during its training."""
    for layer in network.modules():
        if isinstance(layer, HiddenLinear):
            layer.rounded = True
