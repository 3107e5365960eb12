"""ROS parameters from a settings class: declared, described, and checked also while running."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields, replace
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterType,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from pose_action_ros.errors import PoseActionError, SettingError
from pose_action_ros.settings import Limits, Settings, defaults, kind_of, limits_of

Config = TypeVar("Config", bound=Settings)

_TYPES: Mapping[type, int] = {
    bool: ParameterType.PARAMETER_BOOL,
    int: ParameterType.PARAMETER_INTEGER,
    float: ParameterType.PARAMETER_DOUBLE,
    str: ParameterType.PARAMETER_STRING,
}
_HUGE = 1e308  # a range needs both ends
_LARGE = 2**62


class Parameters(Generic[Config]):
    """The parameters of one node.

    Args:
        node: to declare them on.
        settings: dataclass of settings.setting fields.
        changed: called with the new settings before a change is accepted; a PoseActionError it
            raises refuses the change.

    Raises:
        SettingError: a value at start is not allowed.
    """

    def __init__(
        self, node: Node, settings: type[Config], changed: Callable[[Config], None]
    ) -> None:
        self._settings = settings
        self._changed = changed
        names = defaults(settings)
        # Type and bounds are checked before ROS gets them: its refusals lack the unit.
        free = ParameterDescriptor(dynamic_typing=True)
        values: dict[str, Any] = {
            name: node.declare_parameter(name, default, free).value
            for name, default in names.items()
        }
        self.values: Config = settings(**values)
        for name in names:
            node.set_descriptor(name, descriptor(settings, name))
        node.add_on_set_parameters_callback(self._set)

    def refusal(self, parameters: Sequence[Parameter[Any]]) -> SetParametersResult | None:
        """Reason to refuse a change while running; None if it is allowed.

        Called before ROS checks the change: its reasons lack the unit and often the parameter.
        """
        try:
            for item in parameters:
                if item.name in defaults(self._settings):
                    self._check(item)
        except SettingError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return None

    def _check(self, item: Parameter[Any]) -> None:
        """Raise SettingError if the parameter cannot have this value."""
        if not limits_of(_field(self._settings, item.name)).live:
            raise SettingError(
                f"parameter {item.name!r}: got {item.value!r}, expected "
                f"{getattr(self.values, item.name)!r} as at the start: it is read-only; give it "
                "when the node is started"
            )
        replace(self.values, **{item.name: item.value})

    def _set(self, parameters: list[Parameter[Any]]) -> SetParametersResult:
        """Apply a change while running; ROS has refused those of read-only parameters."""
        names = defaults(self._settings)
        try:
            changes = {item.name: item.value for item in parameters if item.name in names}
            values = replace(self.values, **changes)
            if changes:
                self._changed(values)
        except PoseActionError as error:
            return SetParametersResult(successful=False, reason=str(error))
        self.values = values
        return SetParametersResult(successful=True)


def descriptor(settings: type, name: str) -> ParameterDescriptor:
    """The description of a setting for `ros2 param describe`."""
    limits = limits_of(_field(settings, name))
    kind = kind_of(settings, name)
    result = ParameterDescriptor(
        name=name,
        type=_TYPES[kind],
        description=limits.description + (f" [{limits.unit}]" if limits.unit else ""),
        additional_constraints=f"one of {', '.join(limits.choices)}" if limits.choices else "",
        read_only=not limits.live,
        dynamic_typing=kind is float,  # `2` in a YAML file means 2.0
    )
    if kind is float and (limits.low is not None or limits.high is not None):
        result.floating_point_range = [_float_range(limits)]
    elif kind is int and (limits.low is not None or limits.high is not None):
        result.integer_range = [_integer_range(limits)]
    return result


def _field(settings: type, name: str) -> Field[Any]:
    return next(item for item in fields(settings) if item.name == name)


def _float_range(limits: Limits) -> FloatingPointRange:
    low = -_HUGE if limits.low is None else float(limits.low)
    high = _HUGE if limits.high is None else float(limits.high)
    return FloatingPointRange(from_value=low, to_value=high)


def _integer_range(limits: Limits) -> IntegerRange:
    low = -_LARGE if limits.low is None else int(limits.low)
    high = _LARGE if limits.high is None else int(limits.high)
    return IntegerRange(from_value=low, to_value=high)
