"""The cameras of Human3.6M, four per subject, and the projection behind its 2D poses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]

_FILE = Path(__file__).with_name("cameras.json")
_MILLIMETRE = 0.001


@dataclass(frozen=True, eq=False)
class Camera:
    """One camera of one subject.

    Attributes:
        name: its number in file names, "54138969".
        rotation: (3, 3) from the world to the optical frame.
        position: (3,) [m] of the camera in the world.
        lens: intrinsics; distortion in OpenCV's order, k1 k2 p1 p2 k3.
    """

    name: str
    rotation: Array
    position: Array
    lens: Intrinsics

    def __post_init__(self) -> None:
        turned = self.rotation.shape == (3, 3) and self.position.shape == (3,)
        if not turned or not np.allclose(self.rotation @ self.rotation.T, np.eye(3), atol=1e-4):
            raise InputError(
                f"camera {self.name}: expected a rotation (3, 3) and a position (3,), got "
                f"{self.rotation.tolist()} and {self.position.tolist()}"
            )

    def from_world(self, points: Array) -> Array:
        """Transform points (..., 3) [m] from the world to the optical frame."""
        moved: Array = (points - self.position) @ self.rotation.T
        return moved

    def project(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3) [m] in the optical frame, by Human3.6M's own formula.

        It adds the tangential part once where OpenCV, and so `lens.project`, adds it twice; the
        difference is a pixel in the corners of these images and nothing in their middle.
        """
        k1, k2, p1, p2, k3 = self.lens.distortion
        plane = points[..., :2] / points[..., 2:]
        square = (plane**2).sum(axis=-1, keepdims=True)
        radial = 1 + square * (k1 + square * (k2 + square * k3))
        tangential = plane @ np.array([[p2], [p1]])
        bent = plane * (radial + tangential) + square * np.array([p2, p1])
        pixels: Array = bent * [self.lens.fx, self.lens.fy] + [self.lens.cx, self.lens.cy]
        return pixels


def lens(
    name: str,
    focal: npt.ArrayLike,
    centre: npt.ArrayLike,
    radial: npt.ArrayLike,
    tangential: npt.ArrayLike,
) -> Intrinsics:
    """Intrinsics from the numbers in Human3.6M's order.

    Args:
        name: of the camera; the image size follows from it.
        focal: fx, fy [px].
        centre: cx, cy [px].
        radial: k1, k2, k3.
        tangential: p1, p2.

    Raises:
        InputError: too few or too many numbers, or one that is not finite.
    """
    parts = [np.asarray(part, np.float64).ravel() for part in (focal, centre, radial, tangential)]
    if [part.size for part in parts] != [2, 2, 3, 2]:
        raise InputError(
            f"camera {name}: got {[part.size for part in parts]} numbers for focal length, centre, "
            "radial and tangential distortion, expected 2, 2, 3 and 2"
        )
    (fx, fy), (cx, cy), (k1, k2, k3), (p1, p2) = (part.tolist() for part in parts)
    width, height = _SIZES.get(name, _OTHER_SIZE)
    return Intrinsics(width, height, fx, fy, cx, cy, (k1, k2, p1, p2, k3))


def published_cameras() -> dict[int, dict[str, Camera]]:
    """The data set's cameras by subject (1, 5, 6, 7, 8, 9 and 11) and name.

    VideoPose3D's files have none, and some copies of 3d-pose-baseline's lack cameras.h5.
    """
    lenses = {name: _lens_of(name, values) for name, values in _VALUES["lenses"].items()}
    return {
        int(subject): {name: _camera(lenses[name], name, at) for name, at in places.items()}
        for subject, places in _VALUES["places"].items()
    }


def _lens_of(name: str, values: Mapping[str, list[float]]) -> Intrinsics:
    return lens(*(name, values["focal"], values["centre"], values["radial"], values["tangential"]))


def _camera(intrinsics: Intrinsics, name: str, place: Mapping[str, list[float]]) -> Camera:
    rotation = Rotation.from_euler("XYZ", place["angles"]).as_matrix()
    return Camera(name, rotation, np.array(place["position"]) * _MILLIMETRE, intrinsics)


_VALUES = json.loads(_FILE.read_text(encoding="utf-8"))
_SIZES = {name: tuple(values["size"]) for name, values in _VALUES["lenses"].items()}
_OTHER_SIZE = (1000, 1000)
