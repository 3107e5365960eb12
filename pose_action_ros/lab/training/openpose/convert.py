"""Conversion of OpenPose's Caffe files to ONNX: recognise the network, fill and export it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from pose_action_ros.detection.openpose.settings import THRESHOLDS
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.openpose import (
    CHANNELS,
    TWO_BRANCH_STAGES,
    CaffeNetwork,
    Structure,
    openpose,
    two_branch,
)
from pose_action_ros.lab.training.export import export
from pose_action_ros.lab.training.openpose.caffemodel import Weights, read_caffemodel
from pose_action_ros.models.card import ModelCard, sha256_of
from pose_action_ros.models.openpose_card import TASK, OpenPoseCard

_LOG = logging.getLogger(__name__)

Shapes = tuple[tuple[int, ...], ...]
Size = tuple[int, int]
"""Width and height [px]."""

INPUT, OUTPUT = "image", "maps"
LICENCE = "LicenseRef-OpenPose-noncommercial"
_TERMS = (
    "academic or non-profit organisations, noncommercial research use only: "
    "https://github.com/CMU-Perceptual-Computing-Lab/openpose/blob/master/LICENSE"
)
_SOURCES = {
    "body_25": "Cao, Hidalgo, Simon, Wei, Sheikh, OpenPose: Realtime Multi-Person 2D Pose "
    "Estimation using Part Affinity Fields, IEEE TPAMI 43(1), 2021",
    "coco_18": "Cao, Simon, Wei, Sheikh, Realtime Multi-Person 2D Pose Estimation using Part "
    "Affinity Fields, CVPR 2017",
}
_FILES = "pose_iter_584000 (body_25), pose_iter_440000 (coco_18) and pose_iter_160000 (mpi_15)"
_SIZES = ((64, 48), (48, 80))
"""Image sizes of the comparison of a model for any size."""


def convert(
    path: Path, output: Path | None = None, *, stages: int | None = None, size: Size | None = None
) -> Path:
    """Write the network of a Caffe file as ONNX with its card, compared with PyTorch.

    Args:
        path: a .caffemodel file of OpenPose's body_25, coco_18 or mpi_15.
        output: .onnx file to write; None for `openpose_<layout>.onnx` beside the Caffe file.
        stages: number of stages, for coco_18 and mpi_15; None for all.
        size: see export_maps.

    Returns:
        The written file.

    Raises:
        ModelError: the file is missing, damaged or of another network, or the ONNX file cannot be
            written or gives other results than the network.
    """
    weights = read_caffemodel(path)
    structure = recognise(weights, path)
    _LOG.info("%s is OpenPose's network %s", path, structure.layout)
    if stages is not None:
        structure = shortened(structure, stages)
    network = fill(structure, weights, path)
    target = output or path.with_name(f"openpose_{structure.layout}.onnx")
    card = _card(structure.layout, path, target.stem, stages)
    try:
        difference = export_maps(network, target, card, size)
    except OSError as error:
        raise ModelError(f"cannot write {target} ({error}); choose another --output") from error
    _LOG.info("%s: largest difference to the network %.1e", target, difference)
    return target


def _card(layout: str, path: Path, name: str, stages: int | None) -> ModelCard:
    return ModelCard(
        name=name,
        task=TASK,
        sha256="",
        licence=LICENCE,
        source=_SOURCES.get(layout, _SOURCES["coco_18"]),
        skeleton=layout,
        settings=_settings(layout, stages).settings(),
        training={
            "terms": _TERMS,
            "converted_from": {"file": path.name, "sha256": sha256_of(path)},
            **({"stages": stages} if stages is not None else {}),
        },
    )


def _settings(layout: str, stages: int | None) -> OpenPoseCard:
    """The card of a network; the maps of early stages of mpi_15 are lower than the last ones."""
    card = OpenPoseCard(layout)
    if layout == "mpi_15" and (stages or TWO_BRANCH_STAGES) < TWO_BRANCH_STAGES:
        return replace(card, **THRESHOLDS["mpi_15 with four stages"])
    return card


def recognise(weights: Weights, path: Path) -> Structure:
    """The network with the best matching layers, checked to match entirely.

    Args:
        weights: of the file.
        path: of the file, for errors.

    Raises:
        ModelError: another network, or layers are missing, unexpected or of other shapes.
    """
    structures = {layout: openpose(layout) for layout in CHANNELS}
    matches = {layout: _matches(structure, weights) for layout, structure in structures.items()}
    layout = max(matches, key=lambda name: matches[name] / len(structures[name].shapes()))
    structure = structures[layout]
    if 2 * matches[layout] < len(structure.shapes()):
        last = ", ".join([*weights][-3:])
        raise ModelError(
            f"{path} is of no body network of OpenPose: {len(weights)} layers up to {last}; "
            f"expected one of {_FILES}"
        )
    _check(structure, weights, path)
    return structure


def shortened(structure: Structure, stages: int) -> Structure:
    """The network without its last stages, faster and less accurate; each stage has its own maps.

    Raises:
        ModelError: the network of body_25, or a wrong number of stages.
    """
    if structure.layout == "body_25" or not 1 <= stages <= TWO_BRANCH_STAGES:
        raise ModelError(
            f"got {stages} stages for {structure.layout}, expected 1 to {TWO_BRANCH_STAGES} for "
            "coco_18 or mpi_15; body_25 has one form only"
        )
    return two_branch(structure.layout, stages)


def fill(structure: Structure, weights: Weights, path: Path) -> CaffeNetwork:
    """The network with matching weights.

    Raises:
        ModelError: weights are not finite.
    """
    network = CaffeNetwork(structure)
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


def export_maps(network: nn.Module, path: Path, card: ModelCard, size: Size | None = None) -> float:
    """Write the network and its card.

    Args:
        network: images (B, 3, H, W) to maps (B, C, H / 8, W / 8).
        path: file to write (.onnx).
        card: its settings are an OpenPoseCard's; its sha256 is filled in.
        size: the only image size of the model, as needed by TensorRT; None for any. The batch size
            is free.

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
    """Random images (batch, 3, H, W) in the value range of the network's input."""
    width, height = size
    generator = torch.Generator().manual_seed(0)
    return torch.rand((batch, 3, height, width), generator=generator) - 0.5


