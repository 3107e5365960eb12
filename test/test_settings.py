from dataclasses import dataclass, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import PoseActionError, SettingError
from pose_action_ros.settings import (
    checked,
    defaults,
    from_mapping,
    kind_of,
    limits_of,
    setting,
)


@dataclass(frozen=True)
class Oven:
    heat: float = setting(180.0, "Temperature", unit="degC", low=50.0, high=250.0)
    trays: int = setting(1, "Trays", low=1, high=3)
    fan: bool = setting(False, "Whether the fan runs")
    program: str = setting("bread", "What is baked", choices=("bread", "cake"))


@dataclass(frozen=True)
class Kitchen(Oven):
    cook: str = setting("", "Name of the cook")


def test_settings_flatten_through_inheritance() -> None:
    assert list(defaults(Kitchen)) == ["heat", "trays", "fan", "program", "cook"]


@given(st.floats(50, 250))
def test_values_in_range_are_taken(value: float) -> None:
    assert checked(Oven, "heat", value) == value


@given(st.floats(max_value=49.9) | st.floats(min_value=250.1) | st.just(float("nan")))
def test_values_out_of_range_are_refused_with_the_range(value: float) -> None:
    with pytest.raises(SettingError, match=r"expected 50\.0 to 250\.0 degC"):
        checked(Oven, "heat", value)


def test_a_whole_number_is_a_float_where_one_is_wanted() -> None:
    value = checked(Oven, "heat", 200)
    assert isinstance(value, float)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("trays", 1.0, r"got 1\.0 \(float\), expected int"),
        ("trays", True, r"got True \(bool\), expected int"),
        ("heat", True, r"got True \(bool\), expected float"),
        ("heat", "hot", "expected float"),
        ("fan", 1, "expected bool"),
        ("trays", 4, "expected 1 to 3"),
        ("program", "pizza", "expected one of bread, cake"),
        ("colour", "red", "unknown parameter 'colour'; there are fan, heat, program, trays"),
    ],
)
def test_what_is_not_allowed(name: str, value: object, message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        checked(Oven, name, value)
    assert isinstance(caught.value, PoseActionError)
    assert isinstance(caught.value, ValueError)


def test_a_mapping_becomes_settings() -> None:
    assert from_mapping(Oven, {"heat": 200, "fan": True}) == Oven(heat=200.0, fan=True)


def test_every_field_says_what_it_is() -> None:
    for item in fields(Oven):
        assert limits_of(item).description
        assert kind_of(Oven, item.name) in (bool, int, float, str)
