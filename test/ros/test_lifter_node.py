"""Keypoints to poses in lifter_node: people, bad and late keypoints, markers, joint angles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Keypoints, Pose3D, Poses
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from visualization_msgs.msg import Marker, MarkerArray

from keypoint_messages import message, simulated
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25
from ros_support import BEGIN, Peer, handled, header, person, report_of, wait_until

Start = Callable[..., Any]


def test_people_are_lifted_and_keep_id_stamp_and_frame(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    received = peer.receive(Poses, "poses")
    pose, camera = simulated()
    health: dict[str, str] = {}
    sent: list[Keypoints] = []

    def calibrated() -> bool:
        sent.append(message(pose, later=float(len(sent))))
        peer.publish("keypoints", sent[-1])
        health.update(report_of(node))
        return health.get("camera") == "camera_info"

    peer.publish("camera_info", camera_info_message(camera, header()), until=calibrated)
    wait_until(lambda: received)
    found = received[-1]
    assert found.header in [one.header for one in sent]
    assert found.skeleton == "human36m_17"
    assert [one.id for one in found.people] == [4]
    assert len(found.people[0].joints) == len(found.people[0].scores) == 17
    assert found.people[0].placement == Pose3D.PLACED
    assert 0.5 < found.people[0].joints[0].z < 30  # metres in front of the camera
    assert health["engine"]


def test_an_empty_list_is_passed_on(started: Start, peer: Peer) -> None:
    started(LifterNode)
    received = peer.receive(Poses, "poses")
    peer.publish("keypoints", message(), until=lambda: received)
    assert (received[0].people, received[0].header) == ([], header())


def test_people_without_joints_are_left_out_and_others_are_lifted(
    started: Start, peer: Peer
) -> None:
    started(LifterNode)
    received = peer.receive(Poses, "poses")
    empty = Pose2D(BODY_25, np.full((25, 2), math.nan), np.zeros(25), 1)
    peer.publish("keypoints", message(empty, simulated()[0]), until=lambda: received)
    assert [one.id for one in received[0].people] == [4]


def test_missing_joints_are_normal(started: Start, peer: Peer) -> None:
    started(LifterNode)
    received = peer.receive(Poses, "poses")
    pose, _ = simulated()
    scores = pose.scores.copy()
    scores[[3, 4, 10, 11]] = 0.0
    peer.publish(
        "keypoints", message(Pose2D(BODY_25, pose.points, scores, 4)), until=lambda: received
    )
    assert received[0].people[0].id == 4


def spoiled(name: str) -> Keypoints:
    bad = message(person())
    if name == "skeleton":
        bad.skeleton = "octopus_8"
    elif name == "short":
        bad.people[0].keypoints.pop()
    elif name == "size":
        bad.width = 0
    else:
        bad.people[0].keypoints[3].x = math.nan if name == "nan" else math.inf
    return bad


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("skeleton", "unknown skeleton 'octopus_8'"),
        ("short", "got 24 joints"),
        ("size", "0x480"),
        ("nan", "NaN with a score above 0"),
        ("inf", "infinite"),
    ],
)
def test_bad_keypoints_are_counted_and_reported_and_the_node_survives(
    name: str, words: str, started: Start, peer: Peer
) -> None:
    node = started(LifterNode)
    received = peer.receive(Poses, "poses")
    peer.publish("keypoints", spoiled(name), until=lambda: handled(node))
    assert words in report_of(node)["last error"]
    peer.publish("keypoints", message(simulated()[0], later=1.0), until=lambda: received)
    assert received[0].people


def test_a_taller_person_is_further_away(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    received = peer.receive(Poses, "poses")
    peer.publish("keypoints", message(simulated()[0]), until=lambda: received)
    before = received[-1].people[0].joints[0].z
    tall = Parameter("person_height", value=1.1 * node.settings.person_height)
    assert node.set_parameters([tall])[0].successful
    received.clear()
    peer.publish("keypoints", message(simulated()[0], later=9.0), until=lambda: received)
    assert received[0].people[0].joints[0].z == pytest.approx(1.1 * before, rel=1e-3)


def test_markers_come_and_go_with_the_person(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    received = peer.receive(MarkerArray, "lifter_node/markers")
    wait_until(node.lifter._markers.get_subscription_count)
    peer.publish("keypoints", message(simulated()[0]), until=lambda: received)
    shown = received[0].markers[0]
    assert (shown.id, shown.action, shown.header) == (4, Marker.ADD, header())
    assert len(shown.points) == len(shown.colors) > 10
    peer.publish(
        "keypoints",
        message(later=1.0),
        until=lambda: any(marker.action == Marker.DELETE for marker in received[-1].markers),
    )


def test_joint_angles_are_published_for_each_person(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    poses, received = (
        peer.receive(Poses, "poses"),
        peer.receive(JointState, "lifter_node/joint_angles"),
    )
    wait_until(node.lifter._angles.get_subscription_count)
    sent = message(simulated()[0], simulated(7)[0])
    peer.publish("keypoints", sent, until=lambda: received and poses)
    state = received[0]
    assert state.header == header()
    assert list(state.name) == [f"body_{body}/{angle}" for body in (4, 7) for angle in ANGLES]
    points = np.array([[joint.x, joint.y, joint.z] for joint in poses[0].people[0].joints])
    np.testing.assert_allclose(state.position[: len(ANGLES)], joint_angles(points), atol=1e-6)
    assert np.isfinite(state.position).sum() > len(ANGLES)


def test_late_keypoints_are_dropped_and_a_jump_forgets_the_distances(
    started: Start, peer: Peer
) -> None:
    node = started(LifterNode)
    received = peer.receive(Poses, "poses")
    people = [simulated()[0]]
    peer.publish("keypoints", message(*people), until=lambda: received)
    filtered = node.lifter.lifter._depths
    peer.feed(node, "keypoints", [message(*people, later=later) for later in (0.2, 0.1, 0.3)])
    assert report_of(node)["late"] == "1"
    assert node.lifter.lifter._depths is filtered
    peer.feed(node, "keypoints", [message(*people, later=later) for later in (-9.0, -8.9)])
    assert node.lifter.lifter._depths is not filtered
    wait_until(lambda: received[-1].header == header(BEGIN - 8.9))
    assert "stamps jumped back by 9.2 s" in report_of(node)["message"]
