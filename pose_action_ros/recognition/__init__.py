"""3D pose sequences to actions."""

from pose_action_ros.recognition.enhanced_spmf import SpmfSettings, enhanced_spmf
from pose_action_ros.recognition.recogniser import ActionEstimate, Recogniser
from pose_action_ros.recognition.settings import RecogniserSettings

__all__ = ["ActionEstimate", "Recogniser", "RecogniserSettings", "SpmfSettings", "enhanced_spmf"]
