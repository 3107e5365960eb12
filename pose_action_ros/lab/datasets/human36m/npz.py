"""Human3.6M in the files of VideoPose3D (Pavllo et al. 2019), numpy archives of nested dicts.

data_3d_h36m.npz         positions_3d: {"S1": {"Walking 1": (T, 32, 3) [m], world}}
data_2d_h36m_<name>.npz  positions_2d: {"S1": {"Walking 1": [four cameras' (T, J, 2) [px]]}}
                         metadata: num_joints and keypoints_symmetry (left rows, right rows)

The dicts are pickled, and `numpy.load(allow_pickle=True)` executes any code that a pickle names.
Here a pickle may build numbers, text, lists, tuples, dicts and numpy arrays only.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.human36m.cameras import published_cameras
from pose_action_ros.lab.datasets.human36m.inventory import inventoried
from pose_action_ros.lab.datasets.human36m.recordings import (
    HOURGLASS,
    KEYPOINTS,
    SUBJECTS,
    CameraRecording,
    check_selection,
    view,
)
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

_CAMERAS = 4
# Joint orders by the rows of the left joints, the only hint to the order in every file.
_ORDERS = {
    frozenset(row for row, name in enumerate(order) if name.startswith("left_")): order
    for order in (HUMAN36M_17.joints, HOURGLASS)
}


def read_npz(
    positions: Path,
    detections: Path | None = None,
    subjects: tuple[int, ...] = SUBJECTS,
    every: int = 1,
) -> Iterator[CameraRecording]:
    """Read recordings one by one, by subject, sequence and camera.

    Each file is one pickle and stays in memory during the iteration: 0.2 GB for 3D, 0.3 GB for 2D.

    Args:
        positions: data_3d_h36m.npz; poses of 32 joints, or of the 17 that move.
        detections: data_2d_h36m_cpn_ft_h36m_dbb.npz, ..._sh_ft_h36m.npz, ..._gt.npz or None.
        subjects: to read.
        every: keep one frame of this many.

    Yields:
        Recordings with the published cameras; without detections where the file has none.
        One warning after the last one names what is missing of the data set.

    Raises:
        InputError: a file is missing, damaged or of another layout; the message names it.
    """
    check_selection(subjects, every)
    recordings = _recordings(positions, detections, subjects, every)
    return inventoried(recordings, detections=detections is not None)


def _recordings(
    positions: Path, detections: Path | None, subjects: tuple[int, ...], every: int
) -> Iterator[CameraRecording]:
    (poses,) = read_objects(positions, "positions_3d")
    detector = None if detections is None else _read_detections(detections)
    cameras = published_cameras()
    for subject in subjects:
        for sequence, world in _table(poses, f"S{subject}", positions).items():
            points = _array(world, positions, f"S{subject} {sequence}")
            for row, name in enumerate(sorted(cameras[subject])):
                detected = None if detector is None else detector.of(subject, sequence, row)
                camera = cameras[subject][name]
                with prefix_errors(f"{positions}, S{subject} {sequence}"):
                    one = view(subject, sequence, camera, points, detected, every=every)
                yield one


@dataclass(frozen=True, eq=False)
class _Detections:
    """Content of a file of detections: its dicts, and the rows of KEYPOINTS in its arrays."""

    path: Path
    table: Mapping[str, Any]
    order: list[int]
    joints: int

    def of(self, subject: int, sequence: str, camera: int) -> Array | None:
        """(T, 16, 2) [px] of the camera with this index; None where the file has None."""
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
        there = ", ".join(map(str, values)) if isinstance(values, dict) else "no dict of subjects"
        raise InputError(f"{path}: expected a dict of {key}'s sequences, got {there}")
    return found


def _array(values: Any, path: Path, where: str) -> Array:
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}, {where}: expected an array of numbers, got {error}") from error


def read_objects(path: Path, *names: str) -> list[Any]:
    """Read objects written by `numpy.savez(path, name=object)`, without executing pickled code.

    Args:
        path: .npz file.
        names: of the objects to read.

    Raises:
        InputError: the file is missing, damaged, lacks an object, or pickles more than plain data.
    """
    try:
        with ZipFile(path) as archive:
            return [_read(archive, name) for name in names]
    except (OSError, BadZipFile, EOFError, KeyError, *_DAMAGE) as error:
        raise InputError(
            f"{path}: expected an .npz file with {', '.join(names)} as numpy.savez writes objects, "
            f"got {error}"
        ) from error


_DAMAGE = (ValueError, TypeError, IndexError, AttributeError, pickle.UnpicklingError)


def _read(archive: ZipFile, name: str) -> Any:
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        header = _HEADERS.get(version)
        if header is None:
            raise ValueError(f"format version {version} of {name}")
        shape, _, dtype = header(file)
        if shape or not dtype.hasobject:
            raise ValueError(f"an array {shape} of {dtype} as {name}, expected one object")
        return _PlainUnpickler(file).load().item()


_HEADERS: Mapping[tuple[int, int], Callable[..., Any]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def _scalar(dtype: np.dtype[Any], data: bytes) -> Any:
    """A numpy number; unlike numpy's own function this refuses a dtype that holds objects."""
    return np.frombuffer(data, dtype)[0]


# The function that rebuilds arrays; its module has another name in numpy 1 than in numpy 2.
_REBUILD = np.empty(0).__reduce__()[0]
_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    **{
        (f"numpy.{core}.multiarray", name): value
        for core in ("core", "_core")
        for name, value in (("_reconstruct", _REBUILD), ("scalar", _scalar))
    },
}


class _PlainUnpickler(pickle.Unpickler):
    """Unpickler that refuses all names but those of plain data."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"a pickle that names {module}.{name}, which is no plain data and is not run"
            ) from None
