"""Named arrays in .npz files: written row by row in constant memory, and read with checks."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError, SettingError

Array = npt.NDArray[Any]

SUFFIX = ".npz"
_DAMAGED = (
    OSError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    AttributeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Errors of NumPy and zipfile for a damaged, truncated or other file."""


class ArrayWriter:
    """Arrays that grow in hidden files, and become one .npz without pickles in `save`.

    Args:
        path: of the .npz, which is replaced as a whole.
        kinds: type of each growing array, by name.

    Raises:
        SettingError: the name does not end in .npz, or the folder cannot be written.
    """

    def __init__(self, path: Path, kinds: Mapping[str, npt.DTypeLike]) -> None:
        if path.suffix != SUFFIX:
            raise SettingError(f"got the name {path.name!r}, expected one that ends in {SUFFIX}")
        self._path = path
        self._kinds = {name: np.dtype(kind) for name, kind in kinds.items()}
        self._count = 0
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            for name in kinds:
                self._files[name] = self._stack.enter_context(self._hidden(name).open("wb"))

    def _hidden(self, name: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{name}.part")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Remove the hidden files on any error; SettingError if a file cannot be written."""
        try:
            yield
        except OSError as error:
            self.discard()
            raise SettingError(f"cannot write {self._path}: {error.strerror or error}") from error
        except BaseException:
            self.discard()
            raise

    def add(self, rows: Mapping[str, Any], count: int = 1) -> None:
        """Append rows to each array.

        Args:
            rows: values by name: one row, or `count` rows along the first axis.
            count: number of rows.

        Raises:
            SettingError: they cannot be written.
        """
        with self._errors():
            for name, file in self._files.items():
                file.write(np.asarray(rows[name], self._kinds[name]).tobytes())
        self._count += count

    def save(self, shapes: Mapping[str, tuple[int, ...]], others: Mapping[str, Array]) -> None:
        """Write the .npz, byte by byte as numpy.savez_compressed does.

        Args:
            shapes: of one row of each growing array; () if missing.
            others: further arrays by name.

        Raises:
            SettingError: it cannot be written; an older file stays.
        """
        with self._errors():
            self._stack.close()
            unfinished = self._hidden("all")
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, kind in self._kinds.items():
                    shape = (self._count, *shapes.get(name, ()))
                    with _member(archive, name) as file, self._hidden(name).open("rb") as rows:
                        _write_header(file, shape, kind)
                        shutil.copyfileobj(rows, file)
                for name, array in others.items():
                    with _member(archive, name) as file:
                        np.lib.format.write_array(file, array, allow_pickle=False)
            unfinished.replace(self._path)
        self.discard()

    def discard(self) -> None:
        """Remove the hidden files."""
        self._stack.close()
        for name in (*self._kinds, "all"):
            path = self._hidden(name)
            if path.is_file():
                path.unlink()


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    return archive.open(f"{name}.npy", "w", force_zip64=True)


def _write_header(file: IO[bytes], shape: tuple[int, ...], kind: np.dtype[Any]) -> None:
    header = {
        "descr": np.lib.format.dtype_to_descr(kind),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_1_0(file, header)


def read_arrays(path: Path) -> dict[str, Array]:
    """All arrays of an .npz file.

    Raises:
        InputError: the file is missing, damaged, truncated or no .npz.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except FileNotFoundError:
        raise InputError("no such file") from None
    except _DAMAGED as error:
        raise InputError(f"no {SUFFIX} file, or damaged ({error})") from error
