"""The pinhole camera: intrinsics, projection and rays, in the optical frame of REP-103.

Optical frame: x right, y down, z forward, metres. Pixels: centre of the first pixel at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, tan

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]

OPTICAL_FRAME = "camera_optical_frame"
"""Default frame of images."""


@dataclass(frozen=True)
class Intrinsics:
    """Image size, focal lengths, principal point and lens distortion, as in a camera_info.

    Attributes:
        width, height: [px].
        fx, fy: focal lengths [px].
        cx, cy: principal point [px].
        distortion: coefficients in OpenCV's order (k1 k2 p1 p2 k3 ...), empty for none.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy, *self.distortion)
        if self.width <= 0 or self.height <= 0 or not np.isfinite(numbers).all():
            raise InputError(f"intrinsics need a positive size and finite numbers, got {self}")
        if self.fx <= 0 or self.fy <= 0:
            raise InputError(f"intrinsics need positive focal lengths, got {self.fx}, {self.fy}")

    @classmethod
    def from_field_of_view(cls, width: int, height: int, degrees: float) -> Intrinsics:
        """Create an ideal camera with a field of view of `degrees` along the wider image side."""
        if not 1 <= degrees <= 175:
            raise InputError(f"got a field of view of {degrees} degrees, expected 1 to 175")
        focal = max(width, height) / 2 / tan(radians(degrees) / 2)
        return cls(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)

    @property
    def matrix(self) -> Array:
        """(3, 3) camera matrix K."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], dtype=np.float64)

    def project(self, points: npt.ArrayLike) -> Array:
        """Project points (..., 3) [m] to pixels (..., 2); NaN for points behind the camera."""
        array = np.asarray(points, dtype=np.float64)
        visible = array[..., 2] > 1e-6
        depth = np.where(visible, array[..., 2], np.nan)
        plane = array[..., :2] / depth[..., None]  # (..., 2)
        if self.distortion:
            plane = _distort(plane, self.distortion)
        pixels: Array = plane * [self.fx, self.fy] + [self.cx, self.cy]
        return pixels

    def rays(self, pixels: npt.ArrayLike) -> Array:
        """Directions (..., 2), x/z and y/z, of pixels (..., 2), without lens distortion."""
        array = np.asarray(pixels, dtype=np.float64)
        plane = (array - [self.cx, self.cy]) / [self.fx, self.fy]
        if self.distortion:
            finite = np.isfinite(array).all(axis=-1)
            flat = array[finite].reshape(-1, 1, 2)
            if len(flat):
                import cv2  # noqa: PLC0415 - only needed with distortion

                straight = cv2.undistortPoints(flat, self.matrix, np.array(self.distortion))
                plane[finite] = straight[:, 0]
        rays: Array = plane
        return rays


def _distort(plane: Array, distortion: tuple[float, ...]) -> Array:
    """Apply OpenCV's Brown-Conrady lens model to normalised coordinates (..., 2)."""
    flat = plane.reshape(-1, 2)
    finite = np.isfinite(flat).all(axis=1)
    result = np.full_like(flat, np.nan)
    if finite.any():
        import cv2  # noqa: PLC0415 - only needed with distortion

        directions = np.column_stack([flat[finite], np.ones(finite.sum())])
        zero = np.zeros(3)
        pixels, _ = cv2.projectPoints(directions, zero, zero, np.eye(3), np.array(distortion))
        result[finite] = pixels[:, 0]
    return result.reshape(plane.shape)
