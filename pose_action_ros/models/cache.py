"""The user's cache: its folder, and files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pose_action_ros.errors import ModelError

_REMEDY = "set POSE_ACTION_CACHE to a folder you may write, or make this one writable"


def cache_folder() -> Path:
    """$POSE_ACTION_CACHE, else pose_action_ros in $XDG_CACHE_HOME or ~/.cache.

    Raises:
        ModelError: there is no home folder either.
    """
    if chosen := os.environ.get("POSE_ACTION_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if base.is_absolute():
        return base / "pose_action_ros"
    try:
        return Path.home() / ".cache" / "pose_action_ros"
    except RuntimeError:
        raise ModelError(
            "no home folder for the cache of models; set POSE_ACTION_CACHE to a folder"
        ) from None


def check_writable(folder: Path) -> None:
    """Create the folder; ModelError if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ModelError(f"cannot write to the cache {folder} ({error}); {_REMEDY}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that readers find whole or not at all; ModelError if it cannot be written."""
    check_writable(path.parent)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ModelError(f"cannot write {path} ({error}); {_REMEDY}") from error
