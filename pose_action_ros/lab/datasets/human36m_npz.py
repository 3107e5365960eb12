"""Human3.6M in the files of VideoPose3D (Pavllo et al. 2019), numpy archives of nested dicts.

data_3d_h36m.npz         positions_3d: {"S1": {"Walking 1": (T, 32, 3) [m], world}}
data_2d_h36m_<name>.npz  positions_2d: {"S1": {"Walking 1": [four cameras' (T, J, 2) [px]]}}
                         metadata: num_joints and keypoints_symmetry (left rows, right rows)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m import (
    HOURGLASS,
    KEYPOINTS,
    SUBJECTS,
    Recording,
    check_choice,
    record,
    told_of,
)
from pose_action_ros.lab.datasets.human36m_cameras import published_cameras
from pose_action_ros.lab.datasets.object_arrays import read_objects
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

_CAMERAS = 4
# Joint orders by the rows of the left joints: the only thing every file says about its order.
_ORDERS = {
    frozenset(row for row, name in enumerate(order) if name.startswith("left_")): order
    for order in (HUMAN36M_17.joints, HOURGLASS)
}


def read_npz(
    positions: Path,
    detections: Path | None = None,
    subjects: tuple[int, ...] = SUBJECTS,
    every: int = 1,
) -> Iterator[Recording]:
    """Read recordings one by one, by subject, sequence and camera.

    The files are single pickles: each is in memory as long as it is read (0.2 GB for 3D, 0.3 GB
    for 2D), the recordings only one at a time. Pickled code is refused, see `object_arrays`.

    Args:
        positions: data_3d_h36m.npz; poses of 32 joints, or of the 17 that move.
        detections: data_2d_h36m_cpn_ft_h36m_dbb.npz, ..._sh_ft_h36m.npz, ..._gt.npz or None.
        subjects: to read.
        every: keep one frame of so many.

    Yields:
        Recordings with the published cameras; without detections where the file has None.

    Raises:
        InputError: a file is missing, damaged or not of this layout; the message names it.
    """
    check_choice(subjects, every)
    (poses,) = read_objects(positions, "positions_3d")
    seen = None if detections is None else _read_detections(detections)
    cameras = published_cameras()
    for subject in subjects:
        for sequence, world in _table(poses, f"S{subject}", positions).items():
            points = _array(world, positions, f"S{subject} {sequence}")
            for row, name in enumerate(sorted(cameras[subject])):
                found = None if seen is None else seen.of(subject, sequence, row)
                with told_of(f"{positions}, S{subject} {sequence}"):
                    one = record(
                        subject, sequence, cameras[subject][name], points, found, every=every
                    )
                yield one


@dataclass(frozen=True, eq=False)
class _Detections:
    """What a file of detections holds: its dicts, and where the joints of KEYPOINTS are."""

    path: Path
    table: Mapping[str, Any]
    order: list[int]
    joints: int

    def of(self, subject: int, sequence: str, camera: int) -> Array | None:
        """(T, 16, 2) [px] of the camera in this row; None where the file has None."""
        where = f"S{subject} {sequence}"
        views = _table(self.table, f"S{subject}", self.path).get(sequence)
        if not isinstance(views, list | tuple) or len(views) != _CAMERAS:
            raise InputError(f"{self.path}, {where}: expected a list of {_CAMERAS} cameras' arrays")
        if views[camera] is None:
            return None
        values = _array(views[camera], self.path, where)
        if values.ndim != 3 or values.shape[1] != self.joints or values.shape[2] < 2:
            raise InputError(
                f"{self.path}, {where}: got {values.shape}, expected (T, {self.joints}, 2)"
            )
        return values[:, self.order, :2]


def _read_detections(path: Path) -> _Detections:
    table, metadata = read_objects(path, "positions_2d", "metadata")
    try:
        left, _ = metadata["keypoints_symmetry"]
        order = _ORDERS[frozenset(int(row) for row in left)]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: expected metadata of 16 stacked-hourglass or 17 Human3.6M joints, got "
            f"{metadata}; detections of COCO joints have no spine and no head"
        ) from error
    return _Detections(path, table, [order.index(name) for name in KEYPOINTS.joints], len(order))


def _table(values: Any, key: str, path: Path) -> Mapping[str, Any]:
    found = values.get(key) if isinstance(values, dict) else None
    if not isinstance(found, dict):
        raise InputError(
            f"{path}: expected a dict of {key}'s sequences, got {type(found).__name__}"
        )
    return found


def _array(values: Any, path: Path, where: str) -> Array:
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}, {where}: expected an array of numbers, got {error}") from error
