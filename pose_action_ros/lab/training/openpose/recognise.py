"""Which of OpenPose's networks the weights of a file belong to, and filling it with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.openpose.caffe import CaffeNetwork
from pose_action_ros.lab.networks.openpose.structure import (
    CHANNELS,
    TWO_BRANCH_STAGES,
    Structure,
    openpose,
    two_branch,
)
from pose_action_ros.lab.training.openpose.caffemodel import Weights

_KNOWN = "pose_iter_584000 (body_25), pose_iter_440000 (coco_18) and pose_iter_160000 (mpi_15)"


def recognise(weights: Weights, path: Path) -> Structure:
    """The network whose layers the weights fit best, after checking that they fit it entirely.

    Args:
        weights: of the file.
        path: of the file, for errors.

    Raises:
        ModelError: another network, or layers are missing, too many, or of other shapes.
    """
    known = {layout: openpose(layout) for layout in CHANNELS}
    fits = {layout: _fitting(structure, weights) for layout, structure in known.items()}
    layout = max(fits, key=lambda name: fits[name] / len(known[name].shapes()))
    structure = known[layout]
    if 2 * fits[layout] < len(structure.shapes()):
        shown = ", ".join([*weights][-3:])
        raise ModelError(
            f"{path} is of no body network of OpenPose: {len(weights)} layers up to {shown}; "
            f"expected one of {_KNOWN}"
        )
    _check(structure, weights, path)
    return structure


def shortened(structure: Structure, stages: int) -> Structure:
    """The network without its last stages; each stage gives maps, so that fewer are faster.

    Raises:
        ModelError: the network of body_25, or not so many stages.
    """
    if structure.layout == "body_25" or not 1 <= stages <= TWO_BRANCH_STAGES:
        raise ModelError(
            f"got {stages} stages for {structure.layout}, expected 1 to {TWO_BRANCH_STAGES} for "
            "coco_18 or mpi_15; body_25 has one form only"
        )
    return two_branch(structure.layout, stages)


def fill(structure: Structure, weights: Weights, path: Path) -> CaffeNetwork:
    """The network with weights that fit it.

    Raises:
        ModelError: weights are not finite.
    """
    with torch.device("meta"):  # nothing is drawn that is overwritten at once
        network = CaffeNetwork(structure)
    network.to_empty(device="cpu")
    state = network.state_dict()
    for layer, shapes in structure.shapes().items():
        for name, shape, values in zip(("weight", "bias"), shapes, weights[layer], strict=False):
            if not np.isfinite(values).all():
                raise ModelError(
                    f"{path}: layer {layer!r} has weights that are no finite numbers; the file is "
                    "damaged, download it again"
                )
            copied = np.array(values, np.float32).reshape(shape)
            state[f"layers.{layer}.{name}"].copy_(torch.from_numpy(copied))
    return network.eval()


def _fitting(structure: Structure, weights: Weights) -> int:
    """How many layers the file has with the right shapes."""
    return sum(
        _found(weights, name) == _bare(shapes) for name, shapes in structure.shapes().items()
    )


def _check(structure: Structure, weights: Weights, path: Path) -> None:
    expected = structure.shapes()
    wrong = [
        f"layer {name!r} has weights {_shown(weights, name)}, expected {_told(shapes)}"
        for name, shapes in expected.items()
        if _found(weights, name) != _bare(shapes)
    ]
    wrong += [f"layer {name!r} is unknown" for name in weights if name not in expected]
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ModelError(
            f"{path} is not OpenPose's network {structure.layout}: {wrong[0]}{more}; take the "
            "original file, or download it again"
        )


Shapes = tuple[tuple[int, ...], ...]


def _bare(shapes: Shapes) -> Shapes:
    """Shapes without ones: older files write a bias (64,) as (1, 1, 1, 64)."""
    return tuple(tuple(size for size in shape if size != 1) for shape in shapes)


def _found(weights: Weights, layer: str) -> Shapes:
    return _bare(tuple(blob.shape for blob in weights.get(layer, ())))


def _shown(weights: Weights, layer: str) -> str:
    return _told(tuple(blob.shape for blob in weights.get(layer, ()))) or "none"


def _told(shapes: Shapes) -> str:
    return " and ".join(str(shape) for shape in shapes)
