"""How processes here send images over DDS."""

from __future__ import annotations

import os
from pathlib import Path

from pose_action_ros.doctor.profile import profile_variable

ROOT = Path(__file__).resolve().parent.parent


def dds_profile() -> dict[str, str]:
    """Environment variable that selects the shipped profile."""
    return {profile_variable(os.environ): str(ROOT / "config" / "fastdds.xml")}
