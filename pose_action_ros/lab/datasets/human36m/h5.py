"""Human3.6M in the files of 3d-pose-baseline (Martinez et al. 2017), HDF5.

S1/MyPoses/3D_positions/Walking 1.h5           3D_positions (96, T) [mm], world
S1/StackedHourglass/Walking_1.54138969.h5      poses (T, 16, 2) [px]
cameras.h5                                     subject1/camera1/R, T, f, c, k, p, Name
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.lab.datasets.human36m.cameras import Camera, lens, published_cameras
from pose_action_ros.lab.datasets.human36m.inventory import inventoried
from pose_action_ros.lab.datasets.human36m.recordings import (
    DAMAGED,
    HOURGLASS,
    KEYPOINTS,
    SUBJECTS,
    CameraRecording,
    check_selection,
    parse_name,
    view,
)

Array = npt.NDArray[np.float64]

_ORDER = [HOURGLASS.index(name) for name in KEYPOINTS.joints]
_MILLIMETRE = 0.001
_CAMERAS = 4


def read_folder(
    folder: Path,
    detections: str = "",
    subjects: tuple[int, ...] = SUBJECTS,
    every: int = 1,
) -> Iterator[CameraRecording]:
    """Read recordings one by one, by subject, sequence and camera.

    Args:
        folder: holds S1, S5, ... and cameras.h5; without that file the published cameras are used.
        detections: folder of each subject's detections, "StackedHourglass" or
            "StackedHourglassFineTuned240"; empty for none.
        subjects: to read.
        every: keep one frame of this many.

    Yields:
        Recordings, without detections where their file is missing, as that of the damaged video.
        One warning after the last one names what is missing of the data set.

    Raises:
        InputError: a folder is missing, or a file damaged or of another layout; the message names
            it.
    """
    check_selection(subjects, every)
    recordings = _recordings(folder, detections, subjects, every)
    return inventoried(recordings, detections=bool(detections))


def _recordings(
    folder: Path, detections: str, subjects: tuple[int, ...], every: int
) -> Iterator[CameraRecording]:
    sequences = {subject: _files(folder / f"S{subject}") for subject in subjects}
    path = folder / "cameras.h5"
    cameras = read_cameras(path, subjects) if path.is_file() else published_cameras()
    for subject, paths in sequences.items():
        detected_in = folder / f"S{subject}" / detections
        for file in paths:
            world = _positions(file)
            with prefix_errors(file):
                sequence = parse_name(file.stem)[1]
            for camera in cameras[subject].values():
                detected = None
                if detections and (subject, sequence, camera.name) != DAMAGED:
                    detected = _detected(detected_in, file.stem, camera.name)
                yield view(subject, sequence, camera, world, detected, every=every)


def read_cameras(path: Path, subjects: tuple[int, ...] = SUBJECTS) -> dict[int, dict[str, Camera]]:
    """Read the cameras in a cameras.h5, by subject and name.

    Raises:
        InputError: the file is missing, or lacks a camera or a number of one.
    """
    with _opened(path, f"subject#/camera#/R, T, f, c, k, p, Name of subjects {subjects}") as file:
        return {
            subject: dict(
                _camera(file[f"subject{subject}/camera{number + 1}"]) for number in range(_CAMERAS)
            )
            for subject in subjects
        }


def _camera(group: h5py.Group) -> tuple[str, Camera]:
    """Name and camera; the file has R transposed and the name as character codes."""
    name = "".join(chr(int(code)) for code in np.ravel(group["Name"][()]))
    intrinsics = lens(name, group["f"][()], group["c"][()], group["k"][()], group["p"][()])
    position = np.ravel(group["T"][()]) * _MILLIMETRE
    return name, Camera(name, np.array(group["R"][()]).T, position, intrinsics)


def _positions(path: Path) -> Array:
    """(T, 32, 3) [m]."""
    with _opened(path, "3D_positions (96, T)") as file:
        values = np.asarray(file["3D_positions"][()], np.float64)
        if values.ndim != 2 or values.shape[0] != 96 or not values.shape[1]:
            raise InputError(f"got 3D_positions {values.shape}, expected (96, T)")
    return values.T.reshape(-1, 32, 3) * _MILLIMETRE


def _files(own: Path) -> list[Path]:
    files = sorted((own / "MyPoses" / "3D_positions").glob("*.h5"))
    if not files:
        subjects = sorted(
            path.parents[1].name for path in own.parent.glob("S*/MyPoses/3D_positions")
        )
        raise InputError(
            f"{own} has no MyPoses/3D_positions/*.h5; expected 3D poses there, subjects with poses "
            f"are {', '.join(subjects) or 'none'}"
        )
    return files


def _detected(folder: Path, stem: str, camera: str) -> Array | None:
    """(T, 16, 2) [px] detected KEYPOINTS; None where this camera's file is missing."""
    path = folder / f"{stem.replace(' ', '_')}.{camera}.h5"
    if folder.is_dir() and not path.is_file():
        return None
    with _opened(path, "poses (T, 16, 2)") as file:
        values = np.asarray(file["poses"][()], np.float64)
        if values.ndim != 3 or values.shape[1:] != (len(HOURGLASS), 2) or not len(values):
            raise InputError(f"got poses {values.shape}, expected (T, {len(HOURGLASS)}, 2)")
    return values[:, _ORDER]


@contextmanager
def _opened(path: Path, expected: str) -> Iterator[h5py.File]:
    """Open the file; turn its errors into InputErrors with the expected content."""
    try:
        with prefix_errors(path), h5py.File(path, "r") as file:
            yield file
    except InputError:
        raise
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path}: expected an HDF5 file of 3d-pose-baseline with {expected}, got {error}"
        ) from error
