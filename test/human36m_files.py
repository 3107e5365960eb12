"""Files in the two common layouts of Human3.6M, filled with random people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from references.human36m import pixel

Array = npt.NDArray[np.float64]

# In the order of the data set's 32 joints; those without a name do not move.
JOINTS_32 = (
    *("mid_hip", "right_hip", "right_knee", "right_ankle", "", ""),
    *("left_hip", "left_knee", "left_ankle", "", "", ""),
    *("spine", "neck", "nose", "head_top", ""),
    *("left_shoulder", "left_elbow", "left_wrist", "", "", "", "", ""),
    *("right_shoulder", "right_elbow", "right_wrist", "", "", "", ""),
)
HOURGLASS = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("mid_hip", "spine", "neck", "head_top", "right_wrist", "right_elbow", "right_shoulder"),
    *("left_shoulder", "left_elbow", "left_wrist"),
)
CAMERAS = ("54138969", "55011271", "58860488", "60457274")
SEQUENCES = {"Walking 1": 5, "Walking": 4, "SittingDown 2": 3}
"""Frames of each."""


def people(seed: int, frames: int) -> Array:
    """(T, 32, 3) [m] in the world."""
    middle = np.array([0.2, 0.5, 1.0])
    return middle + np.random.default_rng(seed).uniform(-0.6, 0.6, (frames, 32, 3))


def camera(seed: int) -> dict[str, Any]:
    """Numbers of a camera some metres away that points at the people: R maps world to optical."""
    rng = np.random.default_rng(seed)
    place = np.array([0.2, 0.5, 1.0]) + 5 * np.append(rng.normal(size=2), 0.2)
    place[:2] *= 5 / np.linalg.norm(place[:2])
    forward = np.array([0.2, 0.5, 1.0]) - place
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    return {
        "R": np.stack([right, np.cross(forward, right), forward]),
        "T": place * 1000,
        "f": rng.uniform(1100, 1200, 2),
        "c": rng.uniform(490, 520, 2),
        "k": rng.uniform(-0.2, 0.2, 3),
        "p": rng.uniform(-0.002, 0.002, 2),
    }


def optical(world: Array, numbers: Mapping[str, Any]) -> Array:
    """Points (T, J, 3) [m] in a camera's frame, one by one."""
    flat = [numbers["R"] @ (point - numbers["T"] / 1000) for point in world.reshape(-1, 3)]
    return np.array(flat).reshape(world.shape)


def pixels(points: Array, numbers: Mapping[str, Any]) -> Array:
    """(T, J, 2) of points (T, J, 3) in a camera's frame."""
    lens = [numbers[key] for key in "fckp"]
    return np.array([pixel(point, *lens) for point in points.reshape(-1, 3).tolist()]).reshape(
        *points.shape[:2], 2
    )


def detections(seed: int, frames: int) -> Array:
    """(T, 16, 2) [px] in the order of the hourglass."""
    return np.random.default_rng(seed).uniform(300, 700, (frames, 16, 2))


def write_positions(path: Path, world: Array) -> None:
    """A 3D file of 3d-pose-baseline: 96 rows of millimetres."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["3D_positions"] = (world * 1000).reshape(len(world), 96).T


def write_detections(path: Path, poses: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["poses"] = poses


def write_cameras(path: Path, subjects: Mapping[int, list[dict[str, Any]]]) -> None:
    """A cameras.h5: R transposed, columns, the name as character codes."""
    with h5py.File(path, "w") as file:
        for subject, cameras in subjects.items():
            for row, (name, numbers) in enumerate(zip(CAMERAS, cameras, strict=True)):
                group = file.create_group(f"subject{subject}/camera{row + 1}")
                group["R"] = numbers["R"].T
                for key in "Tfckp":
                    group[key] = numbers[key][:, None]
                group["Name"] = np.array([[ord(letter)] for letter in name], np.uint16)


def write_folder(folder: Path, subject: int) -> list[dict[str, Any]]:
    """Write a subject of 3d-pose-baseline; detections have one frame more. Return the cameras."""
    cameras = [camera(row) for row in range(4)]
    write_cameras(folder / "cameras.h5", {subject: cameras})
    own = folder / f"S{subject}"
    for sequence, frames in SEQUENCES.items():
        write_positions(own / f"MyPoses/3D_positions/{sequence}.h5", people(frames, frames))
        for row, name in enumerate(CAMERAS):
            path = own / f"StackedHourglass/{sequence.replace(' ', '_')}.{name}.h5"
            write_detections(path, detections(row, frames + 1))
    return cameras


def metadata(joints: int) -> dict[str, Any]:
    """Description of the joints in VideoPose3D's files of 2D poses."""
    symmetry = {
        16: [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]],
        17: [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
    }
    return {"num_joints": joints, "keypoints_symmetry": symmetry[joints]}


def save_objects(path: Path, **objects: Any) -> Path:
    arrays: dict[str, Any] = {name: np.array(value, object) for name, value in objects.items()}
    np.savez_compressed(path, **arrays)
    return path
