"""Recognition of OpenPose's networks by their layers, and weights that do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.openpose import CHANNELS, Structure, openpose
from pose_action_ros.lab.training.openpose.caffemodel import Weights
from pose_action_ros.lab.training.openpose.convert import fill, recognise, shortened

PATH = Path("some.caffemodel")


def zeros(structure: Structure) -> Weights:
    """Weights of the right shapes that need no memory."""
    zero = np.float32(0)
    return {
        name: tuple(np.broadcast_to(zero, shape) for shape in shapes)
        for name, shapes in structure.shapes().items()
    }


@pytest.mark.parametrize("layout", CHANNELS)
def test_every_network_is_recognised(layout: str) -> None:
    assert recognise(zeros(openpose(layout)), PATH).layout == layout


def test_a_bias_in_four_dimensions() -> None:
    weights = zeros(openpose("mpi_15"))
    weights = {name: (blobs[0], blobs[1].reshape(1, 1, 1, -1)) for name, blobs in weights.items()}
    assert recognise(weights, PATH).layout == "mpi_15"


def test_a_layer_is_missing() -> None:
    weights = zeros(openpose("body_25"))
    del weights["Mconv3_stage2_L2_1"]
    expected = (
        r"some.caffemodel is not OpenPose's network body_25: layer 'Mconv3_stage2_L2_1' has "
        r"weights none, expected \(128, 128, 3, 3\) and \(128,\); take the original file"
    )
    with pytest.raises(ModelError, match=expected):
        recognise(weights, PATH)


def test_the_end_of_the_file_is_missing() -> None:
    weights = dict(list(zeros(openpose("coco_18")).items())[:70])
    with pytest.raises(ModelError, match=r"coco_18: layer .* and 21 more; take the original"):
        recognise(weights, PATH)


def test_other_shapes() -> None:
    weights = zeros(openpose("coco_18"))
    weights["Mconv7_stage6_L2"] = (np.zeros((25, 128, 1, 1)), np.zeros(25))
    with pytest.raises(ModelError, match=r"weights \(25, 128, 1, 1\) and \(25,\), expected \(19,"):
        recognise(weights, PATH)


def test_an_unexpected_layer() -> None:
    weights = {**zeros(openpose("mpi_15")), "fc8": (np.zeros(3),)}
    with pytest.raises(ModelError, match="layer 'fc8' is unknown"):
        recognise(weights, PATH)


@pytest.mark.parametrize("layers", [1, 12])
def test_another_network(layers: int) -> None:
    """VGG alone, and with it OpenPose's networks of hands and faces."""
    weights = dict(list(zeros(openpose("coco_18")).items())[:layers])
    with pytest.raises(ModelError, match=r"no body network of OpenPose: .* pose_iter_584000"):
        recognise(weights, PATH)


def test_weights_that_are_not_finite() -> None:
    structure = shortened(openpose("mpi_15"), 1)
    weights = zeros(structure)
    weights["conv2_1"] = (weights["conv2_1"][0], np.full(128, np.nan))
    with pytest.raises(ModelError, match="layer 'conv2_1' has weights that are no finite numbers"):
        fill(structure, weights, PATH)


@pytest.mark.parametrize(("layout", "stages"), [("body_25", 2), ("coco_18", 0), ("mpi_15", 7)])
def test_wrong_number_of_stages(layout: str, stages: int) -> None:
    with pytest.raises(ModelError, match="expected 1 to 6 for coco_18 or mpi_15"):
        shortened(openpose(layout), stages)
