"""Fetches the models of the catalogue into the cache: once, checked, then without network."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import cache_folder, check_writable, write_atomically
from pose_action_ros.models.card import digest_of, sha256_of
from pose_action_ros.models.catalogue import CatalogueFile, CatalogueModel

_LOG = logging.getLogger(__name__)

READY, ABSENT, DAMAGED = "ready", "absent", "damaged"
"""States of a file in the cache."""

_RETRIES = 3
_TIMEOUT = 30.0  # seconds without a byte


def fetch(model: CatalogueModel) -> dict[str, Path]:
    """The files of a model, from the cache or downloaded into it.

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
            _download(model.files[name], folder / name)
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
        import pooch  # noqa: PLC0415 - only downloads need it
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
