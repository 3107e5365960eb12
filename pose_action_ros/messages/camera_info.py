"""What a CameraInfo message says about the camera, whoever made the message object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError

SUPPORTED = ("", "plumb_bob", "rational_polynomial")
"""Lens models with OpenCV's coefficients, and no model."""
_COEFFICIENTS = (0, 4, 5, 8, 12, 14)  # that OpenCV takes


class CameraInfo(Protocol):
    """A sensor_msgs/CameraInfo: of rclpy, or read from a bag."""

    width: int
    height: int
    distortion_model: str
    d: Any
    k: Any
    p: Any
    binning_x: int
    binning_y: int
    roi: Any


def intrinsics_from(message: CameraInfo, *, rectified: bool = False) -> Intrinsics | None:
    """The camera of a CameraInfo message; None when it is not calibrated (K is zero).

    A lens model that is not supported counts as no distortion; `unsupported_lens` tells.

    Args:
        message: with its binning and region of interest.
        rectified: the images are undistorted already, so P and no distortion apply.

    Raises:
        InputError: sizes or focal lengths that are not positive, numbers that are not finite.
    """
    if not any(message.k):
        return None
    if len(message.d) not in _COEFFICIENTS:
        raise InputError(f"got {len(message.d)} lens coefficients, expected one of {_COEFFICIENTS}")
    matrix = message.p.reshape(3, 4) if rectified else message.k.reshape(3, 3)
    supported = not rectified and message.distortion_model in SUPPORTED
    full = Intrinsics(
        width=message.width,
        height=message.height,
        fx=float(matrix[0, 0]),
        fy=float(matrix[1, 1]),
        cx=float(matrix[0, 2]),
        cy=float(matrix[1, 2]),
        distortion=tuple(message.d) if supported and any(message.d) else (),
    )
    return _read_out(full, message)


def unsupported_lens(message: CameraInfo) -> str | None:
    """One sentence when the lens model is not known here and distorts."""
    if message.distortion_model in SUPPORTED or not any(message.d):
        return None
    return (
        f"lens model {message.distortion_model!r} is not supported (known are "
        f"{', '.join(filter(None, SUPPORTED))}): poses are placed without it; "
        "use rectified images and set rectified"
    )


def _read_out(full: Intrinsics, message: CameraInfo) -> Intrinsics:
    """The camera of the part of the sensor that is read, with binning."""
    region = message.roi
    width, height = region.width or full.width, region.height or full.height
    part = replace(
        full, width=width, height=height, cx=full.cx - region.x_offset, cy=full.cy - region.y_offset
    )
    across, down = max(message.binning_x, 1), max(message.binning_y, 1)
    if across == down == 1:
        return part
    return scaled(part, width // across, height // down)


def scaled(camera: Intrinsics, width: int, height: int) -> Intrinsics:
    """The camera of the same picture resized to another size [px].

    Raises:
        InputError: other proportions, by more than a pixel and a hundredth.
    """
    if (width, height) == (camera.width, camera.height):
        return camera
    x, y = width / camera.width, height / camera.height
    if abs(x - y) * min(camera.width, camera.height) > max(1.0, 0.01 * min(width, height)):
        raise InputError(
            f"camera_info is for {camera.width}x{camera.height} px, the image has "
            f"{width}x{height}: not the same picture"
        )
    return replace(
        camera,
        width=width,
        height=height,
        fx=camera.fx * x,
        fy=camera.fy * y,
        cx=(camera.cx + 0.5) * x - 0.5,  # pixel centres are at whole numbers
        cy=(camera.cy + 0.5) * y - 0.5,
    )
