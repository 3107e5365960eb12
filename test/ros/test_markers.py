from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from hypothesis import given
from hypothesis import strategies as st
from visualization_msgs.msg import Marker

from pose_action_ros.drawing.markers import BONES, TEXTS, quaternion
from pose_action_ros.nodes.body_topics import body_name
from pose_action_ros.nodes.markers import (
    MarkerSet,
    body_transform,
    bones,
    texts,
    tf_publisher,
)
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.skeletons import HUMAN36M_17
from ros_support import header, rclpy

UPRIGHT = {
    # optical frame, facing the camera: x right, y down, z away from it
    "mid_hip": (0.0, 0.0, 3.0),
    "neck": (0.0, -0.5, 3.0),
    "left_hip": (0.15, 0.0, 3.0),
    "right_hip": (-0.15, 0.0, 3.0),
    "head_top": (0.0, -0.8, 3.0),
}


def body(person_id: int = 1, *, placed: bool = True, without: str = "") -> Pose3D:
    points = np.full((17, 3), np.nan)
    for name, place in UPRIGHT.items():
        if name != without:
            points[HUMAN36M_17.index(name)] = place
    return Pose3D(HUMAN36M_17, points, np.full(17, 0.7), person_id, placed)


def test_a_bone_is_drawn_when_both_ends_are_known() -> None:
    (marker,) = bones([body()], header())
    assert (marker.ns, marker.id, marker.type) == (BONES, 1, Marker.LINE_LIST)
    assert len(marker.points) == len(marker.colors) == 2 * 2  # the two hips
    assert {round(colour.a, 3) for colour in marker.colors} == {0.7}
    left, right = marker.colors[2], marker.colors[0]
    assert (left.r, left.g, left.b) != (right.r, right.g, right.b)


def test_id_and_action_are_above_the_head() -> None:
    marker, other = texts([body(), body(2)], {1: "bowing 0.90"}, header())
    kind = Marker.TEXT_VIEW_FACING
    assert (marker.ns, marker.id, marker.text, marker.type) == (TEXTS, 1, "#1 bowing 0.90", kind)
    assert (other.id, other.text) == (2, "#2")
    assert marker.pose.position.y < -0.8
    assert marker.pose.position.z == 3.0


def test_people_without_an_id_are_drawn_apart_and_have_no_text() -> None:
    people = [body(UNTRACKED), body(4), body(UNTRACKED)]
    numbers = [marker.id for marker in bones(people, header())]
    assert numbers[1] == 4
    assert len(set(numbers)) == 3
    assert min(numbers) < 0
    assert [marker.id for marker in texts(people, {}, header())] == [4]


def test_people_without_placement_are_not_drawn() -> None:
    people = [body(placed=False)]
    assert bones(people, header()) == texts(people, {1: "bowing 0.90"}, header()) == []


def test_markers_of_people_out_of_view_are_deleted_once() -> None:
    people = MarkerSet(BONES)
    shown = [body(1), body(2)]
    counts = []
    for present in (shown, shown[:1], shown[:1], []):
        array = people.array(bones(present, header()), header())
        counts.append([(marker.id, marker.action) for marker in array.markers])
    assert counts == [
        [(1, Marker.ADD), (2, Marker.ADD)],
        [(1, Marker.ADD), (2, Marker.DELETE)],
        [(1, Marker.ADD)],
        [(1, Marker.DELETE)],
    ]


def rotated(message: TransformStamped, vector: tuple[float, ...]) -> np.ndarray[Any, Any]:
    """A vector of the body in the camera's frame, by the quaternion's definition."""
    turn = message.transform.rotation
    axis, w = np.array([turn.x, turn.y, turn.z]), turn.w
    v = np.array(vector)
    return np.asarray(v + 2 * np.cross(axis, np.cross(axis, v) + w * v))


def test_the_frame_of_a_body_looks_forward_left_and_up() -> None:
    message = body_transform(body(7), "robot_7", header())
    assert message is not None
    assert (message.child_frame_id, message.header.frame_id) == ("body_robot_7", "camera")
    assert message.transform.translation.z == 3.0
    np.testing.assert_allclose(rotated(message, (1, 0, 0)), [0, 0, -1], atol=1e-9)  # to the camera
    np.testing.assert_allclose(rotated(message, (0, 1, 0)), [1, 0, 0], atol=1e-9)
    np.testing.assert_allclose(rotated(message, (0, 0, 1)), [0, -1, 0], atol=1e-9)


def test_no_frame_without_hips_place_id_or_parent() -> None:
    assert body_transform(body(placed=False), "1", header()) is None
    assert body_transform(body(UNTRACKED), "-1", header()) is None
    assert body_transform(body(), "1", header(frame="")) is None
    for joint in ("mid_hip", "neck", "left_hip"):
        assert body_transform(body(without=joint), "1", header()) is None


@given(st.floats(-3.1, 3.1), st.floats(-0.5, 0.5), st.floats(0.5, 8.0))
def test_the_frame_turns_with_the_body(turn: float, lean: float, away: float) -> None:
    """A person turned about the vertical and leaning to a side."""
    c, s = np.cos(turn), np.sin(turn)
    turned = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    c, s = np.cos(lean), np.sin(lean)
    leaning = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    hips = np.array([0.0, 0.0, 3.0])
    person = body()
    points = (person.points - hips) @ (turned @ leaning).T + hips * away
    moved = Pose3D(HUMAN36M_17, points, person.scores, 1, placed=True)
    message = body_transform(moved, "1", header())
    assert message is not None
    forward, left, up = turned @ leaning @ np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]])
    axes = np.column_stack([rotated(message, axis) for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1))])
    np.testing.assert_allclose(axes, np.stack([forward, left, up]), atol=1e-9)
    shift = message.transform.translation
    np.testing.assert_allclose([shift.x, shift.y, shift.z], hips * away, atol=1e-9)


@pytest.mark.parametrize(
    ("namespace", "ros4hri", "expected"),
    [("/", False, "4"), ("/", True, "p4"), ("/robot/eye", False, "robot_eye_4")],
)
def test_bodies_of_two_cameras_have_different_names(
    namespace: str, ros4hri: bool, expected: str
) -> None:
    assert body_name(namespace, 4, ros4hri=ros4hri) == expected


@given(st.integers(0, 10_000))
def test_a_quaternion_turns_as_its_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    orthogonal, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    rotation = orthogonal * np.linalg.det(orthogonal)
    message = TransformStamped()
    turn = message.transform.rotation
    turn.x, turn.y, turn.z, turn.w = quaternion(rotation).tolist()
    vector = rng.normal(size=3)
    np.testing.assert_allclose(rotated(message, tuple(vector)), rotation @ vector, atol=1e-9)


@pytest.mark.parametrize("angle", [0.0, np.pi])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_half_turns_have_a_quaternion_too(axis: int, angle: float) -> None:
    rotation = np.eye(3) * np.cos(angle)
    rotation[axis, axis] = 1.0
    expected = np.zeros(4)
    expected[axis if angle else 3] = 1.0
    np.testing.assert_allclose(np.abs(quaternion(rotation)), expected, atol=1e-9)


def test_without_tf2_msgs_there_is_no_tf(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tf2_msgs.msg")  # nothing can be imported from it
    monkeypatch.setitem(sys.modules, "tf2_msgs.msg", module)
    context = rclpy.context.Context()
    rclpy.init(args=[], context=context)
    node = rclpy.create_node("test", context=context)
    assert tf_publisher(node) is None
    context.try_shutdown()
