"""How processes here send images over DDS."""

from __future__ import annotations

import os
from pathlib import Path

from pose_action_ros.doctor.profile import variable

ROOT = Path(__file__).resolve().parent.parent


def dds_profile() -> dict[str, str]:
    """The variable that makes a process that starts with it, or sets it first, use the profile."""
    return {variable(os.environ): str(ROOT / "config" / "fastdds.xml")}
