"""CameraInfo messages to intrinsics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError

SUPPORTED = ("", "plumb_bob", "rational_polynomial")
"""Lens models with the coefficients of OpenCV, and none."""
_COEFFICIENTS = (0, 4, 5, 8, 12, 14)  # valid in OpenCV


class CameraInfo(Protocol):
    """A sensor_msgs/CameraInfo, of rclpy or of a bag."""

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
    """Convert a CameraInfo message; None if the camera is not calibrated (K is zero).

    An unsupported lens model counts as no distortion, see `unsupported_lens`.

    Args:
        message: with binning and region of interest.
        rectified: True for undistorted images: P and no distortion apply.

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
    return _region_of(full, message)


def unsupported_lens(message: CameraInfo) -> str | None:
    """Warning about a distorting lens model that is not supported; None for others."""
    if message.distortion_model in SUPPORTED or not any(message.d):
        return None
    return (
        f"lens model {message.distortion_model!r} is not supported (expected "
        f"{', '.join(filter(None, SUPPORTED))}): poses are placed without it; "
        "use rectified images and set rectified"
    )


def _region_of(full: Intrinsics, message: CameraInfo) -> Intrinsics:
    """Intrinsics of the region of interest, with binning."""
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
    """Intrinsics of the same image at another size [px].

    Raises:
        InputError: proportions that differ by more than a pixel and a hundredth.
    """
    if (width, height) == (camera.width, camera.height):
        return camera
    x, y = width / camera.width, height / camera.height
    if abs(x - y) * min(camera.width, camera.height) > max(1.0, 0.01 * min(width, height)):
        raise InputError(
            f"camera_info is for {camera.width}x{camera.height} px, the image has "
            f"{width}x{height}: not the same image"
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
