"""Messages of a camera and of the nodes to view_node, with simulated people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from pose_action_ros.msg import Action, Keypoints, Poses
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pipeline_fakes import estimate
from pose_action_ros.nodes.conversions import (
    action_message,
    camera_info_message,
    keypoints_message,
    poses_message,
)
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.stamps import message_stamp
from pose_action_ros.nodes.view_node import ViewNode
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17
from pose_action_ros.stamp_order import NANOSECONDS
from ros_support import Peer, handled, header, spinning, wait_until

SIZE = 640, 480
SCENE = Scene.random(np.random.default_rng(3), actions=("standing", "clapping"))
CAMERA = SCENE.camera.intrinsics
STEP = 0.125  # [s] exact in binary


class Stream:
    """The messages of a camera and of the nodes, with simulated people, to a node under test.

    Attributes:
        picture: image (H, W, 3) by number.
    """

    def __init__(self, peer: Peer, node: ViewNode) -> None:
        self.peer, self.node = peer, node
        self.begin = int(time.time())
        self.picture: Callable[[int], Any] = image_of
        outputs = {
            "image": Image,
            "keypoints": Keypoints,
            "poses": Poses,
            "action": Action,
            "interaction": Action,
        }
        self.outputs = {name: peer.output(kind, name) for name, kind in outputs.items()}
        info = camera_info_message(CAMERA, header())
        peer.publish("camera_info", info, until=lambda: node.viewing.camera._newest)

    def header(self, number: int) -> Header:
        nanoseconds = self.begin * NANOSECONDS + round(number * STEP * NANOSECONDS)
        return Header(stamp=message_stamp(nanoseconds), frame_id="camera")

    def send(self, number: int, *people: int, image: bool = True, shown: bool = True) -> None:
        """Send image and results of one step; wait until the node has shown them."""
        count, own = handled(self.node), self.header(number)
        if image:
            self.outputs["image"].publish(image_message(self.picture(number), own))
        found = [person_of(one, number) for one in people]
        keypoints = [one for one, _ in found]
        self.outputs["keypoints"].publish(keypoints_message(keypoints, own, SIZE, BODY_25))
        poses = [one for _, one in found]
        self.outputs["poses"].publish(poses_message(poses, own, HUMAN36M_17))
        if shown:
            wait_until(lambda: handled(self.node) > count)

    def act(self, number: int, label: str, *people: int, topic: str = "action") -> None:
        """Send an action about one step; wait until the node has received it."""
        count = len(self.node._actions)
        one = estimate(label, number * STEP, people[0])
        message = action_message(one, self.header(number), self.header(number - 1).stamp)
        message.person_ids = list(people)
        self.outputs[topic].publish(message)
        wait_until(lambda: len(self.node._actions) > count)


def image_of(number: int) -> Any:
    return np.full((SIZE[1], SIZE[0], 3), 40 * (number % 6), np.uint8)


def person_of(number: int, step: int) -> tuple[Pose2D, Pose3D]:
    truth = SCENE.truth(step * STEP)[0]
    keypoints, pose = truth.keypoints, truth.pose
    return (
        Pose2D(BODY_25, keypoints.points, keypoints.scores, number),
        Pose3D(HUMAN36M_17, pose.points, pose.scores, number, placed=True),
    )


@contextmanager
def streaming(peer: Peer, **parameters: object) -> Iterator[Stream]:
    pytest.importorskip("rerun")
    overrides = [Parameter(name, value=value) for name, value in parameters.items()]
    with spinning(lambda context: ViewNode(context=context, parameter_overrides=overrides)) as node:
        yield Stream(peer, node)
