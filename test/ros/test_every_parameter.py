"""Parameters of all nodes refuse wrong values, at start and while running."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import fields
from math import inf, nan
from typing import Any

import pytest
from parameters import NODES
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from pose_action_ros.errors import SettingError
from pose_action_ros.nodes.base import ManagedNode
from pose_action_ros.nodes.running import run
from pose_action_ros.settings import Limits, defaults, kind_of, limits_of
from ros_support import Peer, node_class, rclpy

WRONG_TYPES: dict[type, tuple[object, ...]] = {
    bool: ("yes", 1, 0.5),
    int: (1.5, "many", True, [1, 2]),
    float: ("fast", True, [0.5]),
    str: (5, 0.5, True),
}


def _cases() -> Iterator[Any]:
    """Every parameter; only the first one of each kind of a node is not exhaustive."""
    sampled = set()
    for node, settings in NODES.items():
        for item in fields(settings):
            limits = limits_of(item)
            kind = (node, kind_of(settings, item.name), bool(limits.choices), limits.live)
            marks = [pytest.mark.exhaustive] if kind in sampled else []
            sampled.add(kind)
            yield pytest.param(node, item.name, marks=marks)


each = pytest.mark.parametrize(("node", "name"), list(_cases()))


def _limits(node: str, name: str) -> Limits:
    return next(limits_of(item) for item in fields(NODES[node]) if item.name == name)


def _refused_values(node: str, name: str) -> list[object]:
    """Wrong values: another type, too low, too high, not a number, not among the choices."""
    kind, limits = kind_of(NODES[node], name), _limits(node, name)
    values = list(WRONG_TYPES[kind])
    if kind is float:
        values += [nan, inf, -inf]
    if kind in (int, float):
        step = kind(1) if kind is int else 1e-3
        values += [] if limits.low is None else [kind(limits.low) - step]
        values += [] if limits.high is None else [kind(limits.high) + step]
    return values + (["pigeon"] if limits.choices else [])


def _parameter(name: str, value: Any) -> Parameter[Any]:
    return Parameter(name, value=value)


@pytest.fixture(scope="module")
def context() -> Iterator[Any]:
    """One context for all nodes: it takes longer to create than a node."""
    context = rclpy.context.Context()
    rclpy.init(args=[], context=context)
    yield context
    context.try_shutdown()


@pytest.fixture(scope="module")
def nodes(context: Any) -> Iterator[dict[str, ManagedNode[Any]]]:
    """One node of each class, not started."""
    made = {node: node_class(node)(context=context) for node in NODES}
    yield made
    for node in made.values():
        node.destroy_node()


@each
def test_a_wrong_value_at_start_is_refused_in_one_line(node: str, name: str, context: Any) -> None:
    for value in _refused_values(node, name):
        wrong = [_parameter(name, value)]
        with pytest.raises(SettingError) as caught:
            node_class(node)(context=context, parameter_overrides=wrong)
        text = str(caught.value)
        assert text.startswith(f"parameter {name!r}: got ")
        assert "expected" in text
        assert "\n" not in text
    del caught
    gc.collect()  # or the graph still shows the refused nodes, under the names of real ones


@pytest.mark.parametrize("node", NODES)
def test_a_refused_node_prints_that_line_and_ends_with_1(
    node: str, capfd: pytest.CaptureFixture[str]
) -> None:
    name = list(defaults(NODES[node]))[-1]
    wrong = [Parameter(name, value=[1, 2])]
    assert run(lambda: node_class(node)(parameter_overrides=wrong)) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"cannot start: parameter {name!r}: got [1, 2] (list), ")


@each
def test_a_wrong_value_while_running_is_refused_with_the_reason(
    node: str, name: str, nodes: dict[str, ManagedNode[Any]]
) -> None:
    before = nodes[node].settings
    for value in _refused_values(node, name):
        (result,) = nodes[node].set_parameters([_parameter(name, value)])
        assert not result.successful, value
        assert result.reason.startswith(f"parameter {name!r}: got {value!r}"[:40]), value
        assert "expected" in result.reason
    assert nodes[node].settings == before
    assert nodes[node].get_parameter(name).value == getattr(before, name)


@each
def test_only_live_parameters_change_while_running(
    node: str, name: str, nodes: dict[str, ManagedNode[Any]]
) -> None:
    value = defaults(NODES[node])[name]
    (result,) = nodes[node].set_parameters([_parameter(name, value)])
    assert result.successful == _limits(node, name).live
    assert ("read-only" in result.reason) != result.successful


def test_the_reason_of_a_refusal_over_dds(started: Callable[..., Any], peer: Peer) -> None:
    started(node_class("lifter_node"), autostart=False)
    wrong = {"person_height": 9.5, "lifter_threads": 2, "rectified": "no"}
    asked = [_parameter(name, value).to_parameter_msg() for name, value in wrong.items()]
    request = SetParameters.Request(parameters=asked)
    answer = peer.call(SetParameters, "lifter_node/set_parameters", request)
    high, threads, rectified = [result.reason for result in answer.results]
    assert high == "parameter 'person_height': got 9.5, expected 0.5 to 2.5 m"
    assert "'lifter_threads': got 2, expected 1 as at the start: it is read-only" in threads
    assert "'rectified': got 'no', expected False" in rectified
