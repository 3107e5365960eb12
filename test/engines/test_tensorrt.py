"""The TensorRT backend on an imaginary GPU; see checked_bindings.py for what that proves."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from engines.conftest import Machine, build_plan, tensorrt_engine
from engines.cuda_standin import cudaError_t
from engines.networks import (
    SHIPPED,
    doubling,
    fixed,
    helper,
    save,
    shipped_feed,
    sum_and_difference,
)
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import EngineError, InputError, ModelError
from pose_action_ros.models.card import find_model


@pytest.mark.parametrize("batch", [0, 1, 2, 16, 17, 40])
@pytest.mark.parametrize("name", SHIPPED)
def test_any_number_of_people(machine: Machine, name: str, batch: int) -> None:
    people = shipped_feed(name, batch)
    expected = load_engine(find_model(name), "onnxruntime")(people)
    engine = load_engine(find_model(name), "tensorrt")
    assert engine.name == "tensorrt"
    found = engine(people)
    assert list(found) == list(expected) == list(engine.outputs)
    for output, value in expected.items():
        assert found[output].shape == value.shape
        assert found[output].dtype == value.dtype
        np.testing.assert_allclose(found[output], value, atol=1e-5)
    assert machine.tensorrt.builds == [[]]  # without TF32


def test_several_inputs_and_outputs(machine: Machine, tmp_path: Path) -> None:
    engine = tensorrt_engine(sum_and_difference(tmp_path), max_batch=2)
    assert engine.inputs == {"a": (None, 3), "b": (None, 3)}
    a, b = np.random.default_rng(0).random((2, 5, 3), np.float32)
    found = engine({"b": b, "a": a})
    np.testing.assert_array_equal(found["sum"], a + b)
    np.testing.assert_array_equal(found["column"], (a - b)[:, 0])
    with pytest.raises(InputError, match="different numbers of people"):
        engine({"a": a, "b": b[:2]})
    assert len(machine.gpu.buffers) == 4


def test_strided_arrays_of_other_types(machine: Machine, tmp_path: Path) -> None:
    engine = tensorrt_engine(doubling(tmp_path))
    values = np.arange(12).reshape(2, 6).T[::-1]
    values.flags.writeable = False
    np.testing.assert_array_equal(engine({"x": values})["y"], values * 2)
    assert machine.plans()


@pytest.mark.parametrize(
    ("shape", "message"),
    [((2, 3), r"the network takes \('any', 2\)"), ((2,), "has shape"), ((1, 2, 2), "has shape")],
)
def test_wrong_shapes(
    machine: Machine, tmp_path: Path, shape: tuple[int, ...], message: str
) -> None:
    engine = tensorrt_engine(doubling(tmp_path))
    with pytest.raises(InputError, match=message):
        engine({"x": np.zeros(shape)})
    np.testing.assert_array_equal(engine({"x": np.ones((1, 2))})["y"], [[2, 2]])
    assert machine.tensorrt.read


def test_a_fixed_batch(machine: Machine, tmp_path: Path) -> None:
    engine = tensorrt_engine(fixed(tmp_path))
    np.testing.assert_array_equal(engine({"x": np.ones((2, 2))})["y"], np.full((2, 2), 2))
    for batch in (0, 1, 3):
        with pytest.raises(InputError, match="has shape"):
            engine({"x": np.zeros((batch, 2))})
    assert machine.plans()


def test_free_sizes_besides_the_batch(machine: Machine, tmp_path: Path) -> None:
    node = helper.make_node("Add", ["x", "x"], ["y"])
    path = save(tmp_path / "wide.onnx", [node], {"x": ["N", "W"]}, {"y": ["N", "W"]})
    with pytest.raises(EngineError, match=r"input 'x' has the shape \(-1, -1\)"):
        load_engine(path, "tensorrt")
    assert not machine.gpu.buffers


def test_outputs_that_are_not_per_person(machine: Machine, tmp_path: Path) -> None:
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[0], keepdims=0)
    path = save(tmp_path / "mean.onnx", [node], {"x": ["N", 2]}, {"y": [2]})
    with pytest.raises(EngineError, match="is not the batch"):
        load_engine(path, "tensorrt")
    assert not machine.gpu.streams


@pytest.mark.parametrize("limit", [0, 100])
def test_out_of_memory(
    machine: Machine, tmp_path: Path, limit: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = doubling(tmp_path)
    build_plan(path)
    machine.gpu.limit = limit
    with pytest.raises(EngineError, match=r"cannot allocate 0.0 MiB of GPU memory .*--max-batch"):
        load_engine(path, "tensorrt")
    with caplog.at_level(logging.INFO):
        assert load_engine(path).name == "onnxruntime"
    assert "tensorrt: cannot allocate 0.0 MiB of GPU memory" in caplog.text
    gc.collect()
    assert not machine.gpu.buffers
    assert not machine.gpu.streams


@pytest.mark.parametrize(
    ("failing", "message"),
    [
        ("parse", "TensorRT cannot take doubling.onnx: no importer for Foo"),
        ("build", "TensorRT cannot build doubling.onnx: no kernel for node Mod_3"),
        ("add_optimization_profile", "does not take the batch sizes: it gives no reason"),
        ("context", "has no memory for doubling.onnx: out of memory"),
        ("set_tensor_address", "does not take memory for 'x': misaligned"),
    ],
)
def test_failures_while_loading(
    machine: Machine, tmp_path: Path, failing: str, message: str
) -> None:
    path = doubling(tmp_path)
    machine.tensorrt.failing.add(failing)
    with pytest.raises(EngineError, match=message):
        load_engine(path, "tensorrt")
    gc.collect()
    assert not machine.gpu.buffers
    assert not machine.gpu.streams


def test_a_damaged_model_is_refused(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(doubling(tmp_path).read_bytes()[:-20])
    for name, backend in (("tensorrt", "TensorRT"), ("auto", "ONNX Runtime")):
        with pytest.raises(ModelError, match=f"cannot be loaded by {backend}"):
            load_engine(path, name)
    assert not machine.plans()


def test_failing_while_running(machine: Machine, tmp_path: Path) -> None:
    engine = tensorrt_engine(doubling(tmp_path))
    machine.tensorrt.failing.add("execute")
    with pytest.raises(EngineError, match="TensorRT failed: illegal memory access"):
        engine({"x": np.ones((1, 2))})
    machine.tensorrt.failing.clear()
    for call in ("cudaMemcpyAsync", "cudaStreamSynchronize"):
        machine.gpu.failing = {call: cudaError_t.cudaErrorIllegalAddress}
        with pytest.raises(EngineError, match="CUDA failed with cudaErrorIllegalAddress"):
            engine({"x": np.ones((1, 2))})


def test_inputs_of_which_one_is_fixed(machine: Machine, tmp_path: Path) -> None:
    node = helper.make_node("MatMul", ["a", "b"], ["y"])
    path = save(tmp_path / "m.onnx", [node], {"a": ["N", 2], "b": [2, 2]}, {"y": ["N", 2]})
    engine = tensorrt_engine(path, max_batch=4)
    np.testing.assert_array_equal(
        engine({"a": np.ones((4, 2)), "b": np.ones((2, 2))})["y"], np.full((4, 2), 2)
    )
    with pytest.raises(EngineError, match=r"does not take \(5, 2\) for 'a'"):
        engine({"a": np.ones((5, 2)), "b": np.ones((2, 2))})
    assert machine.gpu.streams == 1


def test_outputs_whose_size_depends_on_values(machine: Machine, tmp_path: Path) -> None:
    def shape(_this: object, _name: str) -> tuple[int, ...]:
        return (-1, 2)

    machine.tensorrt.types["IExecutionContext"].get_tensor_shape = shape
    with pytest.raises(EngineError, match="the size of output 'y' depends on values"):
        tensorrt_engine(doubling(tmp_path))


@pytest.mark.parametrize("error", ["cudaErrorNoDevice", "cudaErrorInsufficientDriver"])
def test_no_gpu(
    machine: Machine, tmp_path: Path, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    machine.gpu.failing["cudaGetDeviceCount"] = cudaError_t[error]
    path = doubling(tmp_path)
    with pytest.raises(
        EngineError, match=rf"no GPU that CUDA can use \({error}\); check the driver"
    ):
        load_engine(path, "tensorrt")
    with caplog.at_level(logging.INFO):
        assert load_engine(path).name == "onnxruntime"
    assert caplog.records[-1].message.startswith(
        f"doubling.onnx runs in onnxruntime (CPU, 1 thread); tensorrt: no GPU that CUDA can use "
        f"({error})"
    )


def test_no_package_for_the_memory(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cuda.bindings", None)
    with pytest.raises(EngineError, match=r"cuda-python, .* cannot be imported .*`pip install"):
        load_engine(doubling(tmp_path), "tensorrt")
    assert not machine.plans()


@pytest.mark.parametrize("version", ["8.6.1", "9.3.0"])
def test_an_old_tensorrt(machine: Machine, tmp_path: Path, version: str) -> None:
    machine.tensorrt.module.__version__ = version  # type: ignore[attr-defined]
    with pytest.raises(EngineError, match=f"TensorRT {version} is installed, expected 10"):
        load_engine(doubling(tmp_path), "tensorrt")


def test_tensorrt_without_its_libraries(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "packages"
    broken.mkdir()
    (broken / "tensorrt.py").write_text("raise ImportError('libnvinfer.so.11: cannot open')\n")
    monkeypatch.delitem(sys.modules, "tensorrt")
    monkeypatch.syspath_prepend(str(broken))
    with pytest.raises(EngineError, match=r"cannot be imported \(libnvinfer.so.11: cannot open"):
        load_engine(doubling(tmp_path), "tensorrt")
    assert not machine.plans()


def test_threads_take_turns(machine: Machine, tmp_path: Path) -> None:
    engine = tensorrt_engine(sum_and_difference(tmp_path), max_batch=2)
    wrong = []

    def work(seed: int) -> None:
        for _ in range(20):
            a, b = np.random.default_rng(seed).random((2, 5, 3), np.float32)
            if not np.array_equal(engine({"a": a, "b": b})["sum"], a + b):
                wrong.append(seed)

    threads = [Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert machine.gpu.streams == 1


def test_memory_is_released(machine: Machine, tmp_path: Path) -> None:
    engines = [tensorrt_engine(doubling(tmp_path)) for _ in range(3)]
    assert machine.gpu.streams == 3
    assert len(machine.gpu.buffers) == 6
    del engines
    gc.collect()
    assert machine.gpu.streams == 0
    assert not machine.gpu.buffers


def test_messages_of_tensorrt(
    machine: Machine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tensorrt_engine(doubling(tmp_path))
    from pose_action_ros.engines.tensorrt_build import LOG  # noqa: PLC0415 - on the machine

    severities = machine.tensorrt.types["Severity"]
    with caplog.at_level(logging.DEBUG):
        for severity in severities:
            LOG.log(severity, f"said as {severity.name}")
    found = {record.message: record.levelname for record in caplog.records}
    expected = {"INTERNAL_ERROR": "ERROR", "ERROR": "ERROR", "WARNING": "WARNING", "INFO": "DEBUG"}
    assert {f"TensorRT: said as {name}": level for name, level in expected.items()} == found
