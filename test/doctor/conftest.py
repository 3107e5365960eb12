"""A healthy machine; and the imaginary GPU of the engines' tests."""

from pathlib import Path

import pytest

from doctor.standin import healthy
from engines.conftest import cache, machine
from pose_action_ros.doctor.machine import Machine

__all__ = ["cache", "machine"]


@pytest.fixture
def well(tmp_path: Path) -> Machine:
    """A machine on which all is well."""
    return healthy(tmp_path)
