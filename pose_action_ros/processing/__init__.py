"""The whole chain without ROS, and what it writes."""

from pose_action_ros.processing.pipeline import Pipeline, Result
from pose_action_ros.processing.settings import PipelineSettings, ProcessSettings

__all__ = ["Pipeline", "PipelineSettings", "ProcessSettings", "Result"]
