"""A coordinate frame in each person's body, for TF: REP-103 axes, origin between the hips."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import Header

from pose_action_ros.poses import UNTRACKED, Pose3D

Array = npt.NDArray[np.float64]


def tf_publisher(node: Node) -> Publisher[Any] | None:
    """The publisher of /tf, or None where tf2_msgs is not installed."""
    try:
        from tf2_msgs.msg import TFMessage  # noqa: PLC0415 - absent on some machines
    except ImportError:
        node.get_logger().info("no TF frames of people: tf2_msgs is not installed")
        return None
    return node.create_publisher(TFMessage, "/tf", 100)


def body_transform(person: Pose3D, name: str, header: Header) -> TransformStamped | None:
    """From the frame of the header to `body_<name>`: x forward, y left, z up along the back.

    REP-155, "Body Frames": the origin is midway between the hips. None when the person has no id
    or no place in the camera frame, shows no hips or neck, or the header names no frame.
    """
    if person.person_id == UNTRACKED or not person.placed or not header.frame_id:
        return None
    skeleton, points = person.skeleton, person.points
    origin, neck = points[skeleton.index("mid_hip")], points[skeleton.index("neck")]
    left, right = points[skeleton.index("left_hip")], points[skeleton.index("right_hip")]
    rotation = _axes(neck - origin, left - right)
    if rotation is None:
        return None
    message = TransformStamped(header=header, child_frame_id=f"body_{name}")
    shift, turn = message.transform.translation, message.transform.rotation
    shift.x, shift.y, shift.z = origin.tolist()
    turn.x, turn.y, turn.z, turn.w = quaternion(rotation).tolist()
    return message


def _axes(up: Array, left: Array) -> Array | None:
    """(3, 3) rotation with the axes forward, left, up as columns; None where undefined."""
    forward = np.cross(left, up)
    height, length = np.linalg.norm(up), np.linalg.norm(forward)
    if not (height > 1e-6 and length > 1e-6):  # also when they are NaN
        return None
    z, x = up / height, forward / length
    return np.column_stack([x, np.cross(z, x), z])


def quaternion(rotation: Array) -> Array:
    """(x, y, z, w) of a rotation matrix (3, 3).

    The eigenvector of Bar-Itzhack 2000 (New method for extracting the quaternion from a rotation
    matrix), which has no special cases.
    """
    (a, b, c), (d, e, f), (g, h, i) = rotation
    matrix = np.array(
        [
            [a - e - i, b + d, c + g, h - f],
            [b + d, e - a - i, f + h, c - g],
            [c + g, f + h, i - a - e, d - b],
            [h - f, c - g, d - b, a + e + i],
        ]
    )
    vector: Array = np.linalg.eigh(matrix / 3)[1][:, -1]
    return vector
