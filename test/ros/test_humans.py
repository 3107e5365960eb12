from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pose_action_ros.msg import Action

import hri_types
from pose_action_ros.nodes.humans import HumanMessages, make_humans, raised_hands
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import BODY_25
from ros_support import header
from ros_support import person as standing_person

SIZE, MEMORY = (640, 480), 1.0
MESSAGES = HumanMessages(hri_types)
NAMES = [name for name in vars(hri_types.Skeleton2D) if name.isupper()]


class Publisher:
    """Keeps the published messages."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def publish(self, message: Any) -> None:
        self.sent.append(message)


class Node:
    """Stand-in with publishers by topic, and a log."""

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
    found = standing_person()
    return [Pose2D(found.skeleton, found.points, found.scores, number) for number in ids]


def test_people_have_topics_as_long_as_their_tracks(node: Node) -> None:
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


def test_all_bodies_are_removed_when_time_jumps_back(node: Node) -> None:
    humans: Any = make_humans(node)  # type: ignore[arg-type]
    humans.publish(people(4, 5), SIZE, header(100.0), MEMORY)
    humans.publish(people(4), SIZE, header(50.0), MEMORY)
    assert node.bodies() == {"p4"}
    assert len(node.topics["/humans/bodies/p4/skeleton2d"].sent) == 1


def test_actions_are_published_under_the_id(node: Node) -> None:
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


def test_a_warning_without_hri_msgs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hri_msgs.msg", None)
    node = Node()
    assert make_humans(node) is None  # type: ignore[arg-type]
    assert node.log == ["ros4hri: nothing under /humans/bodies: hri_msgs is not installed"]
    assert node.topics == {}


def person_with(seed: int = 0, score: float = 0.9, **joints: tuple[float, float] | None) -> Pose2D:
    """A person in the image with these joints elsewhere [px], or missing."""
    points = np.random.default_rng(seed).uniform([100, 50], [500, 400], (25, 2))
    for name, place in joints.items():
        points[BODY_25.index(name)] = (np.nan, np.nan) if place is None else place
    return Pose2D(BODY_25, points, np.full(25, 0.8), 4, score)


@given(st.integers(0, 1000))
def test_joints_are_at_the_index_of_their_constant(seed: int) -> None:
    person = person_with(seed)
    message = MESSAGES.skeleton(person, SIZE, header())
    assert message.header == header()
    assert len(message.skeleton) == len(NAMES) == 18
    for name in NAMES:
        found = message.skeleton[getattr(hri_types.Skeleton2D, name)]
        x, y = person.points[BODY_25.index(name.lower())]
        np.testing.assert_allclose([640 * found.x - 0.5, 480 * found.y - 0.5], [x, y])
        assert found.c == 0.8


def test_left_and_right_eye_and_ear_are_swapped_against_coco_18() -> None:
    left, right = (10.0, 20.0), (30.0, 40.0)
    message = MESSAGES.skeleton(
        person_with(left_eye=left, right_eye=right, left_ear=left, right_ear=right), SIZE, header()
    )
    places = [round(640 * point.x - 0.5) for point in message.skeleton[14:]]
    assert places == [10, 30, 10, 30]


def test_a_joint_that_is_missing_or_outside_has_no_confidence_and_all_are_from_0_to_1() -> None:
    person = person_with(nose=None, left_wrist=(700.0, 20.0), right_ankle=(200.0, 481.0))
    message = MESSAGES.skeleton(person, SIZE, header())
    absent = {name for name in NAMES if not message.skeleton[getattr(hri_types.Skeleton2D, name)].c}
    assert absent == {"NOSE", "LEFT_WRIST", "RIGHT_ANKLE"}
    for point in message.skeleton:
        assert 0 <= point.x <= 1
        assert 0 <= point.y <= 1


@given(st.floats(-900, 1500), st.floats(-900, 1500), st.floats(1, 800), st.floats(0, 2))
def test_a_region_is_within_the_image_and_around_the_joints_in_it(
    left: float, top: float, height: float, score: float
) -> None:
    points = np.random.default_rng(1).uniform(0, 1, (25, 2)) * [height / 3, height] + [left, top]
    person = Pose2D(BODY_25, points, np.ones(25), 4, score)
    region = MESSAGES.region(person, SIZE, header())
    inside = ((points >= 0) & (points <= [639, 479])).all(axis=1)
    if region is None:
        assert not inside.any()
        return
    assert 0 <= region.xmin < region.xmax <= 1
    assert 0 <= region.ymin < region.ymax <= 1
    places = (points[inside] + 0.5) / SIZE
    assert (places >= [region.xmin, region.ymin]).all()
    assert (places <= [region.xmax, region.ymax]).all()
    assert 0 <= region.c <= 1


def test_a_person_without_joints_has_no_region() -> None:
    empty = Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25), 4)
    assert MESSAGES.region(empty, SIZE, header()) is None


@pytest.mark.parametrize(
    ("label", "posture"),
    [("standing", 1), ("sitting", 2), ("squatting", 3), ("lying", 4), ("waving_left", None)],
)
def test_postures(label: str, posture: int | None) -> None:
    message = MESSAGES.posture(label, header())
    assert (message and message.posture) == posture


@pytest.mark.parametrize(
    ("label", "gesture"),
    [
        ("crossing_arms", 2),
        ("waving_left", 6),
        ("waving_both", 6),
        ("walking", 0),
        ("unknown", 0),
        ("raising_hand", 4),
    ],
)
def test_gestures(label: str, gesture: int) -> None:
    shoulder, up, down = (300.0, 200.0), (300.0, 100.0), (300.0, 300.0)
    person = person_with(
        left_shoulder=shoulder, right_shoulder=shoulder, left_wrist=down, right_wrist=up
    )
    assert MESSAGES.gesture(label, person, header()).gesture == gesture


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (100.0, 300.0, "LEFT_HAND_RAISED"),
        (300.0, 100.0, "RIGHT_HAND_RAISED"),
        (100.0, 100.0, "BOTH_HANDS_RAISED"),
        (300.0, 300.0, "OTHER"),
        (None, 100.0, "RIGHT_HAND_RAISED"),
    ],
)
def test_the_side_of_a_raised_hand(left: float | None, right: float, expected: str) -> None:
    person = person_with(
        left_shoulder=(300.0, 200.0),
        right_shoulder=(320.0, 200.0),
        left_wrist=None if left is None else (300.0, left),
        right_wrist=(320.0, right),
    )
    assert raised_hands(person) == expected
