"""Every parameter of every node refuses what it may not be, at start and while running."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module
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
from ros_support import Peer, rclpy

WRONG_TYPES: dict[type, tuple[object, ...]] = {
    bool: ("yes", 1, 0.5),
    int: (1.5, "many", True, [1, 2]),
    float: ("fast", True, [0.5]),
    str: (5, 0.5, True),
}
ALL = [(node, item.name) for node, settings in NODES.items() for item in fields(settings)]
each = pytest.mark.parametrize(("node", "name"), ALL)


def _limits(node: str, name: str) -> Limits:
    return next(limits_of(item) for item in fields(NODES[node]) if item.name == name)


def _refused_values(node: str, name: str) -> list[object]:
    """One of each way to be wrong: type, too low, too high, no number, none of the choices."""
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


def _node_class(node: str) -> Callable[..., ManagedNode[Any]]:
    module = import_module(f"pose_action_ros.nodes.{node}")
    names = "".join(word.title() for word in node.removesuffix("_node").split("_")) + "Node"
    found: Callable[..., ManagedNode[Any]] = getattr(module, names)
    return found


@pytest.fixture(scope="module")
def context() -> Iterator[Any]:
    """One for all: to make one takes longer than to make a node."""
    context = rclpy.context.Context()
    rclpy.init(args=[], context=context)
    yield context
    context.try_shutdown()


@pytest.fixture(scope="module")
def nodes(context: Any) -> Iterator[dict[str, ManagedNode[Any]]]:
    """One of each kind, not started."""
    made = {node: _node_class(node)(context=context) for node in NODES}
    yield made
    for node in made.values():
        node.destroy_node()


@each
def test_at_start_it_is_refused_in_one_line(node: str, name: str, context: Any) -> None:
    for value in _refused_values(node, name):
        wrong = [_parameter(name, value)]
        with pytest.raises(SettingError) as caught:
            _node_class(node)(context=context, parameter_overrides=wrong)
        said = str(caught.value)
        assert said.startswith(f"parameter {name!r}: got ")
        assert "expected" in said
        assert "\n" not in said
    del caught
    gc.collect()  # or the graph goes on showing what was refused, under the names of real nodes


@pytest.mark.parametrize("node", NODES)
def test_the_process_says_that_line_and_ends_with_1(
    node: str, capfd: pytest.CaptureFixture[str]
) -> None:
    name = list(defaults(NODES[node]))[-1]
    wrong = [Parameter(name, value=[1, 2])]
    assert run(lambda: _node_class(node)(parameter_overrides=wrong)) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"cannot start: parameter {name!r}: got [1, 2] (list), ")


@each
def test_while_running_it_is_refused_with_the_reason(
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
def test_while_running_only_live_ones_change(
    node: str, name: str, nodes: dict[str, ManagedNode[Any]]
) -> None:
    value = defaults(NODES[node])[name]
    (result,) = nodes[node].set_parameters([_parameter(name, value)])
    assert result.successful == _limits(node, name).live
    assert ("read-only" in result.reason) != result.successful


def test_the_reason_goes_over_dds(started: Callable[..., Any], peer: Peer) -> None:
    started(_node_class("lifter_node"), autostart=False)
    wrong = {"person_height": 9.5, "lifter_threads": 2, "rectified": "no"}
    asked = [_parameter(name, value).to_parameter_msg() for name, value in wrong.items()]
    request = SetParameters.Request(parameters=asked)
    answer = peer.call(SetParameters, "lifter_node/set_parameters", request)
    high, threads, rectified = [result.reason for result in answer.results]
    assert high == "parameter 'person_height': got 9.5, expected 0.5 to 2.5 m"
    assert "'lifter_threads': got 2, expected 1 as at the start: it is read-only" in threads
    assert "'rectified': got 'no', expected False" in rectified
