"""The virtual camera: intrinsics, and its position and orientation in the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VirtualCamera:
    """A pinhole camera in the world (z up).

    Attributes:
        intrinsics: image size, focal lengths, distortion.
        rotation: (3, 3) world to optical frame (x right, y down, z forward).
        translation: (3,) [m] world origin in the optical frame.
    """

    intrinsics: Intrinsics
    rotation: Array
    translation: Array

    @classmethod
    def looking_at(
        cls,
        position: npt.ArrayLike,
        target: npt.ArrayLike,
        intrinsics: Intrinsics,
        roll: float = 0.0,
    ) -> VirtualCamera:
        """Build a camera at position (3,) [m], axis through target (3,) [m]; roll [degrees].

        Raises:
            InputError: position and target are equal, or one is directly above the other.
        """
        place = np.asarray(position, dtype=np.float64)
        ahead = np.asarray(target, dtype=np.float64) - place
        right = np.cross(ahead, [0.0, 0.0, 1.0])
        if np.linalg.norm(right) < 1e-9:
            raise InputError(
                f"camera at {place} cannot look at {place + ahead}: expected a target to its side, "
                "not the same point nor straight above or below"
            )
        ahead, right = ahead / np.linalg.norm(ahead), right / np.linalg.norm(right)
        down = np.cross(ahead, right)
        angle = np.radians(roll)
        rows = np.stack(
            [
                np.cos(angle) * right + np.sin(angle) * down,
                np.cos(angle) * down - np.sin(angle) * right,
                ahead,
            ]
        )
        return cls(intrinsics, rows, -rows @ place)

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        target: npt.ArrayLike = (0.0, 0.0, 0.9),
        size: tuple[int, int] = (640, 480),
        distance: tuple[float, float] = (2.0, 5.0),
    ) -> VirtualCamera:
        """Draw a camera of a robot: 0.15 to 2.5 m high, in any direction, looking at the target.

        Args:
            rng: random numbers.
            target: (3,) [m] the middle of a person.
            size: width and height of the image [px].
            distance: least and greatest horizontal distance [m], increased if a person of 1.8 m
                would not fit into the image.
        """
        aim = np.asarray(target, dtype=np.float64)
        width, height = size
        intrinsics = Intrinsics.from_field_of_view(width, height, rng.uniform(50, 90))
        fits = 2.15 * intrinsics.fy / height  # a person with raised arms fills the image height
        away = rng.uniform(max(distance[0], fits), max(distance[1], fits + 0.3))
        around = rng.uniform(-np.pi, np.pi)
        place = aim + away * np.array([np.cos(around), np.sin(around), 0.0])
        place[2] = rng.uniform(0.15, 2.5)
        return cls.looking_at(place, aim + rng.normal(0, 0.08, 3), intrinsics, rng.uniform(-5, 5))

    @property
    def position(self) -> Array:
        """(3,) position of the camera in the world [m]."""
        place: Array = -self.rotation.T @ self.translation
        return place

    def to_camera(self, points: npt.ArrayLike) -> Array:
        """Transform points (..., 3) from the world into the optical frame [m]."""
        local: Array = np.asarray(points, dtype=np.float64) @ self.rotation.T + self.translation
        return local

    def project(self, points: npt.ArrayLike) -> Array:
        """Pixels (..., 2) of points (..., 3) in the world [m]; NaN behind the camera."""
        return self.intrinsics.project(self.to_camera(points))

    def pixel_rays(self) -> Array:
        """(H, W, 2) directions x/z and y/z of all pixels, in the optical frame."""
        columns, rows = np.arange(self.intrinsics.width), np.arange(self.intrinsics.height)
        return self.intrinsics.rays(np.stack(np.meshgrid(columns, rows), axis=-1))
