"""From OpenPose's Caffe file to ONNX with a card."""

from __future__ import annotations

import logging
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.training.openpose.caffemodel import read_caffemodel
from pose_action_ros.lab.training.openpose.export import Size, export_maps
from pose_action_ros.lab.training.openpose.recognise import fill, recognise, shortened
from pose_action_ros.models.card import ModelCard, sha256_of
from pose_action_ros.models.openpose_card import TASK, OpenPoseCard

_LOG = logging.getLogger(__name__)

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


def convert(
    path: Path, output: Path | None = None, *, stages: int | None = None, size: Size | None = None
) -> Path:
    """Write the network of a Caffe file as ONNX with its card, checked against PyTorch.

    Args:
        path: a .caffemodel file of OpenPose's body_25, coco_18 or mpi_15.
        output: .onnx file to write; None for `openpose_<layout>.onnx` beside the Caffe file.
        stages: of coco_18 and mpi_15, to stop after; None for all.
        size: see export_maps.

    Returns:
        The file that was written.

    Raises:
        ModelError: the file is missing, damaged or of another network, or the ONNX file would not
            compute what the network does or cannot be written.
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
    _LOG.info("%s differs from the network by %.1e", target, difference)
    return target


def _card(layout: str, path: Path, name: str, stages: int | None) -> ModelCard:
    return ModelCard(
        name=name,
        task=TASK,
        sha256="",
        licence=LICENCE,
        source=_SOURCES.get(layout, _SOURCES["coco_18"]),
        skeleton=layout,
        settings=OpenPoseCard(layout).settings(),
        training={
            "terms": _TERMS,
            "converted_from": {"file": path.name, "sha256": sha256_of(path)},
            **({"stages": stages} if stages is not None else {}),
        },
    )
