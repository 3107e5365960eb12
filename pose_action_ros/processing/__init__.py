"""The whole chain without ROS, and what it writes."""

from pose_action_ros.processing.pipeline import Pipeline, PosePipeline, Result, Seen, Stages
from pose_action_ros.processing.settings import (
    PipelineSettings,
    PosePipelineSettings,
    ProcessSettings,
)

__all__ = [
    "Pipeline",
    "PipelineSettings",
    "PosePipeline",
    "PosePipelineSettings",
    "ProcessSettings",
    "Result",
    "Seen",
    "Stages",
]
