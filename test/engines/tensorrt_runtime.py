"""Runtime of the stand-in for TensorRT: runs the ONNX network of a plan in ONNX Runtime."""

from __future__ import annotations

import ctypes
import json
from typing import Any

import numpy as np
import onnxruntime

from engines.checked_bindings import Bindings
from engines.tensorrt_builder import MAGIC

KINDS = {
    "tensor(float)": ("FLOAT", np.float32),
    "tensor(float16)": ("HALF", np.float16),
    "tensor(int64)": ("INT64", np.int64),
}
"""Types of ONNX Runtime: their names in TensorRT and NumPy."""


def add_runtime(bindings: Bindings) -> None:  # noqa: C901 - three classes
    """Add the classes that run a plan."""
    types = bindings.types

    @bindings.enforce
    class Runtime:
        def __init__(self, logger: Any) -> None:
            self._logger = logger

        def deserialize_cuda_engine(self, serialized_engine: bytes) -> ICudaEngine | None:
            bindings.read.append(bytes(serialized_engine))
            if bindings.fails(self._logger, "deserialise", "wrong driver"):
                return None
            assert serialized_engine.startswith(MAGIC), "a foreign plan reached TensorRT"
            head, _, model = serialized_engine[len(MAGIC) :].partition(b"\n")
            values = json.loads(head)
            assert values["version"] == bindings.table["version"]
            return ICudaEngine(model, values["shapes"], self._logger)

    @bindings.enforce
    class ICudaEngine:
        def __init__(self, model: bytes, shapes: Any, logger: Any) -> None:
            self._session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
            self._shapes, self._logger = shapes, logger
            inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
            self._tensors = {item.name: item for item in (*inputs, *outputs)}
            self._inputs = {item.name for item in inputs}

        @property
        def num_io_tensors(self) -> int:
            return len(self._tensors)

        def get_tensor_name(self, index: int) -> str:
            return str(list(self._tensors)[index])

        def get_tensor_mode(self, name: str) -> Any:
            modes = types["TensorIOMode"]
            return modes.INPUT if name in self._inputs else modes.OUTPUT

        def get_tensor_dtype(self, name: str) -> Any:
            return types["DataType"][KINDS[self._tensors[name].type][0]]

        def get_tensor_shape(self, name: str) -> tuple[int, ...]:
            shape = self._tensors[name].shape
            return tuple(size if isinstance(size, int) else -1 for size in shape)

        def create_execution_context(self) -> IExecutionContext | None:
            if bindings.fails(self._logger, "context", "out of memory"):
                return None
            return IExecutionContext(self)

    @bindings.enforce
    class IExecutionContext:
        def __init__(self, engine: ICudaEngine) -> None:
            self._engine = engine
            self._shapes: dict[str, tuple[int, ...]] = {}
            self._addresses: dict[str, int] = {}

        def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
            bounds = self._engine._shapes.get(name)
            if bounds is None:
                allowed = tuple(shape) == self._engine.get_tensor_shape(name)
            else:
                least, _, most = bounds
                allowed = all(a <= b <= c for a, b, c in zip(least, shape, most, strict=True))
            if allowed:
                self._shapes[name] = tuple(shape)
            return allowed

        def get_tensor_shape(self, name: str) -> tuple[int, ...]:
            zeros = {name: np.zeros(shape) for name, shape in self._shapes.items()}
            return tuple(self._compute(zeros)[name].shape)

        def set_tensor_address(self, name: str, memory: int) -> bool:
            self._addresses[name] = int(memory)
            return not bindings.fails(self._engine._logger, "set_tensor_address", "misaligned")

        def execute_async_v3(self, stream_handle: int) -> bool:
            if bindings.fails(self._engine._logger, "execute", "illegal memory access"):
                return False
            shapes = dict(self._shapes)  # those of now, whatever is set before it runs
            bindings.device.submit(stream_handle, lambda: self._execute(shapes))
            return True

        def _execute(self, shapes: dict[str, tuple[int, ...]]) -> None:
            results = self._compute({n: self._array(n, s) for n, s in shapes.items()})
            for name, result in results.items():
                self._array(name, result.shape)[...] = result

        def _compute(self, inputs: dict[str, Any]) -> dict[str, Any]:
            session = self._engine._session
            feed = {name: np.asarray(value, self._dtype(name)) for name, value in inputs.items()}
            names = [item.name for item in session.get_outputs()]
            return dict(zip(names, session.run(names, feed), strict=True))

        def _array(self, name: str, shape: tuple[int, ...]) -> Any:
            """The memory at a tensor's address."""
            address, dtype = self._addresses[name], np.dtype(self._dtype(name))
            size = int(np.prod(shape)) * dtype.itemsize
            assert size <= bindings.device.size_at(address)
            memory = (ctypes.c_char * size).from_address(address)
            return np.frombuffer(memory, dtype).reshape(shape)

        def _dtype(self, name: str) -> Any:
            return KINDS[self._engine._tensors[name].type][1]
