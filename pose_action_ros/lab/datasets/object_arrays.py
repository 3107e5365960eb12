"""Python objects in .npz files, read without running what a file says.

Such files hold pickles, and `numpy.load(allow_pickle=True)` executes whatever a pickle names. Here
a pickle may build numbers, text, lists, tuples, dicts and numpy arrays, and name nothing else.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from pose_action_ros.errors import InputError


def read_objects(path: Path, *names: str) -> list[Any]:
    """The objects that `numpy.savez(path, name=object)` wrote.

    Args:
        path: .npz file.
        names: of the objects wanted.

    Raises:
        InputError: no such file, damaged, an object is missing, or a pickle names something that
            is no plain data.
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
    """A numpy number; unlike numpy's own function it takes no dtype that holds objects."""
    return np.frombuffer(data, dtype)[0]


# How arrays are rebuilt. numpy 1 and 2 call the module differently, the function is the same.
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
    """Refuses every name that plain data do not need."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"a pickle that names {module}.{name}, which is no plain data and is not run"
            ) from None
