"""3D pose sequences to actions."""

from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf
from pose_action_ros.recognition.recogniser import ActionEstimate, Recogniser
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.spmf_stream import SpmfStream

__all__ = [
    "ActionEstimate",
    "Recogniser",
    "RecogniserSettings",
    "SpmfSettings",
    "SpmfStream",
    "enhanced_spmf",
]
