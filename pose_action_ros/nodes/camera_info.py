"""CameraInfo messages for others."""

from __future__ import annotations

from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from pose_action_ros.camera import Intrinsics


def camera_info_message(camera: Intrinsics, header: Header) -> CameraInfo:
    """A CameraInfo message; header of the image."""
    message = CameraInfo(header=header, width=camera.width, height=camera.height)
    simple = len(camera.distortion) <= 5  # k1 k2 p1 p2 k3
    message.distortion_model = "plumb_bob" if simple else "rational_polynomial"
    message.d = [*camera.distortion, *[0.0] * (5 - len(camera.distortion))]
    message.k = camera.matrix.reshape(-1)
    message.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    message.p = [camera.fx, 0.0, camera.cx, 0.0, 0.0, camera.fy, camera.cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    return message
