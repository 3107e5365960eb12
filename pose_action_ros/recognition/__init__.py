"""3D pose sequences to actions."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer
from pose_action_ros.recognition.settings import RecogniserSettings

if TYPE_CHECKING:
    from pose_action_ros.recognition.recogniser import ActionEstimate, Recogniser
    from pose_action_ros.recognition.spmf_settings import SpmfSettings
    from pose_action_ros.recognition.spmf_stream import SpmfStream

__all__ = ["ActionEstimate", "Recogniser", "RecogniserSettings", "SpmfSettings", "SpmfStream"]
__getattr__ = importer(
    __name__,
    {
        "ActionEstimate": "recogniser",
        "Recogniser": "recogniser",
        "SpmfSettings": "spmf_settings",
        "SpmfStream": "spmf_stream",
    },
)
