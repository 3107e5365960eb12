import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import Field, dataclass, fields, replace
from math import inf, nan, nextafter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pose_action_ros
from pose_action_ros.errors import PoseActionError, SettingError
from pose_action_ros.settings import Settings, defaults, from_mapping, kind_of, limits_of, setting


@dataclass(frozen=True)
class Oven(Settings):
    heat: float = setting(180.0, "Temperature", unit="degC", low=50.0, high=250.0)
    trays: int = setting(1, "Trays", low=1, high=3)
    fan: bool = setting(False, "The fan runs")
    program: str = setting("bread", "Kind of dough", choices=("bread", "cake"))
    minutes: int = setting(1, "Time", unit="min", low=1)
    offset: float = setting(0.0, "Correction", high=5.0)
    slope: float = setting(0.0, "Correction per minute")


@dataclass(frozen=True)
class Kitchen(Oven):
    cook: str = setting("", "Name of the cook")


def _settings_classes() -> list[type[Settings]]:
    """Every settings class of the package, by importing all modules that import without ROS."""
    for module in pkgutil.walk_packages(pose_action_ros.__path__, "pose_action_ros."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ImportError:  # no ROS, no TensorRT, ... on this machine
            continue
    found, unvisited = set(), list(Settings.__subclasses__())
    while unvisited:
        one = unvisited.pop()
        unvisited += one.__subclasses__()
        if one.__module__.startswith("pose_action_ros."):
            found.add(one)
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


CLASSES = _settings_classes()
FIELDS = [(one, item) for one in CLASSES for item in fields(one)]
each_class = pytest.mark.parametrize("settings", CLASSES, ids=lambda one: one.__name__)


def _refuses(settings: type[Settings], name: str, value: object, words: str = "") -> None:
    """The value is refused by construction, replacement and mapping, with the same message."""
    messages = []
    values: Any = {name: value}
    ways: tuple[Callable[[], object], ...] = (
        lambda: settings(**values),
        lambda: replace(settings(), **values),
        lambda: from_mapping(settings, values),
    )
    for make in ways:
        with pytest.raises(SettingError, match=f"parameter '{name}': got .*expected") as caught:
            make()
        messages.append(str(caught.value))
    assert len(set(messages)) == 1
    assert words in messages[0]


def test_the_package_has_settings_classes() -> None:
    names = {one.__name__ for one in CLASSES}
    assert {"PipelineSettings", "SourceSettings", "ProcessSettings", "LifterTraining"} <= names


@each_class
def test_the_defaults_are_allowed_and_described(settings: type[Settings]) -> None:
    assert defaults(settings) == {
        item.name: getattr(settings(), item.name) for item in fields(settings)
    }
    for item in fields(settings):
        assert limits_of(item).description
        assert kind_of(settings, item.name) in (bool, int, float, str)


@each_class
def test_every_bound_is_accepted_and_enforced_just_outside(settings: type[Settings]) -> None:
    for item in fields(settings):
        limits = limits_of(item)
        for bound, direction in ((limits.low, -1), (limits.high, 1)):
            if bound is not None:
                _bound(settings, item, bound, direction)
        if limits.choices:
            _refuses(settings, item.name, "no such choice", limits.choices[-1])
            for choice in limits.choices:
                assert getattr(settings(**{item.name: choice}), item.name) == choice


def _bound(settings: type[Settings], item: Field[Any], bound: float, direction: int) -> None:
    kind = kind_of(settings, item.name)
    assert getattr(settings(**{item.name: kind(bound)}), item.name) == bound
    outside = nextafter(bound, direction * inf) if kind is float else int(bound) + direction
    _refuses(settings, item.name, outside, limits_of(item).unit)


WRONG: dict[type, st.SearchStrategy[Any]] = {
    bool: st.integers() | st.floats() | st.text() | st.none(),
    int: st.booleans() | st.floats() | st.text() | st.none(),
    float: st.booleans() | st.text() | st.none() | st.just(nan) | st.just(inf) | st.just(-inf),
    str: st.booleans() | st.integers() | st.floats() | st.none() | st.binary(),
}


@given(st.data())
def test_wrong_types_are_refused_for_every_setting(data: st.DataObject) -> None:
    settings, item = data.draw(st.sampled_from(FIELDS))
    value = data.draw(WRONG[kind_of(settings, item.name)])
    _refuses(settings, item.name, value)


def test_settings_flatten_through_inheritance() -> None:
    assert list(defaults(Kitchen)) == [*defaults(Oven), "cook"]
    with pytest.raises(SettingError, match="expected 1 to 3"):
        Kitchen(trays=4)


@given(st.floats(50, 250))
def test_values_in_range_are_kept(value: float) -> None:
    assert Oven(heat=value).heat == value


@pytest.mark.parametrize("value", [200, np.float32(200), np.int64(200)])
def test_other_numbers_become_floats(value: Any) -> None:
    assert type(Oven(heat=value).heat) is float
    assert type(replace(Oven(), heat=value).heat) is float


def test_integers_of_numpy_become_integers() -> None:
    assert type(Oven(trays=np.int64(2)).trays) is int  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("trays", 1.0, "got 1.0 (float), expected int"),
        ("trays", True, "got True (bool), expected int"),
        ("trays", np.float64(1), "expected int"),
        ("heat", True, "got True (bool), expected float"),
        ("heat", "hot", "got 'hot' (str), expected float"),
        ("heat", 10, "got 10.0, expected 50.0 to 250.0 degC"),
        ("heat", nan, "got nan, expected 50.0 to 250.0 degC"),
        ("fan", 1, "expected bool"),
        ("trays", 4, "expected 1 to 3"),
        ("minutes", 0, "expected at least 1 min"),
        ("offset", 6.0, "expected at most 5.0"),
        ("slope", inf, "expected a finite number"),
        ("program", "pizza", "expected one of bread, cake"),
    ],
)
def test_messages_name_the_value_and_the_expectation(name: str, value: object, words: str) -> None:
    _refuses(Oven, name, value, words)


def test_a_setting_error_is_a_value_error_of_this_package() -> None:
    assert issubclass(SettingError, PoseActionError)
    assert issubclass(SettingError, ValueError)


def test_a_mapping_becomes_settings() -> None:
    assert from_mapping(Oven, {"heat": 200, "fan": True}) == Oven(heat=200.0, fan=True)


def test_unknown_names_are_refused_with_the_valid_ones() -> None:
    with pytest.raises(SettingError, match="unknown parameter 'colour'; there are fan, heat,"):
        from_mapping(Oven, {"colour": "red"})
