"""An ONNX network in half precision, for engines that take the precision from the file.

Everything inside becomes float16; inputs and outputs keep their types. The package's networks stand
that: their inputs are normalised and their values stay far from 65504, the largest float16.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

from pose_action_ros.errors import EngineError

_LARGEST = float(np.finfo(np.float16).max)
_SINGLE, _HALF = TensorProto.FLOAT, TensorProto.FLOAT16


def to_half(data: bytes) -> bytes:
    """An ONNX file's content with float16 inside.

    Raises:
        EngineError: there are networks inside the network (If, Loop), which are not rewritten.
    """
    model = onnx.load_from_string(data)
    graph = model.graph
    for tensor in graph.initializer:
        _halve(tensor)
    for node in graph.node:
        _halve_attributes(node)
    inputs = _cast_inputs(graph)
    outputs = _cast_outputs(graph)
    nodes = [*inputs, *graph.node, *outputs]
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def _halve(tensor: TensorProto) -> None:
    if tensor.data_type == _SINGLE:
        values = np.clip(numpy_helper.to_array(tensor), -_LARGEST, _LARGEST)
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), tensor.name))


def _halve_attributes(node: NodeProto) -> None:
    """Constants and casts inside a node."""
    for attribute in node.attribute:
        if attribute.type in {AttributeProto.GRAPH, AttributeProto.GRAPHS}:
            raise EngineError(
                f"{node.op_type} {node.name!r} has a network inside, which cannot be rewritten in "
                "half precision; use fp32"
            )
        if attribute.type == AttributeProto.TENSOR:
            _halve(attribute.t)
        elif node.op_type == "Cast" and attribute.name == "to" and attribute.i == _SINGLE:
            attribute.i = _HALF
        elif node.op_type == "Constant" and attribute.type in _FLOATS:
            values = np.asarray(helper.get_attribute_value(attribute), np.float32)
            tensor = numpy_helper.from_array(values)
            _halve(tensor)
            attribute.CopyFrom(helper.make_attribute("value", tensor))


_FLOATS = {AttributeProto.FLOAT, AttributeProto.FLOATS}


def _cast_inputs(graph: GraphProto) -> list[NodeProto]:
    """Nodes that halve the inputs; the nodes that are there take what these give."""
    halves = {item.name: f"{item.name}_half" for item in graph.input if _is_single(item)}
    for node in graph.node:
        node.input[:] = [halves.get(name, name) for name in node.input]
    return [
        helper.make_node("Cast", [name], [half], f"{half}_cast", to=_HALF)
        for name, half in halves.items()
    ]


def _cast_outputs(graph: GraphProto) -> list[NodeProto]:
    """Nodes that give the outputs in single precision again."""
    halves = {item.name: f"{item.name}_half" for item in graph.output if _is_single(item)}
    for node in graph.node:
        node.input[:] = [halves.get(name, name) for name in node.input]
        node.output[:] = [halves.get(name, name) for name in node.output]
    return [
        helper.make_node("Cast", [half], [name], f"{half}_cast", to=_SINGLE)
        for name, half in halves.items()
    ]


def _is_single(item: onnx.ValueInfoProto) -> bool:
    return bool(item.type.tensor_type.elem_type == _SINGLE)
