from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from rclpy.node import Node

from pose_action_ros.nodes.health import Statistics, publish_diagnostics
from ros_support import Peer, health_of, spinning


class Status:
    """As diagnostic_updater's DiagnosticStatusWrapper."""

    def __init__(self) -> None:
        self.level, self.message = b"\x02", ""
        self.values: dict[str, str] = {}

    def summary(self, level: bytes, message: str) -> None:
        self.level, self.message = level, message

    def add(self, key: str, value: str) -> None:
        self.values[key] = value


class Updater:
    """As diagnostic_updater's Updater."""

    def __init__(self, node: Node, period: float) -> None:
        self.node, self.period, self.hardware = node, period, ""
        self.tasks: dict[str, Callable[[Status], Status]] = {}

    def setHardwareID(self, name: str) -> None:  # noqa: N802 - its name
        self.hardware = name

    def add(self, name: str, task: Callable[[Status], Status]) -> None:
        self.tasks[name] = task


def test_diagnostic_updater_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("diagnostic_updater")
    module.Updater = Updater  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "diagnostic_updater", module)
    statistics = Statistics("image")
    statistics.activate()
    statistics.failed("bad image")
    node: Any = SimpleNamespace(get_namespace=lambda: "/left")
    updater = publish_diagnostics(node, "image", statistics.report)
    assert isinstance(updater, Updater)
    assert (updater.period, updater.hardware) == (1.0, "none")
    status = updater.tasks["image stream in /left"](Status())
    assert (status.level, status.values["last error"]) == (b"\x02", "bad image")


def test_without_it_the_same_comes_once_a_second(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diagnostic_updater", ModuleType("diagnostic_updater"))
    kept: list[object] = []

    def make(context: Any) -> Node:
        node = Node("somebody", context=context)
        report = Statistics("image", facts={"model": "x"}).report
        kept.append(publish_diagnostics(node, "image", report))
        return node

    with spinning(make):
        values = health_of(peer, "somebody: image stream")
    assert (values["level"], values["message"], values["model"]) == ("0", "inactive", "x")
