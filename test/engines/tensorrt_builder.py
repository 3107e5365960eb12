"""Builder and ONNX parser of the stand-in for TensorRT: its plan contains the ONNX network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engines.checked_bindings import Bindings

MAGIC = b"imaginary plan"
_ELEMENTS = {1, 7, 10}  # FLOAT, INT64 and FLOAT16 of onnx.TensorProto


def add_builder(bindings: Bindings) -> None:  # noqa: C901 - nine small classes
    """Add the classes that build a plan."""
    types, failing = bindings.types, bindings.failing

    @bindings.enforce
    class ILogger:
        def __init__(self) -> None:
            self._made = True

        def log(self, severity: Any, msg: str) -> None:
            raise NotImplementedError

    @bindings.enforce
    class ITensor:
        def __init__(self, name: str, shape: tuple[int, ...]) -> None:
            self._name, self._shape = name, shape

        @property
        def name(self) -> str:
            return self._name

        @property
        def shape(self) -> tuple[int, ...]:
            return self._shape

    @bindings.enforce
    class INetworkDefinition:
        def __init__(self) -> None:
            self._inputs: list[ITensor] = []
            self._model = b""

        @property
        def num_inputs(self) -> int:
            return len(self._inputs)

        def get_input(self, index: int) -> ITensor:
            return self._inputs[index]

    @bindings.enforce
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

    @bindings.enforce
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

    @bindings.enforce
    class IHostMemory(bytes):
        @property
        def nbytes(self) -> int:
            return len(self)

    @bindings.enforce
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
            bindings.builds.append(flags)
            if bindings.fails(self._logger, "build", "no kernel for node Mod_3"):
                return None
            free = any(-1 in tensor.shape for tensor in network._inputs)
            shapes = config._profiles[0]._shapes if free else {}
            head = {"version": bindings.table["version"], "shapes": shapes}
            return IHostMemory(MAGIC + json.dumps(head).encode() + b"\n" + network._model)

    @bindings.enforce
    class ParserError:
        def __init__(self, code: Any, desc: str) -> None:
            self._code, self._desc = code, desc

        def code(self) -> Any:
            return self._code

        def desc(self) -> str:
            return self._desc

    @bindings.enforce
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


def _sizes(item: Any) -> tuple[int, ...]:
    """The sizes of an onnx.ValueInfoProto."""
    kind = item.type.tensor_type
    assert kind.elem_type in _ELEMENTS
    return tuple(size.dim_value if size.HasField("dim_value") else -1 for size in kind.shape.dim)
