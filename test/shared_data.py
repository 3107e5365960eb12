"""Paths of the clips and data sets that are not part of the repository."""

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared"


def shared(name: str) -> Path:
    """A file or folder in the folder of shared data beside the repository; skips without it."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"no shared data beside the repository: {name}")
    return path


def media(name: str) -> Path:
    """A clip of the shared data; skips the test without it."""
    return shared(f"media/{name}")
