"""BlazePose's files for tests: from the cache, or fetched as a user would."""

from functools import lru_cache
from pathlib import Path

import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.fetch import fetch_blazepose


@lru_cache(maxsize=1)
def _files() -> tuple[Path, Path] | str:
    try:
        return fetch_blazepose()
    except ModelError as error:
        return str(error)


def blazepose_files() -> tuple[Path, Path]:
    """Person finder and landmark network; skips the test where they cannot be had."""
    files = _files()
    if isinstance(files, str):
        pytest.skip(files)
    return files
