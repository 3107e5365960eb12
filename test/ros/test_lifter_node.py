from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
from pose_action_ros.msg import Keypoints, Pose3D, Poses
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, JointState
from visualization_msgs.msg import Marker, MarkerArray

from pose_action_ros.camera import Intrinsics
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.nodes.conversions import camera_info_message, keypoints_message
from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25
from ros_support import Peer, handled, header, person, report_of, spinning, wait_until

Start = Callable[..., Any]
BEGIN = 1_700_000_000.0


def simulated(person_id: int = 4) -> tuple[Pose2D, Intrinsics]:
    """Keypoints of a simulated person, and the camera."""
    scene = Scene.random(np.random.default_rng(3), actions=("standing", "clapping"))
    seen = scene.truth(1.0)[0].keypoints
    return Pose2D(BODY_25, seen.points, seen.scores, person_id), scene.camera.intrinsics


def message(*people: Pose2D, later: float = 0.0) -> Keypoints:
    return keypoints_message(people, header(BEGIN + later), (640, 480), BODY_25)


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


def test_a_bad_camera_info_is_reported_until_a_good_one_arrives(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    pose, camera = simulated()
    later = itertools.count()
    good, bad = camera_info_message(camera, header()), camera_info_message(camera, header())
    bad.k[0] = math.nan
    for info, wrong in ((bad, True), (good, False)):

        def reported(wrong: bool = wrong) -> bool:
            peer.publish("keypoints", message(pose, later=float(next(later))))
            found = report_of(node)
            return ("camera_info is not used" in found["message"]) == wrong and found[
                "level"
            ] != "2"

        peer.publish("camera_info", info, until=reported)


def beside(pose: Pose2D, camera: Intrinsics, fisheye: Intrinsics, degrees: float) -> Pose2D:
    """The person, moved around the camera to the right, as keypoints in a fisheye."""
    rays = np.column_stack([camera.rays(pose.points), np.ones(len(pose.points))])
    turn, _ = cv2.Rodrigues(np.array([0.0, np.radians(degrees), 0.0]))
    zero, lens = np.zeros(3), np.array(fisheye.distortion)
    moved = (rays @ np.asarray(turn).T)[:, None]
    pixels, _ = cv2.fisheye.projectPoints(moved, zero, zero, fisheye.matrix, lens)
    points = np.asarray(pixels, np.float64).reshape(-1, 2)
    return Pose2D(pose.skeleton, points, pose.scores, pose.person_id)


def test_odd_lenses_place_people_where_they_are(started: Start, peer: Peer) -> None:
    """A wrong lens is left out, and a fisheye shows a person 60 degrees aside."""
    node = started(LifterNode)
    received = peer.receive(Poses, "poses")
    pose, camera = simulated()
    fisheye = replace(camera, fx=300.0, fy=300.0, distortion=(0.02, -0.01, 0, 0), fisheye=True)
    aside = beside(pose, camera, fisheye, 60.0)
    wrong = camera_info_message(camera, header())
    wrong.d = [1500.0, -300.0, 0.0, 0.0, 800.0]
    later = itertools.count()
    positions = []
    for info, shown, words in (
        (camera_info_message(camera, header()), pose, ""),
        (wrong, pose, "has a lens that is not used: with D = 1500 -300 0 0 800"),
        (camera_info_message(fisheye, header()), aside, ""),
    ):
        fits = partial(_describes, node, info)
        peer.publish("camera_info", info, until=fits)
        stamp = float(10 * next(later))
        peer.publish(
            "keypoints",
            message(shown, later=stamp),
            until=lambda: received and received[-1].header == header(BEGIN + stamp),  # noqa: B023
        )
        root = received[-1].people[0].joints[0]
        positions.append((root.x, root.y, root.z))
        assert words in report_of(node)["message"]
    ahead, spoiled_lens, right = np.array(positions)
    assert 2 < ahead[2] < 6
    np.testing.assert_allclose(spoiled_lens, ahead)
    assert np.linalg.norm(right) == pytest.approx(np.linalg.norm(ahead), rel=1e-3)
    angles = np.degrees(np.arctan2([ahead[0], right[0]], [ahead[2], right[2]]))
    assert angles[1] - angles[0] == pytest.approx(60, abs=0.1)


def _describes(node: LifterNode, info: CameraInfo) -> bool:
    """True if the node has received this camera_info."""
    newest = node.lifter.camera._newest
    return newest is not None and list(newest.d) == list(info.d)


def test_a_camera_info_that_was_sent_before_the_start(started: Start, peer: Peer) -> None:
    kept = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    _, camera = simulated()
    peer.create_publisher(CameraInfo, "camera_info", kept).publish(
        camera_info_message(camera, header())
    )
    node = started(LifterNode)
    wait_until(lambda: node.lifter.camera._usable)
    assert node.lifter.camera.intrinsics(640, 480) == camera
    assert "camera_info" not in report_of(node)["message"]
    wait_until(lambda: peer.count_subscribers("camera_info") == 2)
    node.trigger_deactivate()
    wait_until(lambda: peer.count_subscribers("camera_info") == 0)


def test_rectified_images_with_a_camera_info_of_their_own(started: Start, peer: Peer) -> None:
    node = started(LifterNode, rectified=True)
    _, camera = simulated()
    for topic, info in (("camera_info", camera), ("camera_info_rect", replace(camera, fx=432.0))):
        message = camera_info_message(info, header())
        peer.publish(
            topic,
            message,
            until=lambda: node.lifter.camera.intrinsics(640, 480) == info,  # noqa: B023
        )


def test_a_camera_info_by_the_name_of_rectified_images(peer: Peer) -> None:
    """Without distortion, although the message has the lens of the raw images, and no parameter."""
    remap = ["--ros-args", "-r", "camera_info:=/eye/camera_info_rect"]
    _, camera = simulated()
    message = camera_info_message(replace(camera, distortion=(-0.3, 0.1, 0, 0)), header())
    with spinning(lambda context: LifterNode(context=context, cli_args=remap)) as node:
        model = node.lifter.camera
        peer.publish("/eye/camera_info_rect", message, until=lambda: model._usable)
        assert model.intrinsics(640, 480) == camera


def test_keypoints_without_any_camera_info_are_reported(started: Start, peer: Peer) -> None:
    node = started(LifterNode)
    node.lifter.camera._clock = itertools.count(0, 10).__next__
    peer.publish("keypoints", message(), until=lambda: handled(node))
    peer.feed(node, "keypoints", [message(later=0.1)])
    report = report_of(node)
    text = "no camera_info on /camera_info: a field of view of 69 degrees is assumed"
    assert (report["level"], report["camera"]) == ("1", "assumed 69 degrees")
    assert text in report["message"]


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
