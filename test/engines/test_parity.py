"""The shipped models give the same in every engine that can be had here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from engines.networks import SHIPPED, shipped_feed
from pose_action_ros.engines import ENGINES, load_engine
from pose_action_ros.engines.background import TOLERANCE
from pose_action_ros.engines.cuda_memory import CudaMemory
from pose_action_ros.errors import EngineError
from pose_action_ros.models.card import find_model

BOUNDS = {"tensorrt": TOLERANCE, "tensorrt_fp16": 5e-2}


@pytest.fixture
def hardware(cache: Path) -> Path:
    """A real GPU with TensorRT."""
    if importlib.util.find_spec("tensorrt") is None:
        pytest.skip("TensorRT is not installed")
    try:
        CudaMemory().close()
    except EngineError as error:
        pytest.skip(f"no GPU: {error}")
    return cache


def compare(model: str, name: str) -> None:
    """Outputs of the engine against those of ONNX Runtime, relative to values above 1."""
    path = find_model(model)
    reference, engine = load_engine(path, "onnxruntime"), load_engine(path, name)
    assert dict(engine.inputs) == dict(reference.inputs)
    assert engine.outputs == reference.outputs
    for batch in (0, 1, 3, 16, 40):
        feed = shipped_feed(model, batch, seed=batch)
        expected, found = reference(feed), engine(feed)
        assert list(found) == list(expected)
        for output, value in expected.items():
            assert found[output].dtype == value.dtype
            np.testing.assert_allclose(found[output], value, rtol=BOUNDS[name], atol=BOUNDS[name])


@pytest.mark.parametrize("model", SHIPPED)
@pytest.mark.parametrize("name", ["tensorrt", "tensorrt_fp16"])
def test_tensorrt(hardware: Path, model: str, name: str) -> None:
    compare(model, name)
    assert len(list(hardware.glob("tensorrt/*.plan"))) == 1


def test_every_engine_of_onnx_files_is_compared() -> None:
    assert set(ENGINES) == {"onnxruntime", *BOUNDS}
