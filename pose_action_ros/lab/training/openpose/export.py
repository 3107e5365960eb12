"""Writing a network of heat maps and fields as ONNX, for images of any size or of one."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from pose_action_ros.lab.training.export import export
from pose_action_ros.models.card import ModelCard
from pose_action_ros.models.openpose_card import OpenPoseCard

INPUT, OUTPUT = "image", "maps"

Size = tuple[int, int]
"""Width and height [px]."""

_SIZES = ((64, 48), (48, 80))
"""What a file that takes any size is compared on."""


def export_maps(network: nn.Module, path: Path, card: ModelCard, size: Size | None = None) -> float:
    """Write the network and its card.

    Args:
        network: images (B, 3, H, W) to maps (B, C, H / 8, W / 8).
        path: file to write (.onnx).
        card: its settings are an OpenPoseCard's; its sha256 is filled in.
        size: of the only images that the file shall take, as TensorRT needs it; any when None. The
            batch is free.

    Returns:
        The largest difference between the network and the file in ONNX Runtime on random images.

    Raises:
        ModelError: the size is not allowed, or the difference is too large; nothing is written.
    """
    first, *others = (size,) if size else _SIZES
    OpenPoseCard.of(card).check_size(*first)
    free = {INPUT: {0: "batch"}, OUTPUT: {0: "batch"}}
    if size is None:
        free[INPUT].update({2: "height", 3: "width"})
        free[OUTPUT].update({2: "rows", 3: "columns"})
    noise = [_noise(1, other) for other in others]
    names = (INPUT, (OUTPUT,))
    return export(network, _noise(2, first), names, path, card, others=noise, free=free)


def _noise(batch: int, size: Size) -> torch.Tensor:
    """Images (batch, 3, H, W) of the values that a network takes."""
    width, height = size
    generator = torch.Generator().manual_seed(0)
    return torch.rand((batch, 3, height, width), generator=generator) - 0.5
