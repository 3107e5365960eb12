"""Files and repairs common to the data sets of actions recorded by a Kinect.

Of the 557 standard sequences of MSR Action3D 13 have a block of 9 to 33 frames without any joint,
one of them at the end; none lacks a single joint. Single joints jump away and back, as defined
below, 8 times in 5 of these sequences and once in the 282 of SBU Kinect Interaction. Not repaired:
three sequences of MSR Action3D with one repeated frame, two of SBU with a repeated first frame, and
bodies that the Kinect tracks wrongly for several frames.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.folders import COMPANION
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_NAMED = 20  # missing sequences in a message

# Away and back within 2/15 s at 4.5 m/s: faster than hands and feet reverse in these actions.
_JUMP = 0.3  # [m]
_RETURN = 1 / 3  # of the jump: largest distance between the positions before and after it


def files_in(folder: Path, pattern: str, title: str) -> list[Path]:
    """Matching files in the folder, or in the first of its subfolders that has any.

    Args:
        folder: of the data set, or its parent.
        pattern: glob of the files.
        title: of the data set, for the message.

    Raises:
        InputError: no file matches.
    """
    inside = sorted(path for path in folder.glob("*") if path.is_dir())
    for place in (folder, *inside):
        found = sorted(path for path in place.glob(pattern) if not path.name.startswith(COMPANION))
        if found:
            return found
    raise InputError(
        f"{folder} holds no {pattern}, expected the folder of {title} or the one around it"
    )


def complete(found: Mapping[str, Path], expected: Collection[str], folder: Path) -> list[Path]:
    """Files of the expected sequences, in their order.

    Raises:
        InputError: some are missing; results on a part of a data set are not comparable.
    """
    missing = [name for name in expected if name not in found]
    if missing:
        raise InputError(
            f"{folder} lacks {len(missing)} of {len(expected)} sequences: "
            f"{', '.join(missing[:_NAMED])}{', ...' if len(missing) > _NAMED else ''}; expected a "
            "complete copy, results on a part of it cannot be compared"
        )
    return [found[name] for name in expected]


def read_table(path: Path, columns: int, separator: str | None = None) -> Array:
    """Read the numbers of a text file, one row per line, as (R, columns).

    Args:
        path: file.
        columns: numbers in each line.
        separator: between numbers; blanks when None.

    Raises:
        InputError: the file cannot be read, is empty, or has a line of another width or a value
            that is no finite number.
    """
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; expected a text file") from error
    rows = [line.split(separator) for line in lines if line.strip()]
    if not rows:
        raise InputError(f"{path}: got an empty file, expected rows of {columns} numbers")
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise InputError(
                f"{path}: got {len(row)} values in row {number}, expected {columns}; "
                "it may be cut off or of another data set"
            )
    try:
        table = np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{path}: expected numbers, {error}") from error
    if not np.isfinite(table).all():
        number = int(np.argmin(np.isfinite(table).all(axis=1))) + 1
        raise InputError(f"{path}: expected finite numbers, got another one in row {number}")
    return table


def repair(points: Array, skeleton: Skeleton) -> Array:
    """Interpolate missing and jumping joints over time; the ends repeat the nearest frame.

    Args:
        points: (T, J, 3) [m] of one person at about 15 Hz, NaN where a joint is missing.
        skeleton: joint order.

    Returns:
        (T, J, 3). A joint that is missing in all frames has the position of its parent, such a
        root the mean of the others.

    Raises:
        InputError: all joints are missing in all frames.
    """
    missing = np.isnan(points).any(axis=-1) | spikes(points)  # (T, J)
    present = np.asarray(~missing.all(axis=0))
    if not present.any():
        raise InputError("got a person without a single joint, expected some; leave it out")
    whole = points.copy()
    for joint in np.flatnonzero(missing.any(axis=0) & present):
        _interpolate(whole[:, joint], missing[:, joint])
    for joint in np.flatnonzero(~present):
        whole[:, joint] = _nearest_ancestor(whole, present, skeleton, int(joint))
    return whole


def spikes(points: Array) -> Mask:
    """(T, J) true where a joint (T, J, 3) [m] jumps away for one frame and back."""
    found = np.zeros(points.shape[:2], dtype=bool)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    jump = np.minimum(steps[:-1], steps[1:])
    moved = np.linalg.norm(points[2:] - points[:-2], axis=-1)
    found[1:-1] = (jump > _JUMP) & (moved < _RETURN * jump)
    return found


def _interpolate(track: Array, gap: Mask) -> None:
    """Interpolate a joint (T, 3) in place where the gap (T,) is true."""
    frames = np.arange(len(track))
    for values in track.T:
        values[gap] = np.interp(frames[gap], frames[~gap], values[~gap])


def _nearest_ancestor(points: Array, present: Mask, skeleton: Skeleton, joint: int) -> Array:
    """(T, 3) the first present joint on the path to the root, or the mean of all present."""
    while not present[joint]:
        above = skeleton.parents[joint]
        if not above:
            return np.asarray(points[:, present].mean(axis=1))
        joint = skeleton.index(above)
    return points[:, joint]
