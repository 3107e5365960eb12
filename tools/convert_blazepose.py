"""Converts the published networks of BlazePose from .tflite to ONNX: one file and its card.

python tools/convert_blazepose.py FILE OUTPUT.onnx      (needs tools/requirements-convert.txt)

FILE is pose_detection.tflite, a pose_landmark_*.tflite, or the .task file of a pose landmarker: its
landmark network (lite, full or heavy) is converted. The weights keep their published values, in
half precision; the network computes in single precision. Outputs that the package does not read are
cut off, with the operations that only they need.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from blazepose_cards import FINDER, LANDMARKS, Network, card_of
from onnx_graph import CHANNELS_FIRST, CHANNELS_LAST, IMAGE, ConversionError, Graph, run
from tflite_file import Operation, TfliteFile

from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import read_card, write_card

Array = npt.NDArray[Any]

TASK_MEMBER = "pose_landmarks_detector.tflite"
SAME = 0
"""Value of the schema's Padding; the other is VALID."""
LINEAR, RELU, RELU6 = 0, 1, 3
"""Values of the schema's ActivationFunctionType."""


@dataclass(frozen=True)
class Padded:
    """A tensor with zeros around it, added by the convolution that reads it.

    Attributes:
        index: of the tensor without them.
        pads: top, left, bottom, right [px].
    """

    index: int
    pads: tuple[int, int, int, int]


