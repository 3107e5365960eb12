"""A TensorRT that runs the ONNX network in ONNX Runtime, behind the API of the real bindings.

Names, parameters, their types and the members of enumerations are those of a table that was read
from the bindings (references/tensorrt_api.py). A class here that offers what the bindings do not
have cannot be made, and a call that the bindings would refuse is refused.
"""

from __future__ import annotations

import ctypes
import inspect
import json
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import onnxruntime
import pytest

from references.tensorrt_api import Parameter, Table

_MAGIC = b"imaginary plan"
_ELEMENTS = {1, 7, 10}  # FLOAT, INT64 and FLOAT16 of onnx.TensorProto
_KINDS = {
    "tensor(float)": ("FLOAT", np.float32),
    "tensor(float16)": ("HALF", np.float16),
    "tensor(int64)": ("INT64", np.int64),
}


class Device(Protocol):
    """Buffers and queue of the stand-in."""

    def submit(self, stream: Any, work: Callable[[], object]) -> None: ...

    def size_at(self, address: int) -> int: ...


class TensorRt:
    """The stand-in with what a test can look at and break.

    Attributes:
        module: to be imported as `tensorrt`.
        builds: precision flags of every engine that was built.
        read: plans that were handed to the deserialiser.
        failing: calls that fail: "parse", "build", "add_optimization_profile", "deserialise",
            "context", "execute", "set_tensor_address".
    """

    def __init__(self, table: Path, device: Device) -> None:
        self.table: Table = json.loads(table.read_text())
        self.device = device
        self.builds: list[list[str]] = []
        self.read: list[bytes] = []
        self.failing: set[str] = set()
        self.module = ModuleType("tensorrt")
        self.types: dict[str, Any] = {
            name: Enum(name, {member: at for at, member in enumerate(members)})
            for name, members in self.table["enums"].items()
        }
        _add_classes(self)
        self.types["ILogger"].Severity = self.types["Severity"]
        for member in self.types["Severity"]:
            setattr(self.types["ILogger"], member.name, member)
        for name, item in self.types.items():
            if name != "Severity":
                setattr(self.module, name, item)
        self.module.__version__ = self.table["version"]  # type: ignore[attr-defined]
        numpy_types = dict(_KINDS.values())
        assert list(self.table["functions"]) == ["nptype"]
        self.module.nptype = lambda trt_type: numpy_types[trt_type.name]  # type: ignore[attr-defined]

    def enforce(self, cls: type) -> type:
        """Add a class; its public members must be those of the table."""
        methods = self.table["methods"].get(cls.__name__, {})
        properties = self.table["properties"].get(cls.__name__, [])
        for name, member in list(vars(cls).items()):
            if isinstance(member, property):
                assert name in properties, f"{cls.__name__} has no property {name}"
            elif callable(member) and (name == "__init__" or not name.startswith("_")):
                if name == "__init__" and name not in methods:
                    continue  # made by other objects only
                assert name in methods, f"{cls.__name__} has no method {name}"
                setattr(cls, name, self._checked(member, methods[name]))
        self.types[cls.__name__] = cls
        return cls

    def fails(self, logger: Any, what: str, said: str) -> bool:
        """Log the reason and return True if a call is to fail."""
        if what in self.failing:
            logger.log(self.types["Severity"].ERROR, said)
        return what in self.failing

    def _checked(
        self, method: Callable[..., Any], overloads: list[list[Parameter]]
    ) -> Callable[..., Any]:
        def call(this: Any, *args: Any, **kwargs: Any) -> Any:
            if not any(self._binds(overload, args, kwargs) for overload in overloads):
                raise TypeError(f"{method.__qualname__}(): incompatible function arguments")
            return method(this, *args, **kwargs)

        return call

    def _binds(self, overload: list[Parameter], args: Any, kwargs: Any) -> bool:
        kinds = {name: kind for name, kind, _ in overload}
        parameters = [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None if optional else inspect.Parameter.empty,
            )
            for name, _, optional in overload
        ]
        try:
            bound = inspect.Signature(parameters).bind(*args, **kwargs)
        except TypeError:
            return False
        return all(self._fits(value, kinds[name]) for name, value in bound.arguments.items())

    def _fits(self, value: Any, kind: str) -> bool:
        if kind in {"SupportsInt", "int"}:
            return hasattr(value, "__int__") and not isinstance(value, str)
        if kind in {"Buffer", "buffer"}:
            return isinstance(value, bytes)
        if kind == "Dims":
            return isinstance(value, Sequence) and all(isinstance(item, int) for item in value)
        plain = {"str": str, "tuple": tuple, "list": list}
        known = {**plain, **self.types}.get(kind)
        return known is not None and isinstance(value, known)


