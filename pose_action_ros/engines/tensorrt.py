"""TensorRT 10 and newer on an NVIDIA GPU."""

from __future__ import annotations

import logging
import weakref
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorrt as trt

from pose_action_ros.engines.base import NotBuiltError, Shape, Tensors, check_tensors
from pose_action_ros.engines.cuda_memory import CudaMemory
from pose_action_ros.engines.plan_file import PlanKey, plan_path, read_plan, write_plan
from pose_action_ros.engines.tensorrt_build import LOG, build, check_version, key_of
from pose_action_ros.errors import EngineError, InputError, ModelError

Arrays = dict[str, npt.NDArray[Any]]

_LOGGER = logging.getLogger(__name__)

_REMEDY = "`nvidia-smi` shows the GPU's state and memory"


def load_fp32(path: Path, _threads: int, _provider: str) -> TensorRtEngine:
    """The engine of an ONNX file in single precision, for the batch size that was used last."""
    return TensorRtEngine(path)


def load_fp16(path: Path, _threads: int, _provider: str) -> TensorRtEngine:
    """The engine of an ONNX file in half precision; otherwise like load_fp32."""
    return TensorRtEngine(path, "fp16")


def load_built(path: Path, _threads: int, _provider: str) -> TensorRtEngine:
    """Like load_fp32, but raise NotBuiltError instead of building the engine."""
    return TensorRtEngine(path, may_build=False)


class TensorRtEngine:
    """An ONNX file in TensorRT; see Engine. Thread-safe; large batches run in parts.

    Args:
        path: the ONNX file.
        precision: "fp32" or "fp16"; inputs and outputs keep the types of the file.
        max_batch: most people per run; see key_of.
        may_build: build the engine if the cache does not have it.

    Raises:
        ModelError: the file is damaged.
        NotBuiltError: the cache does not have the engine, and may_build is False.
        EngineError: no GPU, no memory, or TensorRT cannot build the engine.
    """

    name = "tensorrt"

    def __init__(
        self,
        path: Path,
        precision: str = "fp32",
        max_batch: int | None = None,
        *,
        may_build: bool = True,
    ) -> None:
        check_version()
        self._memory = CudaMemory()
        self._release = weakref.finalize(self, self._memory.close)
        key = key_of(path, self._memory.gpu, precision, max_batch)
        self._most = key.max_batch
        self._runtime = trt.Runtime(LOG)
        self._engine = self._load(path, key, may_build=may_build)
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise LOG.failure(f"has no memory for {path.name}", _REMEDY)
        self._lock = Lock()
        self._describe()
        self._allocate()
        self.place = f"TensorRT {trt.__version__}, {precision}, {self._memory.gpu}"

    def _load(self, path: Path, key: PlanKey, *, may_build: bool) -> Any:
        """TensorRT's engine object, from the cache or built now and put into the cache."""
        file = plan_path(path.stem, key)
        plan = read_plan(file, key)
        if plan is not None:
            engine = self._runtime.deserialize_cuda_engine(plan)
            if engine is not None:
                return engine
            # An undamaged plan may be refused, for example after an update of the GPU's driver.
            file.unlink(missing_ok=True)
        if not may_build:
            raise NotBuiltError("not built yet")
        plan = build(path, key)
        try:
            write_plan(file, key, plan)
        except ModelError as error:
            _LOGGER.warning("the engine is built again at the next start: %s", error)
        engine = self._runtime.deserialize_cuda_engine(plan)
        if engine is None:
            raise LOG.failure(f"cannot load its own engine of {path.name}", _REMEDY)
        return engine

    def __call__(self, tensors: Tensors) -> Arrays:
        """Run the network; see Engine."""
        check_tensors(self.inputs, tensors)
        arrays = {
            name: np.ascontiguousarray(tensors[name], self._types[name]) for name in self.inputs
        }
        if not self._batched:
            with self._lock:
                return self._run(arrays)
        batch = _batch_of(arrays)
        if batch == 0:
            return {
                name: np.empty((0, *shape[1:]), self._types[name])
                for name, shape in self._largest.items()
            }
        with self._lock:
            parts = [
                self._run({name: array[at : at + self._most] for name, array in arrays.items()})
                for at in range(0, batch, self._most)
            ]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.outputs}

    def _describe(self) -> None:
        """Read names, shapes and types of the inputs and outputs."""
        names = [self._engine.get_tensor_name(at) for at in range(self._engine.num_io_tensors)]
        shapes = {name: tuple(self._engine.get_tensor_shape(name)) for name in names}
        taken = [
            name for name in names if self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
        ]
        self.inputs: dict[str, Shape] = {
            name: tuple(None if size < 0 else size for size in shapes[name]) for name in taken
        }
        self.outputs = tuple(name for name in names if name not in self.inputs)
        self._types = {
            name: np.dtype(trt.nptype(self._engine.get_tensor_dtype(name))) for name in names
        }
        self._batched = all(-1 in shapes[name][:1] for name in taken)
        if self._batched and not all(-1 in shapes[name][:1] for name in self.outputs):
            raise EngineError(
                f"the first axis of the outputs {[shapes[name] for name in self.outputs]} is not "
                "the batch, so batches cannot be split; use another engine for this model"
            )

    def _allocate(self) -> None:
        """Allocate for the largest batch now: a robot must not run out of memory later."""
        largest: dict[str, tuple[int, ...]] = {
            name: tuple(self._most if size is None else size for size in shape)
            for name, shape in self.inputs.items()
        }
        self._set_shapes(largest)
        self._largest = {name: self._output_shape(name) for name in self.outputs}
        self._buffers = {}
        for name, shape in {**largest, **self._largest}.items():
            address = self._memory.allocate(int(np.prod(shape)) * self._types[name].itemsize)
            if not self._context.set_tensor_address(name, address):
                raise LOG.failure(f"does not take memory for {name!r}", _REMEDY)
            self._buffers[name] = address

    def _run(self, arrays: Arrays) -> Arrays:
        """Run a batch of at most max_batch people."""
        self._set_shapes({name: array.shape for name, array in arrays.items()})
        results: Arrays = {
            name: np.empty(self._output_shape(name), self._types[name]) for name in self.outputs
        }
        for name, array in arrays.items():
            self._memory.upload(self._buffers[name], array)
        if not self._context.execute_async_v3(self._memory.stream):
            raise LOG.failure("failed", _REMEDY)
        for name, array in results.items():
            self._memory.download(array, self._buffers[name])
        self._memory.synchronise()
        return results

    def _set_shapes(self, shapes: dict[str, tuple[int, ...]]) -> None:
        for name, shape in shapes.items():
            if not self._context.set_input_shape(name, shape):
                raise LOG.failure(f"does not take {shape} for {name!r}", _REMEDY)

    def _output_shape(self, name: str) -> tuple[int, ...]:
        """Shape of an output for the current input shapes."""
        shape = tuple(self._context.get_tensor_shape(name))
        if any(size < 0 for size in shape):
            raise EngineError(
                f"the size of output {name!r} depends on values, not only on the batch; use "
                "another engine for this model"
            )
        return shape


def _batch_of(arrays: Arrays) -> int:
    """The number of people; InputError unless it is the same in all inputs."""
    sizes = {name: len(array) for name, array in arrays.items()}
    if len(set(sizes.values())) != 1:
        raise InputError(f"inputs are for different numbers of people: {sizes}")
    return next(iter(sizes.values()))
