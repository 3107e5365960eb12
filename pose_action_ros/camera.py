"""The camera: intrinsics, projection and rays, in the optical frame of REP-103.

Optical frame: x right, y down, z forward, metres. Pixels: centre of the first pixel at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, tan

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lens import COUNTS, FISHEYE_COUNTS, BrownLens, FisheyeLens, Lens

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
        fisheye: True for OpenCV's fisheye model, with the coefficients k1 k2 k3 k4, or none.

    Raises:
        InputError: numbers that are not finite, sizes or focal lengths that are not positive, or
            a number of coefficients that OpenCV does not take.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()
    fisheye: bool = False

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy, *self.distortion)
        if self.width <= 0 or self.height <= 0 or not np.isfinite(numbers).all():
            raise InputError(f"intrinsics need a positive size and finite numbers, got {self}")
        if self.fx <= 0 or self.fy <= 0:
            raise InputError(f"intrinsics need positive focal lengths, got {self.fx}, {self.fy}")
        counts = FISHEYE_COUNTS if self.fisheye else COUNTS
        if len(self.distortion) not in counts:
            raise InputError(
                f"got {len(self.distortion)} lens coefficients, expected one of {counts}"
            )

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

    @property
    def lens(self) -> Lens | None:
        """The lens model; None without distortion."""
        if self.fisheye:
            return FisheyeLens(self.distortion)
        return BrownLens(self.distortion) if any(self.distortion) else None

    def project(self, points: npt.ArrayLike) -> Array:
        """Project points (..., 3) [m] to pixels (..., 2).

        NaN for points behind the camera, or farther from its axis than the lens model reaches.
        """
        array = np.asarray(points, dtype=np.float64)
        visible = array[..., 2] > 1e-6
        depth = np.where(visible, array[..., 2], np.nan)
        plane = array[..., :2] / depth[..., None]  # (..., 2)
        if self.lens is not None:
            plane = self.lens.distort(plane.reshape(-1, 2)).reshape(plane.shape)
        pixels: Array = plane * [self.fx, self.fy] + [self.cx, self.cy]
        return pixels

    def rays(self, pixels: npt.ArrayLike) -> Array:
        """Directions (..., 2), x/z and y/z, of pixels (..., 2), without lens distortion.

        NaN for pixels farther from the principal point than the lens model reaches.
        """
        array = np.asarray(pixels, dtype=np.float64)
        rays: Array = (array - [self.cx, self.cy]) / [self.fx, self.fy]
        if self.lens is not None:
            rays = self.lens.straighten(rays.reshape(-1, 2)).reshape(rays.shape)
        return rays
