"""Keypoints messages of a simulated person, for tests of lifter_node."""

from __future__ import annotations

import numpy as np
from pose_action_ros.msg import Keypoints

from pose_action_ros.camera import Intrinsics
from pose_action_ros.nodes.conversions import keypoints_message
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25
from ros_support import BEGIN, header


def simulated(person_id: int = 4) -> tuple[Pose2D, Intrinsics]:
    """Keypoints of a simulated person, and the camera."""
    scene = Scene.random(np.random.default_rng(3), actions=("standing", "clapping"))
    seen = scene.truth(1.0)[0].keypoints
    return Pose2D(BODY_25, seen.points, seen.scores, person_id), scene.camera.intrinsics


def message(*people: Pose2D, later: float = 0.0) -> Keypoints:
    return keypoints_message(people, header(BEGIN + later), (640, 480), BODY_25)
