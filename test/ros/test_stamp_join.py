from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pose_action_ros.msg import Keypoints, Poses

from pose_action_ros.nodes.stamp_join import MOST, Joined, StampJoin
from pose_action_ros.stamp_order import NANOSECONDS
from ros_support import grey_message, header

SIZE = len(grey_message().data)
"""Memory of an image [bytes]."""


class Joins:
    """A join that keeps what it passes on: stamp [s], and True with an image."""

    def __init__(self, memory: int = 10 * SIZE) -> None:
        self.taken: list[tuple[int, bool]] = []
        self.arrivals: list[int] = []
        self.clock = 0
        self.join = StampJoin(self._take, lambda: self.clock, memory)

    def _take(self, joined: Joined) -> None:
        assert joined.keypoints.header == joined.poses.header == joined.header
        assert joined.image is None or joined.image.header.stamp == joined.header.stamp
        self.taken.append((joined.header.stamp.sec, joined.image is not None))
        self.arrivals.append(joined.arrival)

    def add(self, kind: str, stamp: int) -> None:
        self.clock += 1
        message: Any
        if kind == "image":
            message = grey_message(stamp)
            self.join.add_image(message)
        elif kind == "keypoints":
            self.join.add_keypoints(Keypoints(header=header(stamp)))
        else:
            self.join.add_poses(Poses(header=header(stamp)))

    @property
    def memory(self) -> int:
        return sum(len(one.image.data) for one in self.join._waiting.values() if one.image)


KINDS = ("image", "keypoints", "poses")


@given(st.permutations(KINDS), st.permutations(KINDS))
def test_messages_of_one_image_may_come_in_any_order(first: list[str], second: list[str]) -> None:
    joins = Joins()
    for kinds, stamp in ((first, 1), (second, 2)):
        for kind in kinds:
            joins.add(kind, stamp)
    assert joins.taken == [(1, True), (2, True)]
    assert joins.arrivals == [1 + first.index("poses"), 4 + second.index("poses")]
    assert not joins.join._waiting


def test_images_that_no_detector_processed_are_dropped() -> None:
    joins = Joins()
    for stamp in (1, 2, 3):
        joins.add("image", stamp)
    for kind in ("keypoints", "poses"):
        joins.add(kind, 3)
    assert joins.taken == [(3, True)]
    assert not joins.join._waiting
    assert joins.join._bytes == 0


def test_results_without_their_image_wait_for_the_next_results() -> None:
    joins = Joins()
    joins.add("image", 2)  # arrives before the results of the image before
    for kind in ("keypoints", "poses"):
        joins.add(kind, 1)
    assert joins.taken == []
    for kind in ("keypoints", "poses"):
        joins.add(kind, 2)
    assert joins.taken == [(1, False), (2, True)]


def test_results_without_any_image_follow_each_other() -> None:
    joins = Joins()
    for stamp in (1, 2, 3):
        for kind in ("keypoints", "poses"):
            joins.add(kind, stamp)
    assert joins.taken == [(1, False), (2, False)]


def test_stamps_that_jump_back() -> None:
    joins = Joins()
    for stamp in (8, 9, 1, 2):
        for kind in KINDS:
            joins.add(kind, stamp)
    assert joins.taken == [(8, True), (9, True), (1, True), (2, True)]


@pytest.mark.parametrize(("kind", "most"), [("image", 3), ("keypoints", MOST), ("poses", MOST)])
def test_memory_is_bounded(kind: str, most: int) -> None:
    joins = Joins(memory=3 * SIZE)
    for stamp in range(2 * MOST):
        joins.add(kind, stamp)
        assert joins.join._bytes == joins.memory <= 3 * SIZE
    waiting = [stamp // NANOSECONDS for stamp in joins.join._waiting]
    assert waiting == list(range(2 * MOST - most, 2 * MOST))
    assert joins.taken == []


def test_a_repeated_image_counts_once() -> None:
    joins = Joins()
    for _ in range(5):
        joins.add("image", 1)
    assert joins.join._bytes == SIZE
