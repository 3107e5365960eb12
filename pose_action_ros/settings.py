"""Settings: frozen dataclasses with description, unit and bounds in each field.

One default, one place. ROS parameters, YAML files, command line options and the documentation are
derived from these fields. Every settings object checks its values when it is created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import Any, TypeVar, cast, get_type_hints

from pose_action_ros.errors import SettingError

Value = bool | int | float | str


@dataclass(frozen=True)
class Limits:
    """Meaning and allowed values of one setting.

    Attributes:
        description: one human-readable sentence.
        unit: of the value, empty for none.
        low, high: inclusive bounds of a number.
        choices: the allowed strings; empty for any.
        live: may be changed while running.
    """

    description: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    live: bool = False


@dataclass(frozen=True)
class Settings:
    """Base of all settings classes; the fields of subclasses are made with `setting`.

    Raises:
        SettingError: a value has the wrong type or is outside its limits.
    """

    def __post_init__(self) -> None:
        for item in fields(self):
            value = _check(type(self), item, getattr(self, item.name))
            object.__setattr__(self, item.name, value)


Config = TypeVar("Config", bound=Settings)


def setting(
    default: Value,
    description: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    live: bool = False,
) -> Any:
    """A dataclass field with its limits; the arguments are those of Limits."""
    limits = Limits(description, unit, low, high, choices, live)
    return field(default=default, metadata={"limits": limits})


def limits_of(item: Field[Any]) -> Limits:
    """The limits of one field of a settings class."""
    return cast(Limits, item.metadata["limits"])


def kind_of(settings: type, name: str) -> type:
    """The type of one setting: bool, int, float or str."""
    return cast(type, _type_hints(settings)[name])


_type_hints = lru_cache(maxsize=None)(get_type_hints)


def from_mapping(settings: type[Config], values: Mapping[str, object]) -> Config:
    """Create a settings object from names and values; missing names get their default.

    Raises:
        SettingError: an unknown name, or a value that is not allowed.
    """
    names = [item.name for item in fields(settings)]
    for name in values:
        if name not in names:
            raise SettingError(f"unknown parameter {name!r}; there are {', '.join(sorted(names))}")
    return settings(**cast(Mapping[str, Any], values))


def defaults(settings: type) -> dict[str, Value]:
    """Name and default of every setting, in order."""
    return {
        item.name: cast(Value, item.default)
        for item in fields(settings)
        if item.default is not MISSING
    }


def _check(settings: type, item: Field[Any], value: object) -> Value:
    """Convert a value to the type of its setting; SettingError if it is not allowed."""
    kind, limits = kind_of(settings, item.name), limits_of(item)
    converted = _convert(value, kind)
    if converted is None:
        raise SettingError(
            f"parameter {item.name!r}: got {value!r} ({type(value).__name__}), "
            f"expected {kind.__name__}"
        )
    if limits.choices and converted not in limits.choices:
        raise SettingError(
            f"parameter {item.name!r}: got {value!r}, expected one of {', '.join(limits.choices)}"
        )
    if kind in (int, float):
        _check_bounds(item.name, cast(float, converted), limits)
    return converted


def _convert(value: object, kind: type) -> Value | None:
    """The value as this type, None if it has another; numbers may come from NumPy."""
    if kind is float and isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return cast(Value, value) if kind in (bool, str) and isinstance(value, kind) else None


def _check_bounds(name: str, value: float, limits: Limits) -> None:
    low, high = limits.low, limits.high
    if isfinite(value) and (low is None or low <= value) and (high is None or value <= high):
        return
    expected = "a finite number" if low is None else f"at least {low}"
    if high is not None:
        expected = f"at most {high}" if low is None else f"{low} to {high}"
    unit = f" {limits.unit}" if limits.unit else ""
    raise SettingError(f"parameter {name!r}: got {value}, expected {expected}{unit}")


def names_of(text: str) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
