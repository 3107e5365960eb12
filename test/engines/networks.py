"""Small ONNX networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("onnx", reason="onnx is not installed")

import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from pose_action_ros.models.card import find_model

__all__ = ["helper", "numpy_helper"]

Sizes = Sequence[int | str]

SHIPPED = {"lifter": 1.0, "action": 255.0}
"""The shipped models with the greatest value of their inputs."""


def shipped_feed(name: str, batch: int, seed: int = 0) -> dict[str, npt.NDArray[np.float32]]:
    """Random inputs of a shipped model, for so many people."""
    (entry,) = onnx.load(find_model(name)).graph.input
    shape = [batch, *(size.dim_value for size in entry.type.tensor_type.shape.dim[1:])]
    values = np.random.default_rng(seed).random(shape, np.float32) * np.float32(SHIPPED[name])
    return {entry.name: values}


def save(
    path: Path,
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Sizes],
    outputs: Mapping[str, Sizes],
    weights: Mapping[str, Any] | None = None,
    *,
    opset: int = 17,
) -> Path:
    """Write a network of float32 inputs and outputs."""
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in (weights or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, str(path))
    return path


def doubling(folder: Path) -> Path:
    """y = x + x for any number of pairs."""
    node = helper.make_node("Add", ["x", "x"], ["y"])
    return save(folder / "doubling.onnx", [node], {"x": ["N", 2]}, {"y": ["N", 2]})


def sum_and_difference(folder: Path) -> Path:
    """Two inputs, two outputs of different shapes: a + b and the first column of a - b."""
    nodes = [
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("Sub", ["a", "b"], ["difference"]),
        helper.make_node("Gather", ["difference", "first"], ["column"], axis=1),
    ]
    inputs: dict[str, Sizes] = {"a": ["N", 3], "b": ["N", 3]}
    outputs: dict[str, Sizes] = {"sum": ["N", 3], "column": ["N"]}
    return save(folder / "two.onnx", nodes, inputs, outputs, {"first": np.int64(0)})


def fixed(folder: Path) -> Path:
    """y = x + x for exactly two pairs."""
    node = helper.make_node("Add", ["x", "x"], ["y"])
    return save(folder / "fixed.onnx", [node], {"x": [2, 2]}, {"y": [2, 2]})
