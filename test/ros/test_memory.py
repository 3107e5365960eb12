"""Memory, threads and topics of real nodes, in processes of their own, after cleanup.

test_lifecycle.py checks the same without memory, of a node in this process.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.lifecycle import GROWTH_LIMIT, Course, Cycle, State, course
from pose_action_ros.demo.command import STAGES
from ros_support import free_domain, rclpy


@pytest.fixture(autouse=True)
def _context(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A domain where no node of an earlier test has the same name."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.mark.exhaustive
@pytest.mark.parametrize("node", STAGES)
def test_cleanup_releases_everything_in_each_cycle(node: str, tmp_path: Path) -> None:
    found = course(node, tmp_path, cycles=3)
    assert not found.wrong, "\n".join(found.lines())
    for cycle in found.cycles:
        assert cycle.active.subscriptions > cycle.cleaned.subscriptions == found.fresh.subscriptions
        assert cycle.active.publishers > cycle.cleaned.publishers == found.fresh.publishers
        assert cycle.active.threads >= cycle.cleaned.threads
        assert cycle.active.memory > cycle.cleaned.memory
    if node == "keypoints_node":  # most of what its networks took
        last = found.cycles[-1]
        taken, left = last.active.memory - found.fresh.memory, last.cleaned.memory
        assert left - found.fresh.memory < 0.5 * taken


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (State(100 * (1 + GROWTH_LIMIT) + 0.1, 5, 1, 1), "memory after cleanup grew"),
        (State(100.0, 6, 1, 1), "6 threads"),
        (State(100.0, 5, 2, 1), "2 subscriptions"),
        (State(100.0, 5, 1, 2), "2 publishers"),
    ],
)
def test_resources_that_are_kept_are_reported(last: State, words: str) -> None:
    fresh, active = State(50.0, 4, 1, 1), State(150.0, 9, 3, 3)
    good = Cycle(active, State(100.0, 5, 1, 1))
    assert not Course("node", fresh, [good, good, good]).wrong
    (wrong,) = Course("node", fresh, [good, good, Cycle(active, last)]).wrong
    assert words in wrong
