"""An ONNX file as a list of PyTorch operations, run one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from pose_action_ros.engines.base import Shape
from pose_action_ros.engines.torch_layers import LAYERS
from pose_action_ros.engines.torch_maths import MATHS
from pose_action_ros.engines.torch_shapes import SHAPES
from pose_action_ros.errors import EngineError, ModelError

OPERATORS = {**MATHS, **LAYERS, **SHAPES}
"""What is known; the definitions are those of https://onnx.ai/onnx/operators."""

_OLDEST = 13
"""Softmax meant something else before, and axes were attributes."""


@dataclass(frozen=True)
class Input:
    """What the network takes."""

    name: str
    shape: Shape
    dtype: npt.DTypeLike


@dataclass(frozen=True)
class Step:
    """One operator: names of what it takes ("" for nothing) and gives, and its attributes."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Graph:
    """A network.

    Attributes:
        inputs: what it takes.
        outputs: names of what it gives.
        steps: in the order in which they can be done.
        constants: weights by name.
    """

    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    steps: tuple[Step, ...]
    constants: dict[str, Tensor]

    def to(self, device: torch.device) -> None:
        """Move the weights."""
        self.constants.update({name: value.to(device) for name, value in self.constants.items()})

    def __call__(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Everything that was computed, by name; raises what PyTorch raises."""
        values = {**self.constants, **inputs}
        for step in self.steps:
            taken = [values[name] if name else None for name in step.inputs]
            given = OPERATORS[step.operator](taken, step.attributes)
            values.update(zip(step.outputs, given, strict=False))
        return values


def read_graph(path: Path) -> Graph:
    """The network in an ONNX file.

    Raises:
        ModelError: the file is damaged.
        EngineError: the network has unknown operators or follows an older standard.
    """
    try:
        model = onnx.load(str(path))
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be loaded by PyTorch: {error}; fetch or export the model again"
        ) from error
    _check(path, model)
    graph = model.graph
    weights = {item.name: _tensor(item) for item in graph.initializer}
    steps, constants = _steps(graph.node)
    return Graph(
        tuple(_input(item) for item in graph.input if item.name not in weights),
        tuple(item.name for item in graph.output),
        steps,
        {**weights, **constants},
    )


def _check(path: Path, model: onnx.ModelProto) -> None:
    version = max((item.version for item in model.opset_import if not item.domain), default=0)
    if version < _OLDEST:
        raise EngineError(
            f"{path.name} has ONNX operators of version {version}, PyTorch runs {_OLDEST} and "
            "newer here; export the model again"
        )
    known = {*OPERATORS, "Constant"}
    used = {f"{node.domain}.{node.op_type}".lstrip(".") for node in model.graph.node}
    if unknown := sorted(used - known):
        raise EngineError(
            f"{path.name} has operators that PyTorch does not run here: {', '.join(unknown)}; "
            "use the engine onnxruntime"
        )


def _steps(nodes: Any) -> tuple[tuple[Step, ...], dict[str, Tensor]]:
    """The nodes that compute, and what the other ones hold."""
    steps, constants = [], {}
    for node in nodes:
        attributes = {item.name: _attribute(item) for item in node.attribute}
        if node.op_type == "Constant":
            (value,) = attributes.values()
            constants[node.output[0]] = torch.as_tensor(value)
        else:
            steps.append(Step(node.op_type, tuple(node.input), tuple(node.output), attributes))
    return tuple(steps), constants


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    if isinstance(value, TensorProto):
        return _tensor(value)
    return value.decode() if isinstance(value, bytes) else value


def _tensor(proto: TensorProto) -> Tensor:
    return torch.from_numpy(np.array(numpy_helper.to_array(proto)))


def _input(item: onnx.ValueInfoProto) -> Input:
    kind = item.type.tensor_type
    sizes = [size.dim_value if size.HasField("dim_value") else None for size in kind.shape.dim]
    return Input(item.name, tuple(sizes), helper.tensor_dtype_to_np_dtype(kind.elem_type))
