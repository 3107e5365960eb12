from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from pose_action_ros.msg import Action

import hri_types
from pose_action_ros.nodes.humans import make_humans
from pose_action_ros.poses import UNTRACKED, Pose2D
from ros_support import header, person

SIZE, MEMORY = (640, 480), 1.0


class Publisher:
    """Remembers what is published."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def publish(self, message: Any) -> None:
        self.sent.append(message)


class Node:
    """Has publishers by topic, and a log."""

    def __init__(self) -> None:
        self.topics: dict[str, Publisher] = {}
        self.log: list[str] = []

    def get_namespace(self) -> str:
        return "/"

    def get_logger(self) -> Any:
        logger = ModuleType("logger")
        logger.warning = self.log.append  # type: ignore[attr-defined]
        return logger

    def create_publisher(self, _kind: type, topic: str, *_: Any, **__: Any) -> Publisher:
        assert topic not in self.topics
        self.topics[topic] = Publisher()
        return self.topics[topic]

    def destroy_publisher(self, publisher: Publisher) -> None:
        self.topics = {name: item for name, item in self.topics.items() if item is not publisher}

    def bodies(self) -> set[str]:
        """Ids that have topics."""
        return {topic.split("/")[3] for topic in self.topics} - {"tracked"}


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Node:
    """A node where hri_msgs is installed."""
    package = ModuleType("hri_msgs")
    package.msg = hri_types  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hri_msgs", package)
    monkeypatch.setitem(sys.modules, "hri_msgs.msg", hri_types)
    return Node()


def people(*ids: int) -> list[Pose2D]:
    found = person()
    return [Pose2D(found.skeleton, found.points, found.scores, number) for number in ids]


def test_everybody_has_topics_until_the_tracker_has_forgotten_them(node: Node) -> None:
    humans: Any = make_humans(node)  # type: ignore[arg-type]
    counts = []
    for seconds, ids in ((0.0, (4, 7, UNTRACKED)), (0.9, (4,)), (1.5, (4,)), (1.6, (4, 8))):
        humans.publish(people(*ids), SIZE, header(100 + seconds), MEMORY)
        tracked = node.topics["/humans/bodies/tracked"].sent[-1]
        assert set(tracked.ids) == node.bodies()
        assert tracked.header == header(100 + seconds)
        counts.append(sorted(tracked.ids))
    assert counts == [["p4", "p7"], ["p4", "p7"], ["p4"], ["p4", "p8"]]
    assert len(node.topics["/humans/bodies/p4/skeleton2d"].sent) == 4
    assert len(node.topics["/humans/bodies/p4/roi"].sent) == 4
    humans.close()
    assert node.topics == {}


def test_time_that_jumps_back_is_a_new_beginning(node: Node) -> None:
    humans: Any = make_humans(node)  # type: ignore[arg-type]
    humans.publish(people(4, 5), SIZE, header(100.0), MEMORY)
    humans.publish(people(4), SIZE, header(50.0), MEMORY)
    assert node.bodies() == {"p4"}
    assert len(node.topics["/humans/bodies/p4/skeleton2d"].sent) == 1


def test_what_somebody_does_is_told_under_their_id(node: Node) -> None:
    humans: Any = make_humans(node)  # type: ignore[arg-type]
    humans.publish(people(4), SIZE, header(100.0), MEMORY)
    for ids, label in (([4], "waving_left"), ([4], "standing"), ([4, 5], "hugging"), ([9], "x")):
        humans.publish_action(Action(header=header(100.1), person_ids=ids, label=label))
    gestures = node.topics["/humans/bodies/p4/gesture"].sent
    assert [message.gesture for message in gestures] == [
        hri_types.Gesture.WAVING,
        hri_types.Gesture.OTHER,
    ]
    (posture,) = node.topics["/humans/bodies/p4/posture"].sent
    assert (posture.posture, posture.header) == (hri_types.BodyPosture.STANDING, header(100.1))


def test_without_hri_msgs_there_is_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hri_msgs.msg", None)
    node = Node()
    assert make_humans(node) is None  # type: ignore[arg-type]
    assert node.log == ["ros4hri: nothing under /humans/bodies: hri_msgs is not installed"]
    assert node.topics == {}
