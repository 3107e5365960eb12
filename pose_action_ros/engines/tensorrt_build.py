"""Builds TensorRT engines from ONNX files into the user's cache.

`python -m pose_action_ros.engines.tensorrt_build MODEL` builds one in a process of its own.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import tensorrt as trt

from pose_action_ros.engines.cuda_memory import CudaMemory
from pose_action_ros.engines.plan_file import (
    MAX_BATCH,
    PlanKey,
    newest,
    plan_path,
    read_plan,
    write_plan,
)
from pose_action_ros.errors import EngineError, ModelError, PoseActionError
from pose_action_ros.models.card import sha256_of
from pose_action_ros.stopping import end_with_input

_LOGGER = logging.getLogger(__name__)

_USUAL_BATCH = 4
_WORKSPACE = 1 << 28
"""Bytes for intermediate results: plenty here, and a Jetson's GPU has no memory of its own."""
_UNSUPPORTED = "use another engine for this model"
_LEVELS = {
    trt.ILogger.INTERNAL_ERROR: logging.ERROR,
    trt.ILogger.ERROR: logging.ERROR,
    trt.ILogger.WARNING: logging.WARNING,
    trt.ILogger.INFO: logging.DEBUG,  # dozens of lines of memory statistics per engine
}


class TensorRtLog(trt.ILogger):  # type: ignore[misc]  # a class of a module without types
    """Forwards TensorRT's messages to logging and keeps the last error for `failure`."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)
        self._error = ""

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        """Forward a message; TensorRT calls this from any of its threads."""
        level = _LEVELS.get(severity)
        if level is None:  # verbose: thousands of lines while an engine is built
            return
        if level == logging.ERROR:
            self._error = msg
        _LOGGER.log(level, "TensorRT: %s", msg)

    def failure(self, failed: str, remedy: str) -> EngineError:
        """The error to raise after a failed call, with TensorRT's last error as the reason."""
        reason, self._error = self._error or "it gives no reason", ""
        return EngineError(f"TensorRT {failed}: {reason}; {remedy}")


LOG = TensorRtLog()
"""The one logger: TensorRT uses a single logger for all its objects in a process."""


def check_version() -> None:
    """Raise EngineError for a TensorRT that lacks named tensors and execute_async_v3."""
    if int(trt.__version__.split(".")[0]) < 10:
        raise EngineError(f"TensorRT {trt.__version__} is installed, expected 10 or newer")


def key_of(model: Path, gpu: str, precision: str, max_batch: int | None) -> PlanKey:
    """The key of a model's plan.

    Args:
        model: the ONNX file.
        gpu: name and compute capability.
        precision: one of PRECISIONS.
        max_batch: most people per run; None for the batch size of the plan that was used last, or
            MAX_BATCH without a plan.
    """
    batch = MAX_BATCH if max_batch is None else max_batch
    key = PlanKey(sha256_of(model), trt.__version__, gpu, precision, batch)
    return newest(model.stem, key) if max_batch is None else key


def find_plan(model: Path, precision: str) -> tuple[bool, str]:
    """Look for a model's plan in the cache without building it.

    Returns:
        True if it is there, and the GPU.

    Raises:
        EngineError: TensorRT is too old, or there is no GPU.
    """
    check_version()
    memory = CudaMemory()
    memory.close()
    key = key_of(model, memory.gpu, precision, None)
    return plan_path(model.stem, key).is_file(), memory.gpu


def build_plan(model: Path, precision: str = "fp32", max_batch: int | None = None) -> Path:
    """Build a model's plan for the first GPU into the cache, unless the cache has it.

    Args:
        model: the ONNX file.
        precision: one of PRECISIONS.
        max_batch: most people per run; see key_of.

    Returns:
        Path of the plan.

    Raises:
        ModelError: the ONNX file is damaged, or the cache cannot be written.
        EngineError: TensorRT is too old, cannot build the engine, or there is no GPU.
    """
    check_version()
    memory = CudaMemory()
    try:
        key = key_of(model, memory.gpu, precision, max_batch)
        path = plan_path(model.stem, key)
        if read_plan(path, key) is None:
            write_plan(path, key, build(model, key))
    finally:
        memory.close()
    return path


