"""Settings of the pipeline: those of its stages together."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.lifting.settings import LifterSettings
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.tracking.settings import TrackerSettings


@dataclass(frozen=True)
class PosePipelineSettings(DetectorSettings, TrackerSettings, LifterSettings):
    """Settings of a pipeline without recogniser."""


@dataclass(frozen=True)
class PipelineSettings(PosePipelineSettings, RecogniserSettings):
    """Settings of the pipeline."""
