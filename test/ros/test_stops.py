"""Starts and stops of all nodes, as the benchmark does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.stops import NODES, Stops, table_of
from ros_support import free_domain, rclpy


@pytest.fixture
def stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stops]:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    rclpy.init()
    yield Stops(tmp_path, seed=0)
    rclpy.try_shutdown()


@pytest.mark.exhaustive
def test_all_nodes_end_with_0_and_none_is_left(stops: Stops) -> None:
    kinds = ("SIGINT twice", "SIGTERM")
    for kind in kinds:
        stops.stop_nodes(kind, starting=False)
    assert set(stops.table) == {(name, kind) for name in NODES for kind in kinds}
    assert not any(row.failed for row in stops.table.values()), "\n".join(table_of(stops.table))