def build(model: Path, key: PlanKey) -> bytes:
    """Build a plan, which takes seconds to minutes.

    Raises:
        ModelError: the ONNX file is damaged.
        EngineError: TensorRT cannot build the engine.
    """
    _LOGGER.info(
        "building the TensorRT engine of %s (%s, up to %d people) for %s; this can take minutes",
        model.name, key.precision, key.max_batch, key.gpu,
    )  # fmt: skip
    builder = trt.Builder(LOG)
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, _WORKSPACE)
    # TF32, which is on by default, rounds factors to 10 bits: that is not fp32.
    config.clear_flag(trt.BuilderFlag.TF32)
    data = model.read_bytes()
    if key.precision == "fp16":
        # TensorRT 10 has a flag; newer versions take the precision from the network.
        if hasattr(trt.BuilderFlag, "FP16"):
            config.set_flag(trt.BuilderFlag.FP16)
        else:
            data = to_half(data)
    network = builder.create_network()
    _parse(network, data, model)
    _set_batch(builder, config, network, key.max_batch)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise LOG.failure(f"cannot build {model.name}", _UNSUPPORTED)
    return bytes(plan)


def to_half(data: bytes) -> bytes:
    """The content of an ONNX file with float16 inside; inputs and outputs keep their types.

    Raises:
        ModelError: not an ONNX file.
        EngineError: a package for the conversion is missing.
    """
    try:
        import onnx  # noqa: PLC0415 - optional
        from onnxruntime.transformers import float16, onnx_model  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise EngineError(
            f"TensorRT {trt.__version__} takes half precision from the model file; its "
            f"conversion needs the package {error.name}; `pip install onnx onnxruntime`, or use "
            "fp32"
        ) from error
    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # the errors of protobuf have no public base class
        raise ModelError(f"the file is no ONNX network: {error}") from error
    half = onnx_model.OnnxModel(float16.convert_float_to_float16(model, keep_io_types=True))
    half.topological_sort()  # the conversion appends casts at the end
    return bytes(half.model.SerializeToString())


def _parse(network: Any, data: bytes, path: Path) -> None:
    parser = trt.OnnxParser(network, LOG)
    if parser.parse(data, str(path)):
        return
    errors = [parser.get_error(index) for index in range(parser.num_errors)]
    reasons = "; ".join(error.desc() for error in errors) or "it gives no reason"
    if any(error.code() == trt.ErrorCode.MODEL_DESERIALIZE_FAILED for error in errors):
        raise ModelError(
            f"{path} cannot be loaded by TensorRT: {reasons}; fetch or export the model again"
        )
    raise EngineError(f"TensorRT cannot take {path.name}: {reasons}; {_UNSUPPORTED}")


def _set_batch(builder: Any, config: Any, network: Any, most: int) -> None:
    """Allow 1 to `most` people, the first axis of every input."""
    profile = builder.create_optimization_profile()
    free = False
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        shape = tuple(tensor.shape)
        if -1 in shape[1:]:
            raise EngineError(
                f"input {tensor.name!r} has the shape {shape} (-1 is free), expected every size "
                f"but the first to be fixed for TensorRT; {_UNSUPPORTED}"
            )
        if -1 in shape:
            free = True
            shapes = [(size, *shape[1:]) for size in (1, min(_USUAL_BATCH, most), most)]
            profile.set_shape(tensor.name, *shapes)
    if free and config.add_optimization_profile(profile) < 0:
        raise LOG.failure("does not take the batch sizes", _UNSUPPORTED)


if __name__ == "__main__":
    end_with_input()  # which ends with the node that started this
    os.nice(10)  # the nodes of the robot come first
    try:
        build_plan(Path(sys.argv[1]))
    except PoseActionError as problem:
        sys.exit(str(problem))
