"""OpenPose networks for tests: the small one of the shared data, and generated ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engines.networks import Sizes, helper, save
from pose_action_ros.cli.models import add_network
from pose_action_ros.models.openpose_card import OpenPoseCard
from shared_data import shared

NAME = "openpose_coco18_mobilenet_v2_small"
CARD = OpenPoseCard("coco_18", scale=2 / 255, offset=-1.0, output_layout="NHWC")

_FIRST = (0, 3, 1, 2)
_LAST = (0, 2, 3, 1)


def add_shared_network() -> str:
    """Put it into the cache that POSE_ACTION_CACHE names; its name there."""
    return add_network(shared(f"models/{NAME}.onnx"), CARD, NAME, "Apache-2.0")


def write_network(
    path: Path,
    channels: Sequence[int],
    *,
    takes: str = "NCHW",
    gives: str = "NCHW",
    size: tuple[int | str, int | str] = ("height", "width"),
    colours: int | str = 3,
    stride: int = 8,
) -> Path:
    """A network of one convolution for each output.

    Args:
        path: of the file.
        channels: of each output.
        takes, gives: order of the axes of input and outputs.
        size: height and width of the input; a name for any.
        colours: channels of the input as the file states them.
        stride: pixels of the input for each cell.
    """
    rng, nodes, weights = np.random.default_rng(0), [], {}
    image = "image"
    if takes == "NHWC":
        nodes.append(helper.make_node("Transpose", [image], ["first"], perm=_FIRST))
        image = "first"
    outputs: dict[str, Sizes] = {}
    for number, count in enumerate(channels):
        name, weight, maps = f"maps{number}", f"weight{number}", f"plane{number}"
        shape = (count, 3, stride, stride)
        weights[weight] = rng.normal(0, 0.1, shape).astype(np.float32)
        last = maps if gives == "NHWC" else name
        nodes.append(helper.make_node("Conv", [image, weight], [last], strides=[stride, stride]))
        if gives == "NHWC":
            nodes.append(helper.make_node("Transpose", [maps], [name], perm=_LAST))
        outputs[name] = ["n", f"a{number}", f"b{number}", f"c{number}"]
    axes = {"N": "n", "C": colours, "H": size[0], "W": size[1]}
    return save(path, nodes, {"image": [axes[axis] for axis in takes]}, outputs, weights)
