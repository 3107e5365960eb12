"""The fixtures of ros_support; without ROS 2 each test file is skipped."""

import pytest

try:
    from ros_processes import launch
    from ros_support import peer, started
except pytest.skip.Exception:  # each test file says so itself
    __all__: list[str] = []
else:
    __all__ = ["launch", "peer", "started"]
