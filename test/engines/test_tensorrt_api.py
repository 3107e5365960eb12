"""The tables that the stand-ins enforce are what the real bindings have.

The bindings of TensorRT and of CUDA install without a GPU; see references/tensorrt_api.py.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engines.conftest import REFERENCES
from engines.cuda_standin import Gpu, cudaError_t, cudaMemcpyKind
from engines.tensorrt_standin import TensorRt
from pose_action_ros.models.card import find_model
from references.tensorrt_api import api_of, run_with_bindings


@pytest.fixture(scope="module")
def bindings() -> Path:
    """The folder of the installed bindings."""
    found = importlib.util.find_spec("tensorrt_bindings")
    if found is None or not found.submodule_search_locations:
        pytest.skip("tensorrt_cu13_bindings is not installed; it has no wheel for this machine")
    for program in ("cc", "readelf"):
        if shutil.which(program) is None:
            pytest.skip(f"no program {program} to make empty libraries with")
    return Path(found.submodule_search_locations[0])


@pytest.fixture(scope="module")
def runtime() -> Any:
    return pytest.importorskip("cuda.bindings.runtime", reason="cuda-bindings is not installed")


def test_the_table_is_that_of_the_bindings(bindings: Path) -> None:
    table = api_of(bindings)
    major = table["version"].split(".")[0]
    assert table == json.loads((REFERENCES / f"tensorrt_{major}.json").read_text())


@pytest.mark.parametrize("generation", [10, 11])
def test_the_stand_in_refuses_the_same_calls_as_the_bindings(generation: int) -> None:
    standin = TensorRt(REFERENCES / f"tensorrt_{generation}.json", Gpu())
    trt = standin.module
    with pytest.raises(AttributeError):
        trt.Builder.build_cuda_engine  # noqa: B018 - of older versions
    logger = trt.ILogger()
    builder = trt.Builder(logger=logger)
    for wrong in ((), (3,), (logger, 1)):
        with pytest.raises(TypeError, match="incompatible function arguments"):
            trt.Builder(*wrong)
    config = builder.create_builder_config()
    with pytest.raises(TypeError, match="set_flag"):
        config.set_flag("FP16")
    with pytest.raises(TypeError, match="create_network"):
        builder.create_network(flag=1)
    assert hasattr(trt.BuilderFlag, "FP16") == (generation == 10)

    class OnnxParser:
        def parse_file(self) -> None: ...

    with pytest.raises(AssertionError, match="OnnxParser has no method parse_file"):
        standin.enforce(OnnxParser)


def test_cuda_functions_have_these_parameters(runtime: Any) -> None:
    standin = Gpu().module()
    names = [name for name in vars(standin) if inspect.isfunction(getattr(standin, name))]
    assert len(names) == 9
    for name in names:
        real = inspect.signature(getattr(runtime, name)).parameters
        assert list(inspect.signature(getattr(standin, name)).parameters) == list(real), name
    for ours in (cudaError_t, cudaMemcpyKind):
        real_enum = getattr(runtime, ours.__name__)
        assert all(int(getattr(real_enum, item.name)) == item.value for item in ours)
    assert int(runtime.cudaStreamNonBlocking) == 1
    assert {"name", "major", "minor"} <= set(dir(runtime.cudaDeviceProp))
    assert "__int__" in dir(runtime.cudaStream_t)


_LOG_AND_LOAD = """
import logging, sys
from pathlib import Path
import tensorrt_bindings
sys.modules["tensorrt"] = tensorrt_bindings
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
from pose_action_ros.engines import load_engine
from pose_action_ros.engines.tensorrt_build import LOG
from pose_action_ros.errors import EngineError
LOG.log(tensorrt_bindings.ILogger.WARNING, "a warning")
print(load_engine(Path(sys.argv[1])).name)
try:
    load_engine(Path(sys.argv[1]), "tensorrt")
except EngineError as error:
    print(error)
"""


@pytest.mark.usefixtures("runtime")
def test_the_real_bindings_on_a_machine_without_gpu(bindings: Path) -> None:
    """The modules import with them, the logger is one of theirs, and CUDA says what is missing."""
    said = run_with_bindings(bindings, _LOG_AND_LOAD, str(find_model("lifter"))).splitlines()
    assert said[0] == "TensorRT: a warning"
    if "lifter.onnx runs in onnxruntime" not in said[1]:
        pytest.skip("there is a GPU here")
    assert "; tensorrt: no GPU that CUDA can use (cudaError" in said[1]
    assert said[2] == "onnxruntime"
    assert said[3].startswith("no engine for lifter.onnx here (tensorrt: no GPU that CUDA can use")
