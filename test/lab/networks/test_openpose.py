"""OpenPose's networks against its prototxt files and the sizes of its weights."""

from __future__ import annotations

from math import prod

import pytest

from pose_action_ros.detection.openpose.layout import LAYOUTS, STRIDE
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.openpose import (
    CHANNELS,
    Structure,
    openpose,
    two_branch,
)
from pose_action_ros.models.openpose_card import OpenPoseCard
from references import caffe_layers

PUBLISHED = {"body_25": 104_715_850, "coco_18": 209_274_056}
"""Bytes of OpenPose's files, nearly all of them weights."""


def weights(structure: Structure) -> int:
    return sum(prod(shape) for shapes in structure.shapes().values() for shape in shapes)


@pytest.mark.parametrize("layout", CHANNELS)
def test_layers_are_those_of_the_prototxt(layout: str) -> None:
    expected = {name: tuple(shapes) for name, shapes in caffe_layers.network(layout).shapes.items()}
    assert openpose(layout).shapes() == expected


@pytest.mark.parametrize("layout", PUBLISHED)
def test_as_many_weights_as_the_published_files(layout: str) -> None:
    size = 4 * weights(openpose(layout))
    assert size < PUBLISHED[layout] < 1.001 * size


@pytest.mark.parametrize("stages", [1, 2, 4, 5])
def test_fewer_stages_are_the_beginning_of_all(stages: int) -> None:
    full, part = two_branch("mpi_15"), two_branch("mpi_15", stages)
    assert full.layers[: len(part.layers)] == part.layers
    assert part.shapes() == {
        name: tuple(shapes)
        for name, shapes in caffe_layers.network("mpi_15", stages).shapes.items()
    }


@pytest.mark.parametrize("layout", CHANNELS)
def test_heat_maps_come_before_fields(layout: str) -> None:
    structure = openpose(layout)
    assert tuple(structure.channels[name] for name in structure.outputs) == CHANNELS[layout]
    assert 2 ** sum(layer.halves for layer in structure.layers) == STRIDE


def test_cards_and_networks_have_the_same_layouts() -> None:
    for name, layout in LAYOUTS.items():
        assert OpenPoseCard(name).stride == STRIDE
        assert sum(CHANNELS[name]) == layout.channels
        assert caffe_layers.PARTS[name] == CHANNELS[name][0]
    with pytest.raises(ModelError, match=f"expected one of {', '.join(LAYOUTS)}$"):
        OpenPoseCard("other")
