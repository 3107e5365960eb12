"""Folders of text files with one recorded action each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]


def files_in(folder: Path, pattern: str, title: str) -> list[Path]:
    """Files that match in the folder, or in the first folder inside it that has some.

    Args:
        folder: where the user has the data set.
        pattern: glob of its files, from the folder.
        title: of the data set, for the message.

    Raises:
        InputError: there are none.
    """
    inside = sorted(path for path in folder.glob("*") if path.is_dir())
    for place in (folder, *inside):
        found = sorted(place.glob(pattern))
        if found:
            return found
    raise InputError(
        f"{folder} holds no {pattern}, expected the folder of {title} or the one around it"
    )


def complete(found: Mapping[str, Path], expected: Collection[str], folder: Path) -> list[Path]:
    """Files of the expected sequences, in their order.

    Raises:
        InputError: some are not there; with a part of the sequences a protocol is another one.
    """
    missing = [name for name in expected if name not in found]
    if missing:
        raise InputError(
            f"{folder} lacks {len(missing)} of {len(expected)} sequences, first {missing[0]}; "
            "expected a complete copy, results on a part of it cannot be compared"
        )
    return [found[name] for name in expected]


def read_table(path: Path, columns: int, separator: str | None = None) -> Array:
    """(R, columns) the numbers of a text file, one row in a line.

    Args:
        path: file.
        columns: numbers in each line.
        separator: between them, blanks when None.

    Raises:
        InputError: the file cannot be read or is empty, a line has more or fewer values, or one is
            no finite number.
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
