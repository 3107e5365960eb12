"""ONNX files under construction, and the command line of the converters that write them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]

OPSET = 17
IMAGE = "image"
"""Name of the input."""
CHANNELS_FIRST, CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


class ConversionError(Exception):
    """The file is not the expected network."""


class Graph:
    """Nodes and constants of a network; its tensors of rank 4 have their channels first."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.constant(np.float32(0), "zero")
        self.constant(np.float32(6), "six")

    def add(self, kind: str, inputs: Sequence[str], output: str, **options: Any) -> str:
        """Add a node; returns its output."""
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **options))
        return output

    def relu6(self, tensor: str, output: str) -> str:
        """Add a limit to 0 to 6; returns its output."""
        return self.add("Clip", [tensor, "zero", "six"], output)

    def constant(self, values: Array | np.float32, name: str) -> str:
        """Add a constant; half precision is cast to single precision, once in each session."""
        array = np.ascontiguousarray(values) if np.ndim(values) else np.asarray(values)
        if array.dtype != np.float16:
            self._constants.append(numpy_helper.from_array(array, name))
            return name
        self._constants.append(numpy_helper.from_array(array, f"{name}_half"))
        return self.add("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)

    def model(
        self,
        name: str,
        image: Sequence[int | str],
        outputs: Sequence[tuple[str, Sequence[int | str]]],
        **description: str,
    ) -> onnx.ModelProto:
        """The checked model.

        Args:
            name: of the network.
            image: shape of the input.
            outputs: name and shape of each output.
            description: producer_name and doc_string of the file.
        """
        first = helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, image)
        results = [helper.make_tensor_value_info(key, TensorProto.FLOAT, s) for key, s in outputs]
        graph = helper.make_graph(self._nodes, name, [first], results, self._constants)
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8, **description)
        onnx.checker.check_model(model, full_check=True)
        return model


def run(
    name: str, description: str | None, file: str, convert: Callable[[Path, Path], None]
) -> None:
    """Convert the file of the command line.

    Args:
        name: of the program.
        description: of the program.
        file: help of the file.
        convert: reads the first path and writes the second.
    """
    parser = argparse.ArgumentParser(name, description=description)
    parser.add_argument("file", type=Path, help=file)
    parser.add_argument("output", type=Path, help="the .onnx file to write")
    args = parser.parse_args()
    try:
        convert(args.file, args.output)
    except (ConversionError, KeyError, ValueError) as error:
        parser.exit(1, f"{args.file} cannot be converted: {error}\n")
    print(f"{args.output}: {args.output.stat().st_size / 1e6:.1f} MB")
