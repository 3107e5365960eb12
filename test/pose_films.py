"""Poses messages of simulated people, for tests of action_node."""

from __future__ import annotations

from typing import Any

import numpy as np
from pose_action_ros.msg import Poses

from pose_action_ros.nodes.conversions import poses_message
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import HUMAN36M_17
from ros_support import BEGIN, Peer, handled, header

RATE = 30.0
SCENE = Scene.random(np.random.default_rng(3), actions=("standing", "clapping"))


def film(
    seconds: float, *, ids: tuple[int, ...] = (4,), placed: bool = True, begin: float = BEGIN
) -> list[Poses]:
    """Poses messages of one simulated motion, as a perfect lifter would publish them.

    Each further person in `ids` is a metre to the right of the one before.
    """
    return [
        frame(number, ids=ids, placed=placed, begin=begin)
        for number in range(round(seconds * RATE))
    ]


def frame(
    number: int, *, ids: tuple[int, ...] = (4,), placed: bool = True, begin: float = BEGIN
) -> Poses:
    """One message of a film."""
    pose = SCENE.truth(number / RATE)[0].pose
    people = [
        Pose3D(pose.skeleton, pose.points + place, pose.scores, key, placed)
        for key, place in zip(ids, np.eye(3)[0] * np.arange(len(ids))[:, None], strict=True)
    ]
    return poses_message(people, header(begin + number / RATE), HUMAN36M_17)


def connect(peer: Peer, node: Any) -> None:
    """Wait until the node receives messages."""
    empty = poses_message([], header(BEGIN - 10), HUMAN36M_17)
    peer.publish("poses", empty, until=lambda: handled(node))
