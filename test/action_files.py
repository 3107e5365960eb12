"""Files of the data sets of actions with given content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def optical_people(seed: int, frames: int, people: int, joints: int) -> Array:
    """(T, P, J, 3) [m] of people moving a little, two metres in front of a camera."""
    rng = np.random.default_rng(seed)
    body = rng.uniform(-0.5, 0.5, (people, joints, 3)) + np.array([0, 0, 2.0])
    moving: Array = body + rng.uniform(-0.04, 0.04, (frames, people, joints, 3))
    return moving


def write_rows(path: Path, rows: Array, separator: str = " ") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(separator.join(repr(float(value)) for value in row) for row in rows)
    path.write_text(text + "\n")
    return path


def write_msr(folder: Path, name: str, person: Array) -> Path:
    """One person (T, 20, 3) [m], x right, y down, or NaN for a lost joint."""
    file_points = np.nan_to_num(person * [-1, -1, 1])
    rows = np.concatenate([file_points.reshape(-1, 3), np.ones((person[..., 0].size, 1))], axis=1)
    return write_rows(folder / f"{name}_skeleton3D.txt", rows)


def write_sbu(folder: Path, name: str, people: Array) -> Path:
    """Two people (T, 2, 15, 3) [m], x right, y down, or NaN for a lost joint."""
    left, up, away = np.moveaxis(people * [-1000, -1000, 1000], -1, 0)  # [mm]
    normalised = [(1280 - left) / 2560, (960 - up) / 1920, away * 7.8125 / 10000]
    numbers = np.nan_to_num(np.stack(normalised, axis=-1)).reshape(len(people), -1)
    rows = np.concatenate([np.arange(len(people))[:, None] + 1.0, numbers], axis=1)
    return write_rows(folder / name / "skeleton_pos.txt", rows, ",")
