"""Paths of the clips and data sets that are not part of the repository."""

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared"

SHARED: Path | None = _FOLDER if _FOLDER.is_dir() else None
"""The folder of shared data beside the repository, if it is there."""

needs_shared = pytest.mark.skipif(SHARED is None, reason="no folder of shared data beside this one")
"""Mark of tests that need SHARED."""


def media(name: str) -> Path:
    """A clip; only in tests marked `needs_shared`."""
    assert SHARED is not None
    return SHARED / "media" / name
