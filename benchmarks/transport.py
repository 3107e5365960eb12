"""How processes here send images over DDS."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_VENDOR = "FASTRTPS" if os.environ.get("ROS_DISTRO") in ("humble", "jazzy") else "FASTDDS"


def dds_profile() -> dict[str, str]:
    """The variable that makes a process that starts with it, or sets it first, use the profile."""
    return {f"{_VENDOR}_DEFAULT_PROFILES_FILE": str(ROOT / "config" / "fastdds.xml")}