def _matches(structure: Structure, weights: Weights) -> int:
    """Number of the structure's layers that are in the file with the right shapes."""
    return sum(
        _shapes(weights, name) == _squeezed(shapes) for name, shapes in structure.shapes().items()
    )


def _check(structure: Structure, weights: Weights, path: Path) -> None:
    expected = structure.shapes()
    wrong = [
        f"layer {name!r} has weights {_text(_blob_shapes(weights, name)) or 'none'}, expected "
        f"{_text(shapes)}"
        for name, shapes in expected.items()
        if _shapes(weights, name) != _squeezed(shapes)
    ]
    wrong += [f"layer {name!r} is unknown" for name in weights if name not in expected]
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise ModelError(
            f"{path} is not OpenPose's network {structure.layout}: {wrong[0]}{more}; take the "
            "original file, or download it again"
        )


def _squeezed(shapes: Shapes) -> Shapes:
    """Shapes without ones: older files have a bias (64,) as (1, 1, 1, 64)."""
    return tuple(tuple(size for size in shape if size != 1) for shape in shapes)


def _blob_shapes(weights: Weights, layer: str) -> Shapes:
    return tuple(blob.shape for blob in weights.get(layer, ()))


def _shapes(weights: Weights, layer: str) -> Shapes:
    return _squeezed(_blob_shapes(weights, layer))


def _text(shapes: Shapes) -> str:
    return " and ".join(str(shape) for shape in shapes)
