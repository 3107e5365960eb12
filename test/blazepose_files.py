"""BlazePose's files for tests: from the user's cache, or fetched into it."""

import os
from functools import lru_cache
from pathlib import Path

import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.fetch import fetch_blazepose

_CACHE = os.environ.get("POSE_ACTION_CACHE", "")
"""The user's choice, before a test sets its own."""


@lru_cache(maxsize=1)
def _files() -> tuple[Path, Path] | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSE_ACTION_CACHE", _CACHE)
        try:
            return fetch_blazepose()
        except ModelError as error:
            return str(error)


def blazepose_files() -> tuple[Path, Path]:
    """Person finder and landmark network; skips the test if they are not available."""
    files = _files()
    if isinstance(files, str):
        pytest.skip(files)
    return files
