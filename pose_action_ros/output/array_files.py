"""Arrays that grow row by row on disk and become one .npz in the end, in constant memory."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class ArrayFiles:
    """The rows of several arrays, in hidden files beside the .npz that `save` makes of them.

    Args:
        path: of the .npz; older hidden files are replaced.
        kinds: type of each array that grows, by name.
    """

    def __init__(self, path: Path, kinds: Mapping[str, npt.DTypeLike]) -> None:
        self._path = path
        self._kinds = {name: np.dtype(kind) for name, kind in kinds.items()}
        self._count = 0
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {
            name: self._stack.enter_context(self._hidden(name).open("wb")) for name in kinds
        }

    def _hidden(self, name: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{name}.part")

    def add(self, rows: Mapping[str, Any]) -> None:
        """Append a row to each array.

        Args:
            rows: numbers or arrays by name, of one shape in all calls.
        """
        for name, file in self._files.items():
            file.write(np.asarray(rows[name], self._kinds[name]).tobytes())
        self._count += 1

    def save(self, shapes: Mapping[str, tuple[int, ...]], others: Mapping[str, Array]) -> None:
        """Write the .npz, as numpy.savez_compressed does, and remove the hidden files.

        Args:
            shapes: of a row of each array that grows.
            others: arrays that stay as they are.
        """
        self._stack.close()
        unfinished = self._hidden("all")
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, kind in self._kinds.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    _write_header(file, (self._count, *shapes[name]), kind)
                    with self._hidden(name).open("rb") as rows:
                        shutil.copyfileobj(rows, file)
            for name, array in others.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
        unfinished.replace(self._path)
        for name in self._kinds:
            self._hidden(name).unlink()


def _write_header(file: IO[bytes], shape: tuple[int, ...], kind: np.dtype[Any]) -> None:
    described = {
        "descr": np.lib.format.dtype_to_descr(kind),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_1_0(file, described)
