import os
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from blazepose_files import blazepose_files
from pose_action_ros.engines import ENGINES, load_engine
from pose_action_ros.errors import EngineError, InputError, ModelError


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """A network y = x + x for any number of pairs."""
    node = helper.make_node("Add", ["x", "x"], ["y"])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])
    model = helper.make_model(
        helper.make_graph([node], "doubling", [x], [y]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    path = tmp_path / "doubling.onnx"
    onnx.save(model, str(path))
    return path


def test_onnx_runtime_runs_any_batch(doubling: Path) -> None:
    engine = load_engine(doubling)
    assert engine.name == "onnxruntime"
    assert engine.inputs == {"x": (None, 2)}
    for batch in (1, 3, 0, 2):
        values = np.full((batch, 2), 4.0)
        np.testing.assert_array_equal(engine({"x": values})["y"], values * 2)


def test_litert_runs_what_the_file_says() -> None:
    engine = load_engine(blazepose_files()[0])
    assert engine.name == "litert"
    assert engine.inputs == {"input_1": (1, 224, 224, 3)}
    outputs = engine({"input_1": np.zeros((1, 224, 224, 3))})
    assert tuple(outputs) == engine.outputs
    assert [value.shape for value in outputs.values()] == [(1, 2254, 12), (1, 2254, 1)]
    with pytest.raises(InputError, match=r"has shape \(2, 224, 224, 3\)"):
        engine({"input_1": np.zeros((2, 224, 224, 3))})


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"x": np.zeros((1, 3))}, r"shape \(1, 3\), the network takes \('any', 2\)"),
        ({"x": np.zeros(2)}, "has shape"),
        ({"z": np.zeros((1, 2))}, r"got tensors \['z'\], the network takes \['x'\]"),
        ({}, r"got tensors \[\]"),
    ],
)
def test_wrong_tensors(doubling: Path, tensors: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_engine(doubling)({**tensors})


def test_no_such_file_and_no_such_engine(doubling: Path) -> None:
    with pytest.raises(ModelError, match=r"no model file at nowhere\.onnx"):
        load_engine(Path("nowhere.onnx"))
    with pytest.raises(EngineError, match="engines are auto, onnxruntime, litert"):
        load_engine(doubling, "caffe")
    with pytest.raises(EngineError, match=r"does not run .*doubling\.onnx"):
        load_engine(doubling, "litert")


def test_a_file_no_engine_runs(tmp_path: Path) -> None:
    path = tmp_path / "model.pb"
    path.touch()
    with pytest.raises(EngineError, match=r"the engines run \.onnx, \.tflite files"):
        load_engine(path)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".onnx", ".tflite"])
def test_truncated_files(doubling: Path, tmp_path: Path, suffix: str, keep: float) -> None:
    whole = doubling if suffix == ".onnx" else blazepose_files()[0]
    data = whole.read_bytes()
    path = tmp_path / f"truncated{suffix}"
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_engine(path)


@pytest.mark.parametrize("suffix", [".onnx", ".tflite"])
def test_files_of_something_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"random{suffix}"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_engine(path)


@pytest.mark.parametrize(("name", "package"), [(key, ENGINES[key][3]) for key in ENGINES])
def test_an_engine_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, package: str
) -> None:
    path = tmp_path / f"model{ENGINES[name][2]}"
    path.touch()
    for module in ("onnxruntime", "ai_edge_litert", "ai_edge_litert.interpreter"):
        monkeypatch.setitem(sys.modules, module, None)
    for module, *_ in ENGINES.values():
        monkeypatch.delitem(sys.modules, f"pose_action_ros.engines.{module}", raising=False)
    with pytest.raises(EngineError, match=rf"pip install {package}"):
        load_engine(path)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core")
def test_threads_do_not_change_results() -> None:
    path = blazepose_files()[0]
    engines = [load_engine(path, threads=threads) for threads in (1, 2)]
    (name,) = engines[0].inputs
    image = np.random.default_rng(0).random((1, 224, 224, 3), dtype=np.float32)
    one, two = (engine({name: image}) for engine in engines)
    for key, value in one.items():
        np.testing.assert_allclose(two[key], value, rtol=1e-3, atol=1e-2)