class Converter:
    """Builds the ONNX graph of a network."""

    def __init__(self, source: TfliteFile, network: Network) -> None:
        """Convert; ConversionError if an operation or output is not as expected."""
        self._source, self._network = source, network
        self._graph = Graph()
        self._padded: dict[int, Padded] = {}
        self._postponed: dict[int, Operation] = {}
        self._graph.add("Transpose", [IMAGE], _name(source.inputs[0]), perm=CHANNELS_FIRST)
        outputs = {network.outputs.get(source.shapes[index]): index for index in source.outputs}
        if missing := set(network.outputs.values()) - set(outputs):
            raise ConversionError(f"the network has no outputs for {sorted(missing)}")
        self._outputs = {name: index for name, index in outputs.items() if name is not None}
        self._operations = needed(source.operations, set(self._outputs.values()))
        for operation in self._operations:
            self._convert(operation)
        for name, index in self._outputs.items():
            last = len(source.shapes[index]) == 4
            kind, options = ("Transpose", {"perm": CHANNELS_LAST}) if last else ("Identity", {})
            self._graph.add(kind, [_name(index)], name, **options)

    def model(self, origin: str) -> onnx.ModelProto:
        """The checked model.

        Args:
            origin: of the network, for the file's description.
        """
        size = self._network.size
        return self._graph.model(
            self._network.name,
            (1, size, size, 3),
            [(name, self._source.shapes[index]) for name, index in self._outputs.items()],
            producer_name="pose_action_ros tools/convert_blazepose.py",
            doc_string=f"Converted from {origin}. Copyright The MediaPipe Authors, Apache-2.0.",
        )

    def _finish(self, operation: Operation, kind: str, inputs: list[str], **options: Any) -> None:
        """Add the node of an operation and its activation."""
        output = _name(operation.outputs[0])
        activation = getattr(operation.options, "FusedActivationFunction", lambda: LINEAR)()
        if activation == LINEAR:
            self._graph.add(kind, inputs, output, **options)
        elif activation == RELU:
            self._graph.add(
                "Relu", [self._graph.add(kind, inputs, f"{output}_linear", **options)], output
            )
        elif activation == RELU6:
            linear = self._graph.add(kind, inputs, f"{output}_linear", **options)
            self._graph.relu6(linear, output)
        else:
            raise ConversionError(f"{operation.name} with activation {activation}")

    def _convert(self, operation: Operation) -> None:
        """Add the nodes of an operation."""
        method = getattr(self, f"_on_{operation.name.lower()}", None)
        if method is None:
            raise ConversionError(f"operation {operation.name}")
        method(operation)

    def _read(self, index: int) -> str:
        """Name of a tensor for an operation that does not pad by itself."""
        if index in self._padded or index in self._postponed:
            raise ConversionError("a convolution and another operation read one tensor")
        return _name(index)

    def _on_pad(self, operation: Operation) -> None:
        index, amounts = operation.inputs
        (_, top, left, _), (_, bottom, right, _) = self._source.constants[amounts].T.tolist()
        self._padded[operation.outputs[0]] = Padded(index, (top, left, bottom, right))

    def _on_conv_2d(self, operation: Operation) -> None:
        weights = self._source.constants[operation.inputs[1]]  # (O, H, W, I)
        self._convolve(operation, weights.transpose(0, 3, 1, 2), groups=1)

    def _on_depthwise_conv_2d(self, operation: Operation) -> None:
        weights = self._source.constants[operation.inputs[1]]  # (1, H, W, O)
        groups = self._source.shapes[operation.inputs[0]][3]
        self._convolve(operation, weights.transpose(3, 0, 1, 2), groups)

    def _convolve(self, operation: Operation, weights: Array, groups: int) -> None:
        """Add a convolution with weights (O, I / groups, H, W)."""
        index, _, bias = operation.inputs
        if self._source.shapes[index][3] != weights.shape[1] * groups:
            raise ConversionError("a convolution in groups")
        resized = self._postponed.get(index)
        first = index if resized is None else resized.inputs[0]
        padded = self._padded.get(first, Padded(first, (0, 0, 0, 0)))
        window = self._window(operation, weights.shape[2:], padded.pads)
        inputs = [
            _name(padded.index),
            self._graph.constant(weights, f"{_name(operation.outputs[0])}_weights"),
            self._graph.constant(
                self._source.constants[bias], f"{_name(operation.outputs[0])}_bias"
            ),
        ]
        if resized is None:
            self._finish(operation, "Conv", inputs, group=groups, **window)
        else:
            name = f"{_name(operation.outputs[0])}_small"
            small = self._graph.add("Conv", inputs, name, group=groups, **window)
            self._resize(operation, resized, small)

    def _on_max_pool_2d(self, operation: Operation) -> None:
        options = operation.options
        size = options.FilterHeight(), options.FilterWidth()
        window = self._window(operation, size, (0, 0, 0, 0))
        self._finish(operation, "MaxPool", [self._read(operation.inputs[0])], **window)

    def _window(
        self, operation: Operation, size: Sequence[int], pads: tuple[int, int, int, int]
    ) -> dict[str, Any]:
        """Attributes of a moving window."""
        options = operation.options
        strides = options.StrideH(), options.StrideW()
        if getattr(options, "DilationHFactor", lambda: 1)() != 1:
            raise ConversionError("a dilated convolution")
        if options.Padding() == SAME:
            before, after = [], []
            lengths = self._source.shapes[operation.inputs[0]][1:3]
            for length, kernel, stride in zip(lengths, size, strides, strict=True):
                missing = max((-(-length // stride) - 1) * stride + kernel - length, 0)
                before.append(missing // 2)
                after.append(missing - missing // 2)
            pads = tuple(a + b for a, b in zip(pads, (*before, *after), strict=True))
        return {"kernel_shape": list(size), "strides": strides, "pads": pads}

    def _on_add(self, operation: Operation) -> None:
        self._finish(operation, "Add", [self._read(index) for index in operation.inputs])

    def _on_logistic(self, operation: Operation) -> None:
        self._finish(operation, "Sigmoid", [self._read(operation.inputs[0])])

    def _on_depth_to_space(self, operation: Operation) -> None:
        block = operation.options.BlockSize()
        inputs = [self._read(operation.inputs[0])]
        self._finish(operation, "DepthToSpace", inputs, blocksize=block, mode="DCR")

    def _on_resize_bilinear(self, operation: Operation) -> None:
        options = operation.options
        if options.AlignCorners() or not options.HalfPixelCenters():
            raise ConversionError("a resizing with other pixel centres")
        output = operation.outputs[0]
        readers = [other for other in self._operations if output in other.inputs]
        if [other.name for other in readers] == ["CONV_2D"] and self._is_pointwise(readers[0]):
            # Weighted means commute with it, and the smaller image costs a quarter.
            self._postponed[output] = operation
        else:
            self._resize(operation, operation, self._read(operation.inputs[0]))

    def _is_pointwise(self, operation: Operation) -> bool:
        """True for a convolution of single pixels without stride."""
        options = operation.options
        size = self._source.constants[operation.inputs[1]].shape[1:3]
        return (*size, options.StrideH(), options.StrideW()) == (1, 1, 1, 1)

    def _resize(self, operation: Operation, resizing: Operation, name: str) -> None:
        """Resize a tensor into the output of an operation."""
        before, after = (
            self._source.shapes[tensors[0]] for tensors in (resizing.inputs, resizing.outputs)
        )
        scales = np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32)
        scale = self._graph.constant(scales, f"{_name(resizing.outputs[0])}_scales")
        self._finish(operation, "Resize", [name, "", scale], mode="linear")

    def _on_reshape(self, operation: Operation) -> None:
        index, output = operation.inputs[0], operation.outputs[0]
        name, before, after = self._read(index), *(self._source.shapes[i] for i in (index, output))
        if len(after) == 4:
            raise ConversionError("a reshaping to four axes")
        if len(before) == 4:
            name = self._graph.add("Transpose", [name], f"{_name(output)}_last", perm=CHANNELS_LAST)
        shape = self._graph.constant(np.array(after, np.int64), f"{_name(output)}_shape")
        self._finish(operation, "Reshape", [name, shape])

    def _on_concatenation(self, operation: Operation) -> None:
        axis = operation.options.Axis()
        if len(self._source.shapes[operation.outputs[0]]) == 4:
            axis = CHANNELS_LAST.index(axis)
        inputs = [self._read(index) for index in operation.inputs]
        self._finish(operation, "Concat", inputs, axis=axis)


def needed(operations: Sequence[Operation], wanted: set[int]) -> list[Operation]:
    """The operations, in order, on which some tensors depend."""
    kept, tensors = [], set(wanted)
    for operation in reversed(operations):
        if tensors & set(operation.outputs):
            kept.append(operation)
            tensors |= set(operation.inputs)
    return kept[::-1]


def convert(path: Path, output: Path) -> None:
    """Convert a network, and write its card beside it.

    Args:
        path: a .tflite file, or a .task file for its landmark network.
        output: the .onnx file.

    Raises:
        ConversionError: the file is not one of BlazePose's two networks.
    """
    data = path.read_bytes()
    if path.suffix == ".task":
        with zipfile.ZipFile(path) as archive:
            data = archive.read(TASK_MEMBER)
    source = TfliteFile(data)
    networks = {(1, network.size, network.size, 3): network for network in (FINDER, LANDMARKS)}
    shape = source.shapes[source.inputs[0]]
    if shape not in networks:
        raise ConversionError(f"the network takes {shape}, expected one of {sorted(networks)}")
    digest = hashlib.sha256(data).hexdigest()
    model = Converter(source, networks[shape]).model(f"{path.name} with sha256 {digest}")
    output.write_bytes(model.SerializeToString(deterministic=True))
    write_card(output, card_of(networks[shape], output, path.name, digest, scores_of(output)))


def scores_of(path: Path) -> Mapping[str, Any]:
    """Results in the card that a file has, if the file is the same as before."""
    try:
        return read_card(path, None).scores
    except ModelError:
        return {}


def _name(index: int) -> str:
    """Name of a tensor in the new graph."""
    return f"t{index}"


if __name__ == "__main__":
    run("convert_blazepose", __doc__, "a .tflite or .task file", convert)
