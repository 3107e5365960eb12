from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from engines.networks import SHIPPED, save, shipped_feed
from pose_action_ros.engines.half import to_half
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model


def run(data: bytes, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [item.name for item in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_stand_it(name: str) -> None:
    data = find_model(name).read_bytes()
    feed = shipped_feed(name, 5)
    half, single = run(to_half(data), feed), run(data, feed)
    assert list(half) == list(single)
    for output, value in single.items():
        assert half[output].dtype == value.dtype
        np.testing.assert_allclose(half[output], value, atol=0.02)


def test_everything_inside_is_half(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Constant", [], ["two"], value_float=2.0),
        helper.make_node("Constant", [], ["three"], value_floats=[3.0, 1e9]),
        helper.make_node("Cast", ["two"], ["again"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["x", "again"], ["double"]),
        helper.make_node("Add", ["double", "three"], ["sum"]),
        helper.make_node("Add", ["sum", "weight"], ["y"]),
    ]
    weights = {"weight": np.array([0.5, -1e9], np.float32)}
    path = save(tmp_path / "model.onnx", nodes, {"x": [2]}, {"y": [2]}, weights)
    data = to_half(path.read_bytes())
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    found = run(data, {"x": np.array([1, 1], np.float32)})["y"]
    # What is out of range is cut to the range.
    np.testing.assert_array_equal(found, [5.5, 2.0])


def test_an_output_that_is_used_inside(tmp_path: Path) -> None:
    nodes = [helper.make_node("Neg", ["x"], ["y"]), helper.make_node("Neg", ["y"], ["z"])]
    path = save(tmp_path / "model.onnx", nodes, {"x": [1]}, {"y": [1], "z": [1]})
    found = run(to_half(path.read_bytes()), {"x": np.array([3], np.float32)})
    assert {name: value.item() for name, value in found.items()} == {"y": -3, "z": 3}


def test_networks_in_the_network_are_refused(tmp_path: Path) -> None:
    value = helper.make_tensor_value_info("z", TensorProto.FLOAT, [1])
    inner = helper.make_graph([helper.make_node("Neg", ["x"], ["z"])], "inner", [], [value])
    node = helper.make_node("If", ["chosen"], ["y"], then_branch=inner, else_branch=inner)
    path = save(tmp_path / "model.onnx", [node], {"x": [1]}, {"y": [1]}, {"chosen": np.array(True)})
    with pytest.raises(EngineError, match="If '' has a network inside"):
        to_half(path.read_bytes())
