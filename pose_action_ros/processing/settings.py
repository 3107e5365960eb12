"""Settings of the whole chain: those of its stages together."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.detection import DetectorSettings
from pose_action_ros.lifting import LifterSettings
from pose_action_ros.recognition import RecogniserSettings
from pose_action_ros.settings import setting
from pose_action_ros.sources import SourceSettings
from pose_action_ros.tracking import TrackerSettings


@dataclass(frozen=True)
class PipelineSettings(DetectorSettings, TrackerSettings, LifterSettings, RecogniserSettings):
    """Image to action."""


@dataclass(frozen=True)
class ProcessSettings(PipelineSettings, SourceSettings):
    """What is written."""

    output: str = setting("output", "folder for the results; made when it is not there")
    video: bool = setting(True, "write annotated.mp4")
