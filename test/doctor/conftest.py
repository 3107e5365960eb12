"""A machine without problems; and the fake GPU of the tests of engines."""

from pathlib import Path

import pytest

from doctor.standin import healthy
from engines.conftest import cache, machine
from pose_action_ros.doctor.machine import Machine

__all__ = ["cache", "machine"]


@pytest.fixture
def robot(tmp_path: Path) -> Machine:
    """A machine on which all is robot."""
    return healthy(tmp_path)
