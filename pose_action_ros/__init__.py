"""2D keypoints, 3D poses and actions of people from camera images, for ROS 2 and without it."""

from typing import TYPE_CHECKING

from pose_action_ros.lazy import importer

if TYPE_CHECKING:
    from pose_action_ros.camera import Intrinsics
    from pose_action_ros.errors import PoseActionError
    from pose_action_ros.frame import Frame, Person
    from pose_action_ros.labels import load_recordings
    from pose_action_ros.pipeline import Pipeline
    from pose_action_ros.pipeline_settings import PipelineSettings
    from pose_action_ros.pose_tracks import PoseTrack
    from pose_action_ros.poses import Pose2D, Pose3D
    from pose_action_ros.recording import Recording, load_recording

# The generated messages (pose_action_ros.msg) are installed beside, not in, a source checkout.
__path__ = __import__("pkgutil").extend_path(__path__, __name__)

__version__ = "0.1.0"
__all__ = [
    "Frame",
    "Intrinsics",
    "Person",
    "Pipeline",
    "PipelineSettings",
    "Pose2D",
    "Pose3D",
    "PoseActionError",
    "PoseTrack",
    "Recording",
    "load_recording",
    "load_recordings",
]

__getattr__ = importer(
    __name__,
    {
        "Frame": "frame",
        "Intrinsics": "camera",
        "Person": "frame",
        "Pipeline": "pipeline",
        "PipelineSettings": "pipeline_settings",
        "Pose2D": "poses",
        "Pose3D": "poses",
        "PoseActionError": "errors",
        "PoseTrack": "pose_tracks",
        "Recording": "recording",
        "load_recording": "recording",
        "load_recordings": "labels",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