def _add_classes(standin: TensorRt) -> None:  # noqa: C901 - a dozen small classes
    types, failing = standin.types, standin.failing

    @standin.enforce
    class ILogger:
        def __init__(self) -> None:
            self._made = True

        def log(self, severity: Any, msg: str) -> None:
            raise NotImplementedError

    @standin.enforce
    class ITensor:
        def __init__(self, name: str, shape: tuple[int, ...]) -> None:
            self._name, self._shape = name, shape

        @property
        def name(self) -> str:
            return self._name

        @property
        def shape(self) -> tuple[int, ...]:
            return self._shape

    @standin.enforce
    class INetworkDefinition:
        def __init__(self) -> None:
            self._inputs: list[ITensor] = []
            self._model = b""

        @property
        def num_inputs(self) -> int:
            return len(self._inputs)

        def get_input(self, index: int) -> ITensor:
            return self._inputs[index]

    @standin.enforce
    class IOptimizationProfile:
        def __init__(self) -> None:
            self._shapes: dict[str, list[Sequence[int]]] = {}

        def set_shape(
            self,
            input: str,  # noqa: A002 - names of the bindings
            min: Sequence[int],  # noqa: A002
            opt: Sequence[int],
            max: Sequence[int],  # noqa: A002
        ) -> None:
            if not all(0 <= a <= b <= c for a, b, c in zip(min, opt, max, strict=True)):
                raise ValueError("inconsistent shapes")
            self._shapes[input] = [min, opt, max]

    @standin.enforce
    class IBuilderConfig:
        def __init__(self) -> None:
            self._flags = {types["BuilderFlag"].TF32}
            self._profiles: list[IOptimizationProfile] = []

        def add_optimization_profile(self, profile: IOptimizationProfile) -> int:
            if "add_optimization_profile" in failing:
                return -1
            self._profiles.append(profile)
            return len(self._profiles) - 1

        def set_flag(self, flag: Any) -> None:
            self._flags.add(flag)

        def clear_flag(self, flag: Any) -> None:
            self._flags.discard(flag)

        def set_memory_pool_limit(self, pool: Any, pool_size: int) -> None:
            assert pool is types["MemoryPoolType"].WORKSPACE
            assert pool_size > 0

    @standin.enforce
    class IHostMemory(bytes):
        @property
        def nbytes(self) -> int:
            return len(self)

    @standin.enforce
    class Builder:
        def __init__(self, logger: ILogger) -> None:
            assert logger._made
            self._logger = logger

        def create_network(self, flags: int = 0) -> INetworkDefinition:
            assert flags == 0
            return INetworkDefinition()

        def create_builder_config(self) -> IBuilderConfig:
            return IBuilderConfig()

        def create_optimization_profile(self) -> IOptimizationProfile:
            return IOptimizationProfile()

        def build_serialized_network(
            self, network: INetworkDefinition, config: IBuilderConfig
        ) -> IHostMemory | None:
            flags = sorted(flag.name for flag in config._flags)
            standin.builds.append(flags)
            if standin.fails(self._logger, "build", "no kernel for node Mod_3"):
                return None
            free = any(-1 in tensor.shape for tensor in network._inputs)
            shapes = config._profiles[0]._shapes if free else {}
            head = {"version": standin.table["version"], "shapes": shapes}
            return IHostMemory(_MAGIC + json.dumps(head).encode() + b"\n" + network._model)

    @standin.enforce
    class ParserError:
        def __init__(self, code: Any, desc: str) -> None:
            self._code, self._desc = code, desc

        def code(self) -> Any:
            return self._code

        def desc(self) -> str:
            return self._desc

    @standin.enforce
    class OnnxParser:
        def __init__(self, network: INetworkDefinition, logger: ILogger) -> None:
            self._network, self._logger = network, logger
            self._errors: list[ParserError] = []

        @property
        def num_errors(self) -> int:
            return len(self._errors)

        def get_error(self, index: int) -> ParserError:
            return self._errors[index]

        def parse(self, model: bytes, path: str | None = None) -> bool:
            assert path is None or Path(path).is_file()
            codes = types["ErrorCode"]
            onnx = pytest.importorskip("onnx", reason="onnx is not installed")
            try:
                proto = onnx.load_from_string(model)
                onnx.checker.check_model(proto)
            except Exception as error:  # noqa: BLE001
                self._errors.append(ParserError(codes.MODEL_DESERIALIZE_FAILED, str(error)))
                return False
            if "parse" in failing:
                self._errors.append(ParserError(codes.UNSUPPORTED_NODE, "no importer for Foo"))
                return False
            self._network._model = bytes(model)
            self._network._inputs = [ITensor(item.name, _sizes(item)) for item in proto.graph.input]
            return True

    @standin.enforce
    class Runtime:
        def __init__(self, logger: ILogger) -> None:
            self._logger = logger

        def deserialize_cuda_engine(self, serialized_engine: bytes) -> ICudaEngine | None:
            standin.read.append(bytes(serialized_engine))
            if standin.fails(self._logger, "deserialise", "wrong driver"):
                return None
            assert serialized_engine.startswith(_MAGIC), "a foreign plan reached TensorRT"
            head, _, model = serialized_engine[len(_MAGIC) :].partition(b"\n")
            values = json.loads(head)
            assert values["version"] == standin.table["version"]
            return ICudaEngine(model, values["shapes"], self._logger)

    @standin.enforce
    class ICudaEngine:
        def __init__(self, model: bytes, shapes: Any, logger: ILogger) -> None:
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
            return types["DataType"][_KINDS[self._tensors[name].type][0]]

        def get_tensor_shape(self, name: str) -> tuple[int, ...]:
            shape = self._tensors[name].shape
            return tuple(size if isinstance(size, int) else -1 for size in shape)

        def create_execution_context(self) -> IExecutionContext | None:
            if standin.fails(self._logger, "context", "out of memory"):
                return None
            return IExecutionContext(self)

    @standin.enforce
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
            return not standin.fails(self._engine._logger, "set_tensor_address", "misaligned")

        def execute_async_v3(self, stream_handle: int) -> bool:
            if standin.fails(self._engine._logger, "execute", "illegal memory access"):
                return False
            shapes = dict(self._shapes)  # those of now, whatever is set before it runs
            standin.device.submit(stream_handle, lambda: self._execute(shapes))
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
            assert size <= standin.device.size_at(address)
            memory = (ctypes.c_char * size).from_address(address)
            return np.frombuffer(memory, dtype).reshape(shape)

        def _dtype(self, name: str) -> Any:
            return _KINDS[self._engine._tensors[name].type][1]


def _sizes(item: Any) -> tuple[int, ...]:
    """The sizes of an onnx.ValueInfoProto."""
    kind = item.type.tensor_type
    assert kind.elem_type in _ELEMENTS
    return tuple(size.dim_value if size.HasField("dim_value") else -1 for size in kind.shape.dim)
