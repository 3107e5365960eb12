"""Settings: frozen dataclasses whose fields carry description, unit and bounds.

One default, one place. ROS parameters, YAML files, command line options and the documentation are
derived from these fields and checked against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from math import isfinite
from typing import Any, TypeVar, cast, get_type_hints

from pose_action_ros.errors import SettingError

Value = bool | int | float | str
Config = TypeVar("Config")


@dataclass(frozen=True)
class Limits:
    """What one setting may be and what it means.

    Attributes:
        description: one sentence for people.
        unit: of the value, empty for none.
        low, high: inclusive bounds of a number.
        choices: the values a string may have; empty for any.
        live: may be changed while running.
    """

    description: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    live: bool = False


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
    return cast(type, get_type_hints(settings)[name])


def checked(settings: type, name: str, value: object) -> Value:
    """The value as the setting's type, when it is allowed.

    Raises:
        SettingError: unknown name, wrong type or outside the limits; says what is expected.
    """
    known = {item.name: item for item in fields(settings)}
    if name not in known:
        raise SettingError(f"unknown parameter {name!r}; there are {', '.join(sorted(known))}")
    kind, limits = kind_of(settings, name), limits_of(known[name])
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise SettingError(
            f"parameter {name!r}: got {value!r} ({type(value).__name__}), expected {kind.__name__}"
        )
    if limits.choices and value not in limits.choices:
        raise SettingError(
            f"parameter {name!r}: got {value!r}, expected one of {', '.join(limits.choices)}"
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_bounds(name, value, limits)
    return cast(Value, value)


def _check_bounds(name: str, value: float, limits: Limits) -> None:
    low = limits.low if limits.low is not None else -float("inf")
    high = limits.high if limits.high is not None else float("inf")
    if not isfinite(value) or not low <= value <= high:
        unit = f" {limits.unit}" if limits.unit else ""
        raise SettingError(f"parameter {name!r}: got {value}, expected {low} to {high}{unit}")


def from_mapping(settings: type[Config], values: Mapping[str, object]) -> Config:
    """A settings object from names and values, checked; what is not named has its default."""
    return settings(**{name: checked(settings, name, value) for name, value in values.items()})


def defaults(settings: type) -> dict[str, Value]:
    """Name and default of every setting, in order."""
    return {
        item.name: cast(Value, item.default)
        for item in fields(settings)
        if item.default is not MISSING
    }
