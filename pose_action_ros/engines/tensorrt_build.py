"""Building TensorRT engines from ONNX files, and keeping them in the user's cache."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorrt as trt

from pose_action_ros.engines.plan_file import (
    MAX_BATCH,
    PlanKey,
    newest,
    plan_path,
    read_plan,
    write_plan,
)
from pose_action_ros.engines.tensorrt_log import LOG
from pose_action_ros.errors import EngineError, ModelError
from pose_action_ros.models.card import sha256_of

_LOG = logging.getLogger(__name__)

_USUAL_BATCH = 4
_WORKSPACE = 1 << 28
"""Bytes for intermediate results: plenty here, and a Jetson's GPU has no memory of its own."""
_UNSUPPORTED = "use another engine for this model"


@dataclass(frozen=True)
class Order:
    """What is to be built.

    Attributes:
        model: the ONNX file.
        gpu: name and compute capability of the GPU that is present.
        precision: one of PRECISIONS.
        max_batch: most people at a time; None for the engine of that model asked for last, or
            MAX_BATCH where there is none.
    """

    model: Path
    gpu: str
    precision: str = "fp32"
    max_batch: int | None = None


def check_version() -> None:
    """EngineError for a TensorRT that lacks named tensors and execute_async_v3."""
    if int(trt.__version__.split(".")[0]) < 10:
        raise EngineError(f"TensorRT {trt.__version__} is installed, expected 10 or newer")


def key_of(order: Order) -> PlanKey:
    """What the plan depends on."""
    batch = MAX_BATCH if order.max_batch is None else order.max_batch
    digest = sha256_of(order.model)
    key = PlanKey(digest, trt.__version__, order.gpu, order.precision, batch)
    return newest(order.model.stem, key) if order.max_batch is None else key


def cached_plan(order: Order, key: PlanKey) -> bytes:
    """The plan, from the cache or built and put there.

    Raises:
        ModelError: the ONNX file is damaged.
        EngineError: TensorRT cannot build it.
    """
    path = plan_path(order.model.stem, key)
    plan = read_plan(path, key)
    return build_and_keep(order, key) if plan is None else plan


def build_and_keep(order: Order, key: PlanKey) -> bytes:
    """Build the plan; a cache that cannot be written is a warning only. Errors as cached_plan."""
    plan = build(order, key)
    try:
        write_plan(plan_path(order.model.stem, key), key, plan)
    except ModelError as error:
        _LOG.warning("the engine is built again at the next start: %s", error)
    return plan


def build(order: Order, key: PlanKey) -> bytes:
    """Build the plan, which takes seconds to minutes.

    Raises:
        ModelError: the ONNX file is damaged.
        EngineError: TensorRT cannot build it.
    """
    _LOG.info(
        "building the TensorRT engine of %s (%s, up to %d people) for %s; this can take minutes",
        order.model.name, key.precision, key.max_batch, key.gpu,
    )  # fmt: skip
    builder = trt.Builder(LOG)
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, _WORKSPACE)
    # TF32 rounds factors to 10 bits, which is not what "fp32" promises. It is on by default.
    config.clear_flag(trt.BuilderFlag.TF32)
    data = order.model.read_bytes()
    if key.precision == "fp16":
        data = _halve(config, data)
    network = builder.create_network()
    _parse(network, data, order.model)
    _set_batch(builder, config, network, key.max_batch)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise LOG.failure(f"cannot build {order.model.name}", _UNSUPPORTED)
    return bytes(plan)


def _halve(config: Any, data: bytes) -> bytes:
    """Ask for half precision: TensorRT 10 by a flag, from 11 on the network itself must say it."""
    if hasattr(trt.BuilderFlag, "FP16"):
        config.set_flag(trt.BuilderFlag.FP16)
        return data
    try:
        from pose_action_ros.engines.half import to_half  # noqa: PLC0415 - onnx is not needed else
    except ModuleNotFoundError as error:
        raise EngineError(
            f"TensorRT {trt.__version__} takes half precision from the model file, which is "
            f"rewritten with the package {error.name}; `pip install onnx`, or use fp32"
        ) from error
    return to_half(data)


def _parse(network: Any, data: bytes, path: Path) -> None:
    parser = trt.OnnxParser(network, LOG)
    if parser.parse(data, str(path)):
        return
    errors = [parser.get_error(index) for index in range(parser.num_errors)]
    told = "; ".join(error.desc() for error in errors) or "it does not say why"
    if any(error.code() == trt.ErrorCode.MODEL_DESERIALIZE_FAILED for error in errors):
        raise ModelError(
            f"{path} cannot be loaded by TensorRT: {told}; fetch or export the model again"
        )
    raise EngineError(f"TensorRT cannot take {path.name}: {told}; {_UNSUPPORTED}")


def _set_batch(builder: Any, config: Any, network: Any, most: int) -> None:
    """Leave the number of people, the first axis of every input, free from 1 to `most`."""
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
