"""Classes behind the API of TensorRT's bindings, and what a test can look at and break.

Names, parameters, their types and the members of enumerations are those of a table that was read
from the bindings (references/tensorrt_api.py). A class here that offers what the bindings do not
have cannot be made, and a call that the bindings would refuse is refused.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from references.tensorrt_api import Parameter, Table


class Device(Protocol):
    """Buffers and queue of the stand-in."""

    def submit(self, stream: Any, work: Callable[[], object]) -> None: ...

    def size_at(self, address: int) -> int: ...


class Bindings:
    """The classes by name, each checked against the table.

    Attributes:
        table: names and types of the bindings.
        device: buffers and queue.
        builds: precision flags of every engine that was built.
        read: plans that were handed to the deserialiser.
        failing: calls that fail: "parse", "build", "add_optimization_profile", "deserialise",
            "context", "execute", "set_tensor_address".
        types: enumerations and classes.
    """

    def __init__(self, table: Path, device: Device) -> None:
        self.table: Table = json.loads(table.read_text())
        self.device = device
        self.builds: list[list[str]] = []
        self.read: list[bytes] = []
        self.failing: set[str] = set()
        self.types: dict[str, Any] = {
            name: Enum(name, {member: at for at, member in enumerate(members)})
            for name, members in self.table["enums"].items()
        }

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
