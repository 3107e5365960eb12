"""The torch backend against ONNX Runtime, operator by operator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from engines.networks import doubling, save
from pose_action_ros.engines import load_engine
from pose_action_ros.engines.torch_graph import OPERATORS
from pose_action_ros.errors import EngineError, ModelError

Case = tuple[str, list[Any], dict[str, Any]]

IMAGE = (2, 3, 9, 8)


def ints(*values: int) -> Any:
    return np.array(values, np.int64)


def floats(*shape: int, seed: int = 0, low: float = -2.0) -> Any:
    return np.random.default_rng(seed).uniform(low, 2.0, shape).astype(np.float32)


X = floats(2, 3, 4)
SQUARE = {"kernel_shape": [3, 3]}

CASES: dict[str, Case] = {
    "Abs": ("Abs", [X], {}),
    "Add": ("Add", [X, floats(3, 1)], {}),
    "Sub": ("Sub", [X, floats(4)], {}),
    "Mul": ("Mul", [X, floats(2, 1, 1)], {}),
    "Div": ("Div", [X, floats(4, low=0.5)], {}),
    "Div of integers": ("Div", [ints(-7, 7, -6), ints(2, -2, 4)], {}),
    "Pow": ("Pow", [X, np.float32(2)], {}),
    "Pow by an integer": ("Pow", [X, np.int64(3)], {}),
    "Mod": ("Mod", [ints(-7, 7, -6), ints(2, -2, 4)], {}),
    "Mod as in C": ("Mod", [X, floats(4, low=0.5)], {"fmod": 1}),
    "Max": ("Max", [X, floats(4), floats(3, 1)], {}),
    "Max of one": ("Max", [X], {}),
    "Min": ("Min", [X, floats(4)], {}),
    "Neg": ("Neg", [X], {}),
    "Sqrt": ("Sqrt", [floats(5, low=0)], {}),
    "Reciprocal": ("Reciprocal", [floats(5, low=0.1)], {}),
    "Exp": ("Exp", [X], {}),
    "Log": ("Log", [floats(5, low=0.1)], {}),
    "Tanh": ("Tanh", [X], {}),
    "Relu": ("Relu", [X], {}),
    "LeakyRelu": ("LeakyRelu", [X], {"alpha": 0.3}),
    "PRelu": ("PRelu", [X, floats(3, 1)], {}),
    "PRelu of one slope": ("PRelu", [X, floats(1)], {}),
    "Sigmoid": ("Sigmoid", [30 * X], {}),
    "Softplus": ("Softplus", [30 * X], {}),
    "Selu": ("Selu", [X], {}),
    "Selu of others": ("Selu", [X], {"alpha": 2.0, "gamma": 3.0}),
    "Identity": ("Identity", [X], {}),
    "Clip": ("Clip", [X, np.float32(-0.5), np.float32(0.5)], {}),
    "Clip above": ("Clip", [X, None, np.float32(0.5)], {}),
    "Clip below": ("Clip", [X, np.float32(0.5)], {}),
    "Softmax": ("Softmax", [X], {}),
    "Softmax axis": ("Softmax", [X], {"axis": 1}),
    "MatMul": ("MatMul", [X, floats(4, 5)], {}),
    "MatMul of a vector": ("MatMul", [X, floats(4)], {}),
    "Gemm": ("Gemm", [floats(2, 3), floats(3, 4), floats(4)], {}),
    "Gemm turned": (
        "Gemm",
        [floats(3, 2), floats(4, 3), floats(2, 1)],
        {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0},
    ),
    "Gemm alone": ("Gemm", [floats(2, 3), floats(3, 4)], {}),
    "ReduceSum": ("ReduceSum", [X, ints(1)], {}),
    "ReduceSum of all": ("ReduceSum", [X], {"keepdims": 0}),
    "ReduceSum of integers": ("ReduceSum", [ints(1, 2, 3)], {}),
    "ReduceMean": ("ReduceMean", [X], {"axes": [-1], "keepdims": 0}),
    "ReduceMean of two": ("ReduceMean", [X], {"axes": [0, 2]}),
    "ReduceL2": ("ReduceL2", [X], {"axes": [2]}),
    "ReduceMax": ("ReduceMax", [X], {"axes": [1]}),
    "ReduceMin": ("ReduceMin", [X], {"axes": [1], "keepdims": 0}),
    "BatchNormalization": (
        "BatchNormalization",
        [floats(*IMAGE), floats(3), floats(3), floats(3), floats(3, low=0.1)],
        {"epsilon": 1e-3},
    ),
    "Conv": ("Conv", [floats(*IMAGE), floats(4, 3, 3, 3), floats(4)], {"pads": [1, 1, 1, 1]}),
    "Conv uneven": ("Conv", [floats(*IMAGE), floats(4, 3, 3, 3)], {"pads": [0, 1, 2, 0]}),
    "Conv of depth": (
        "Conv",
        [floats(*IMAGE), floats(6, 1, 3, 3), floats(6)],
        {"group": 3, "strides": [2, 1], "dilations": [1, 2], "pads": [1, 2, 1, 2]},
    ),
    "Conv of lines": ("Conv", [floats(2, 3, 9), floats(4, 3, 3)], {"pads": [1, 1]}),
    "Conv of volumes": ("Conv", [floats(1, 2, 4, 5, 6), floats(3, 2, 2, 2, 2)], {}),
    "MaxPool": ("MaxPool", [floats(*IMAGE)], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    "MaxPool padded": ("MaxPool", [floats(*IMAGE)], {**SQUARE, "pads": [1, 1, 1, 1]}),
    "MaxPool uneven": (
        "MaxPool",
        [floats(*IMAGE)],
        {**SQUARE, "pads": [0, 1, 2, 0], "strides": [2, 2]},
    ),
    "MaxPool dilated": ("MaxPool", [floats(*IMAGE)], {**SQUARE, "dilations": [2, 2]}),
    "MaxPool ceiling": (
        "MaxPool",
        [floats(*IMAGE)],
        {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1},
    ),
    "MaxPool of much padding": (
        "MaxPool",
        [floats(*IMAGE)],
        {"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]},
    ),
    "AveragePool": ("AveragePool", [floats(*IMAGE)], {**SQUARE, "strides": [2, 2]}),
    "AveragePool padded": ("AveragePool", [floats(*IMAGE)], {**SQUARE, "pads": [1, 1, 1, 1]}),
    "AveragePool with border": (
        "AveragePool",
        [floats(*IMAGE)],
        {**SQUARE, "pads": [1, 0, 1, 2], "count_include_pad": 1},
    ),
    "AveragePool of lines": ("AveragePool", [floats(2, 3, 9)], {"kernel_shape": [2]}),
    "GlobalAveragePool": ("GlobalAveragePool", [floats(*IMAGE)], {}),
    "Concat": ("Concat", [X, floats(2, 1, 4), X], {"axis": 1}),
    "Concat from the end": ("Concat", [X, floats(2, 3, 2)], {"axis": -1}),
    "Slice": ("Slice", [X, ints(1), ints(3), ints(1)], {}),
    "Slice of two": ("Slice", [X, ints(0, -3), ints(1, -1), ints(0, 2)], {}),
    "Slice of all axes": ("Slice", [X, ints(0, 1, 1), ints(1, 3, 9)], {}),
    "Slice in steps": ("Slice", [X, ints(0), ints(2**63 - 1), ints(-1), ints(3)], {}),
    "Slice backwards": ("Slice", [X, ints(-1), ints(-(2**63) + 1), ints(2), ints(-2)], {}),
    "Slice of nothing": ("Slice", [X, ints(3), ints(1), ints(2)], {}),
    "Split": ("Split", [X, ints(1, 3)], {"axis": 2}),
    "Gather": ("Gather", [X, ints(2, 0, -1)], {"axis": 1}),
    "Gather one": ("Gather", [X, np.int64(1)], {"axis": 2}),
    "Gather a table": ("Gather", [X, np.array([[0, 1], [1, 0]], np.int64)], {}),
    "Gather from the end": ("Gather", [X, ints(1)], {"axis": -1}),
    "Reshape": ("Reshape", [X, ints(0, -1)], {}),
    "Reshape to a vector": ("Reshape", [X, ints(-1)], {}),
    "Reshape of nobody": ("Reshape", [floats(0, 3, 4), ints(0, 2, 6)], {}),
    "Flatten": ("Flatten", [X], {}),
    "Flatten to a row": ("Flatten", [X], {"axis": 0}),
    "Flatten from the end": ("Flatten", [X], {"axis": -1}),
    "Transpose": ("Transpose", [X], {"perm": [2, 0, 1]}),
    "Transpose to the reverse": ("Transpose", [X], {}),
    "Unsqueeze": ("Unsqueeze", [X, ints(0, -1)], {}),
    "Squeeze": ("Squeeze", [floats(1, 3, 1, 4), ints(0, -2)], {}),
    "Squeeze all": ("Squeeze", [floats(1, 3, 1, 4)], {}),
    "Pad": ("Pad", [X, ints(0, 1, 2, 1, 0, 3)], {}),
    "Pad with a value": ("Pad", [X, ints(0, 1, 2, 1, 0, 3), np.float32(7)], {}),
    "Pad less": ("Pad", [X, ints(0, -1, 0, 0, 0, -2)], {}),
    "Pad the edge": ("Pad", [X, ints(0, 1, 2, 1, 0, 3)], {"mode": "edge"}),
    "Pad by reflection": ("Pad", [X, ints(0, 1, 2, 1, 0, 3)], {"mode": "reflect"}),
    "Shape": ("Shape", [X], {}),
    "Shape of the middle": ("Shape", [X], {"start": 1, "end": -1}),
    "Cast": ("Cast", [X], {"to": TensorProto.INT64}),
    "Cast of truth": ("Cast", [np.array([True, False])], {"to": TensorProto.FLOAT}),
    "ConstantOfShape": (
        "ConstantOfShape",
        [ints(2, 3)],
        {"value": numpy_helper.from_array(np.array([1.5], np.float32))},
    ),
    "ConstantOfShape of zeros": ("ConstantOfShape", [ints(2)], {}),
    "Equal": ("Equal", [ints(1, 2, 3), ints(1, 0, 3)], {}),
    "Greater": ("Greater", [X, floats(4)], {}),
    "Less": ("Less", [X, floats(4)], {}),
    "Not": ("Not", [np.array([True, False])], {}),
    "Where": ("Where", [np.array([True, False, True, True]), X, floats(3, 1)], {}),
    "Expand": ("Expand", [floats(3, 1), ints(2, 1, 4)], {}),
    "Expand with fewer": ("Expand", [X, ints(3, 1)], {}),
}


def network_of(case: Case, path: Path, outputs: int = 1, opset: int = 17) -> dict[str, Any]:
    """Write the operator, its first values as inputs, sizes and axes as constants; what to feed."""
    operator, values, attributes = case
    given = {f"in{at}": np.asarray(value) for at, value in enumerate(values) if value is not None}
    feed = {name: item for name, item in given.items() if name == "in0" or item.dtype != np.int64}
    names = [f"in{at}" if value is not None else "" for at, value in enumerate(values)]
    results = [f"out{at}" for at in range(outputs)]
    node = helper.make_node(operator, names, results, **attributes)
    graph = helper.make_graph(
        [node],
        "operator",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
            )
            for name, value in feed.items()
        ],
        [onnx.ValueInfoProto(name=name) for name in results],
        [numpy_helper.from_array(item, name) for name, item in given.items() if name not in feed],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    model = onnx.shape_inference.infer_shapes(model)
    inferred = {item.name: item for item in model.graph.output}
    assert set(inferred) == set(results)
    onnx.save(model, str(path))
    return feed


def compare(path: Path, feed: Mapping[str, Any]) -> None:
    """Both engines give the same names, types, shapes and values."""
    import onnxruntime  # noqa: PLC0415 - without the engine, which makes everything float32

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    engine = load_engine(path, "torch")
    found = engine(feed)
    for name, value in zip(engine.outputs, session.run(None, dict(feed)), strict=True):
        assert found[name].dtype == value.dtype, name
        assert found[name].shape == value.shape, name
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_operators(name: str, tmp_path: Path) -> None:
    path = tmp_path / "operator.onnx"
    outputs = 2 if name == "Split" else 1
    compare(path, network_of(CASES[name], path, outputs))


def test_a_sum_over_no_axes_changes_nothing(tmp_path: Path) -> None:
    """ONNX Runtime 1.23 fails on it, so that there is nothing to compare with."""
    path = tmp_path / "operator.onnx"
    network_of(("ReduceSum", [X], {"noop_with_empty_axes": 1}), path)
    np.testing.assert_array_equal(load_engine(path, "torch")({"in0": X})["out0"], X)


@pytest.mark.parametrize(
    ("case", "outputs"),
    [
        (("ReduceMean", [X, ints(0, 2)], {}), 1),
        (("ReduceL2", [X, ints(-1)], {"keepdims": 0}), 1),
        (("Split", [floats(7, 2)], {"num_outputs": 3}), 3),
        (("Pad", [X, ints(1, 2), np.float32(3), ints(-1)], {}), 1),
    ],
    ids=["ReduceMean", "ReduceL2", "Split", "Pad"],
)
def test_operators_of_newer_versions(case: Case, outputs: int, tmp_path: Path) -> None:
    path = tmp_path / "operator.onnx"
    compare(path, network_of(case, path, outputs, opset=18))


def test_every_operator_is_compared() -> None:
    assert {operator for operator, _, _ in CASES.values()} == set(OPERATORS)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_slice(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    bound = st.integers(-8, 8)
    start, end = data.draw(bound), data.draw(bound)
    step = data.draw(st.sampled_from([-3, -2, -1, 1, 2, 3]))
    path = tmp_path_factory.mktemp("slice") / "operator.onnx"
    case: Case = ("Slice", [floats(5, 2), ints(start), ints(end), ints(0), ints(step)], {})
    compare(path, network_of(case, path))


@pytest.mark.parametrize("kind", ["value", "value_float", "value_floats"])
def test_constants(tmp_path: Path, kind: str) -> None:
    values: dict[str, Any] = {
        "value": numpy_helper.from_array(np.array([1.5, 2.5], np.float32)),
        "value_float": 1.5,
        "value_floats": [1.5, 2.5],
    }
    constant = helper.make_node("Constant", [], ["c"])
    constant.attribute.append(helper.make_attribute(kind, values[kind]))
    nodes = [constant, helper.make_node("Add", ["x", "c"], ["y"])]
    path = save(tmp_path / "constant.onnx", nodes, {"x": ["N", 2]}, {"y": ["N", 2]})
    compare(path, {"x": floats(3, 2)})


def test_constants_of_integers(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Constant", [], ["all"], value_ints=[-1]),
        helper.make_node("Constant", [], ["first"], value_int=0),
        helper.make_node("Reshape", ["x", "all"], ["row"]),
        helper.make_node("Gather", ["row", "first"], ["y"]),
    ]
    compare(save(tmp_path / "c.onnx", nodes, {"x": [2, 2]}, {"y": []}), {"x": floats(2, 2)})


def test_nobody_with_a_free_size(tmp_path: Path) -> None:
    node = helper.make_node("Reshape", ["x", "sizes"], ["y"])
    path = save(
        tmp_path / "m.onnx", [node], {"x": ["N", 3, 4]}, {"y": ["N", 12]}, {"sizes": ints(0, -1)}
    )
    assert load_engine(path, "torch")({"x": floats(0, 3, 4)})["y"].shape == (0, 12)


def test_unknown_operators_are_named(tmp_path: Path) -> None:
    nodes = [helper.make_node("Erf", ["x"], ["a"]), helper.make_node("Cos", ["a"], ["y"])]
    path = save(tmp_path / "model.onnx", nodes, {"x": [1]}, {"y": [1]})
    with pytest.raises(
        EngineError, match="does not run here: Cos, Erf; use the engine onnxruntime"
    ):
        load_engine(path, "torch")


def test_old_networks_are_refused(tmp_path: Path) -> None:
    node = helper.make_node("Softmax", ["x"], ["y"])
    path = save(tmp_path / "model.onnx", [node], {"x": [1, 1]}, {"y": [1, 1]}, opset=12)
    with pytest.raises(EngineError, match="operators of version 12, PyTorch runs 13 and newer"):
        load_engine(path, "torch")


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (("AveragePool", [floats(*IMAGE)], {**SQUARE, "ceil_mode": 1}), "with ceil_mode"),
        (("MaxPool", [floats(*IMAGE)], {**SQUARE, "auto_pad": "SAME_UPPER"}), "'SAME_UPPER'"),
    ],
)
def test_what_is_not_covered_is_said(tmp_path: Path, case: Case, message: str) -> None:
    path = tmp_path / "operator.onnx"
    feed = network_of(case, path)
    with pytest.raises(EngineError, match=message):
        load_engine(path, "torch")(feed)


def test_training_mode_is_refused(tmp_path: Path) -> None:
    inputs = ["x", "scale", "bias", "mean", "variance"]
    node = helper.make_node("BatchNormalization", inputs, ["y", "m", "v"], training_mode=1)
    weights = {name: np.ones(2, np.float32) for name in inputs[1:]}
    path = save(tmp_path / "model.onnx", [node], {"x": [3, 2]}, {"y": [3, 2]}, weights)
    with pytest.raises(EngineError, match="in training mode"):
        load_engine(path, "torch")({"x": floats(3, 2)})


def test_what_pytorch_says_is_told(tmp_path: Path) -> None:
    node = helper.make_node("Reshape", ["x", "sizes"], ["y"])
    path = save(tmp_path / "m.onnx", [node], {"x": ["N", 3]}, {"y": [2, 2]}, {"sizes": ints(2, 2)})
    with pytest.raises(EngineError, match="PyTorch failed: shape"):
        load_engine(path, "torch")({"x": floats(3, 3)})


def test_an_invalid_network(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["x", "nowhere"], ["y"])
    path = save(tmp_path / "model.onnx", [node], {"x": [1]}, {"y": [1]})
    with pytest.raises(ModelError, match="cannot be loaded by PyTorch"):
        load_engine(path, "torch")


def test_inputs_are_not_changed(tmp_path: Path) -> None:
    values = np.arange(12.0).reshape(6, 2)[::2]
    values.flags.writeable = False
    found = load_engine(doubling(tmp_path), "torch")({"x": values})["y"]
    np.testing.assert_array_equal(found, values * 2)


def test_threads(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    try:
        engine: Any = load_engine(doubling(tmp_path), "torch", threads=2)
        assert torch.get_num_threads() == 2
        assert engine.place == "CPU, 2 threads"
    finally:
        torch.set_num_threads(before)
