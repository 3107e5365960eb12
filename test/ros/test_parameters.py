from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rcl_interfaces.msg import ParameterType
from rclpy.node import Node
from rclpy.parameter import Parameter

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.nodes.parameters import Parameters
from pose_action_ros.settings import Settings, setting
from ros_support import rclpy


@dataclass(frozen=True)
class Example(Settings):
    speed: float = setting(1.0, "How fast", unit="m/s", low=0.0, high=5.0, live=True)
    count: int = setting(3, "How many", low=1, live=True)
    colour: str = setting("red", "Which", choices=("red", "blue"), live=True)
    fixed: bool = setting(False, "Not to be changed")


@pytest.fixture
def context() -> Iterator[Any]:
    context = rclpy.context.Context()
    rclpy.init(args=[], context=context)
    yield context
    context.try_shutdown()


def example(context: Any, **values: object) -> tuple[Node, Parameters[Example], list[Example]]:
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    node = Node("example", context=context, parameter_overrides=overrides)
    changes: list[Example] = []

    def changed(settings: Example) -> None:
        if settings.count == 13:
            raise InputError("13 is bad luck")
        changes.append(settings)

    return node, Parameters(node, Example, changed), changes


def change(node: Node, **values: object) -> str:
    """Set parameters together; the reason of a refusal, or nothing."""
    parameters = [Parameter(name, value=value) for name, value in values.items()]
    return str(node.set_parameters_atomically(parameters).reason)


def test_defaults_are_those_of_the_settings(context: Any) -> None:
    node, parameters, _ = example(context)
    assert parameters.values == Example()
    assert node.get_parameter("speed").value == 1.0


def test_values_at_start_are_used_and_whole_numbers_become_floats(context: Any) -> None:
    _, parameters, _ = example(context, speed=2, colour="blue", fixed=True)
    assert parameters.values == Example(speed=2.0, colour="blue", fixed=True)
    assert type(parameters.values.speed) is float


def test_descriptions_have_units_bounds_and_choices(context: Any) -> None:
    node, _, _ = example(context)
    speed, count, colour, fixed = (
        node.describe_parameter(name) for name in ("speed", "count", "colour", "fixed")
    )
    assert speed.description == "How fast [m/s]"
    bounds = speed.floating_point_range[0]
    assert (bounds.from_value, bounds.to_value, speed.type) == (
        0.0,
        5.0,
        ParameterType.PARAMETER_DOUBLE,
    )
    assert count.integer_range[0].from_value == 1
    assert colour.additional_constraints == "one of red, blue"
    assert (speed.read_only, fixed.read_only) == (False, True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"speed": 9.0}, "'speed': got 9.0, expected 0.* to 5.* m/s"),
        ({"speed": 9}, "'speed': got 9.0, expected 0.* to 5.* m/s"),
        ({"speed": float("nan")}, "'speed': got nan, expected 0.* to 5.* m/s"),
        ({"speed": "fast"}, "'speed': got 'fast' .str., expected float"),
        ({"count": 0}, "'count': got 0, expected at least 1"),
        ({"count": 1.5}, "'count': got 1.5 .float., expected int"),
        ({"colour": "green"}, "'colour': got 'green', expected one of red, blue"),
        ({"fixed": "yes"}, "'fixed': got 'yes' .str., expected bool"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_at_start_in_one_line(
    context: Any, values: dict[str, object], words: str
) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        example(context, **values)
    assert "\n" not in str(caught.value)


def test_a_change_is_applied_and_passed_on(context: Any) -> None:
    node, parameters, changes = example(context)
    assert change(node, speed=2.0, colour="blue") == ""
    assert parameters.values == Example(speed=2.0, colour="blue")
    assert changes == [parameters.values]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"speed": 9.0}, "range"),
        ({"speed": "fast"}, "expected float"),
        ({"colour": "green"}, "expected one of red, blue"),
        ({"fixed": True}, "read-only"),
        ({"speed": 2.0, "colour": "green"}, "expected one of"),
        ({"speed": 2.0, "count": 13}, "bad luck"),
    ],
)
def test_a_bad_change_is_refused_with_the_reason_and_changes_nothing(
    context: Any, values: dict[str, object], words: str
) -> None:
    node, parameters, changes = example(context)
    assert words in change(node, **values)
    assert parameters.values == Example()
    assert changes == []
    assert node.get_parameter("speed").value == 1.0


def test_other_parameters_are_ignored(context: Any) -> None:
    node, parameters, changes = example(context)
    node.declare_parameter("another", 1)
    assert change(node, another=2) == ""
    assert (parameters.values, changes) == (Example(), [])
