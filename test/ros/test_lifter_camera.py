"""camera_info in lifter_node: good, bad, missing and rectified ones, odd lenses."""

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
from pose_action_ros.msg import Poses
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo

from keypoint_messages import message, simulated
from pose_action_ros.camera import Intrinsics
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.poses import Pose2D
from ros_support import BEGIN, Peer, handled, header, report_of, spinning, wait_until

Start = Callable[..., Any]


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
