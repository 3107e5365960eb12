from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from rclpy.clock import ClockType  # type: ignore[attr-defined] # here in all distributions
from rclpy.node import Node

from pose_action_ros.nodes.health import Finding, Level, Statistics, publish_diagnostics
from ros_support import Peer, health_of, spinning


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watched() -> tuple[Statistics, Clock]:
    clock = Clock()
    return Statistics("image", clock=clock), clock


def test_an_inactive_node_is_healthy_and_reports_the_reason() -> None:
    statistics, clock = watched()
    clock.now += 60
    wrong = Finding(Level.ERROR, "no publisher")
    report = statistics.report([wrong])
    assert (report.level, report.message) == (Level.OK, "inactive")
    statistics.activate()
    assert statistics.report([wrong]).level == Level.ERROR
    statistics.rest("the film has ended")
    clock.now += 60
    report = statistics.report([wrong])
    assert (report.level, report.message) == (Level.OK, "the film has ended")


def test_rates_times_and_totals() -> None:
    statistics, clock = watched()
    statistics.activate()
    for _ in range(2):
        for _ in range(10):
            statistics.received()
            clock.now += 0.0125
            statistics.processed(0.02, inference=0.0125)
        statistics.received()
        statistics.dropped()
        statistics.lost(3)
        clock.now += 0.375
        report = statistics.report()
    assert report.level == Level.OK
    assert report.message == "20.0 per second"
    assert report.values["rate in [Hz]"] == "22.00"
    assert report.values["processing time [ms]"] == "20.00"
    assert report.values["inference time [ms]"] == "12.50"
    counts = [report.values[name] for name in ("received", "dropped", "lost")]
    assert counts == ["22", "2", "6"]


def test_silence_is_a_warning_and_when_it_lasts_an_error() -> None:
    statistics, clock = watched()
    statistics.activate()
    clock.now += 1.9
    assert statistics.report().level == Level.OK
    clock.now += 0.2
    report = statistics.report()
    assert (report.level, report.message) == (Level.WARN, "no image yet")
    statistics.received()
    statistics.processed(0.01)
    clock.now += 2.5
    statistics.report()
    report = statistics.report()
    assert (report.level, report.message) == (Level.WARN, "no image for 2.5 s")
    clock.now += 8.0
    assert statistics.silence == 10.5
    report = statistics.report()
    assert (report.level, report.message) == (Level.ERROR, "no image for 10.5 s")
    statistics.received()
    assert statistics.report().level == Level.OK


def test_some_failures_warn_and_nothing_but_failures_is_an_error() -> None:
    statistics, clock = watched()
    statistics.activate()
    statistics.received()
    statistics.failed("bad image")
    clock.now += 1
    report = statistics.report()
    assert (report.level, report.message) == (Level.ERROR, "every image fails: bad image")
    statistics.failed("bad again")
    statistics.processed(0.01)
    report = statistics.report()
    assert report.level == Level.WARN
    assert (report.values["errors"], report.values["last error"]) == ("2", "bad again")


def test_the_worst_comes_first() -> None:
    statistics, clock = watched()
    statistics.activate()
    clock.now += 3.0
    report = statistics.report([Finding(Level.ERROR, "no publisher on /image")])
    assert report.level == Level.ERROR
    assert report.message == "no publisher on /image; no image yet"


class Status:
    """Stand-in for diagnostic_updater's DiagnosticStatusWrapper."""

    def __init__(self) -> None:
        self.level, self.message = b"\x02", ""
        self.values: dict[str, str] = {}

    def summary(self, level: bytes, message: str) -> None:
        self.level, self.message = level, message

    def add(self, key: str, value: str) -> None:
        self.values[key] = value


@dataclass(eq=False)
class Timer:
    """Stand-in for a timer of a node."""

    period: float
    callback: Callable[[], None]
    clock: Any = None


class Updater:
    """Stand-in for diagnostic_updater's Updater."""

    def __init__(self, node: Node, period: float) -> None:
        self.node, self.period, self.hardware = node, period, ""
        self.tasks: dict[str, Callable[[Status], Status]] = {}
        self.timer: Any = node.create_timer(period, self.update)

    def update(self) -> None:
        """Publish the tasks."""

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
    destroyed: list[Timer] = []
    node: Any = SimpleNamespace(
        get_namespace=lambda: "/left", create_timer=Timer, destroy_timer=destroyed.append
    )
    updater = publish_diagnostics(node, "image", statistics.report)
    assert isinstance(updater, Updater)
    assert (updater.period, updater.hardware) == (1.0, "none")
    status = updater.tasks["image stream in /left"](Status())
    assert (status.level, status.values["last error"]) == (b"\x02", "bad image")
    (of_the_node,) = destroyed  # it stands still where simulated time does
    assert of_the_node.clock is None
    assert (updater.timer.period, updater.timer.callback) == (1.0, updater.update)
    assert updater.timer.clock.clock_type == ClockType.STEADY_TIME


def test_without_diagnostic_updater_the_report_is_the_same(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diagnostic_updater", ModuleType("diagnostic_updater"))
    kept: list[object] = []

    def make(context: Any) -> Node:
        node = Node("observed", context=context)
        report = Statistics("image", facts={"model": "x"}).report
        kept.append(publish_diagnostics(node, "image", report))
        return node

    with spinning(make):
        values = health_of(peer, "observed: image stream")
    assert (values["level"], values["message"], values["model"]) == ("0", "inactive", "x")
