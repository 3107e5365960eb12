"""Settings of `pose-action evaluate chain`, `detector` and `recogniser`: the simulated scenes."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.detection import DetectorSettings
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.settings import Settings, setting

BLAZEPOSE = "blazepose"


@dataclass(frozen=True)
class ChainRun(Settings):
    """Scenes with one person each."""

    scenes: int = setting(40, "scenes, each with its own body, camera, light and actions", low=1)
    seconds: float = setting(6.0, "length of a scene", unit="s", low=2.0, high=600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=120.0)
    seed: int = setting(1000, "of the scenes", low=0)


@dataclass(frozen=True)
class DetectorRun(DetectorSettings):
    """Scenes with one to six people."""

    scenes: int = setting(60, "scenes; one to six people in turn", low=1)
    seconds: float = setting(1.0, "length of a scene", unit="s", low=0.1, high=60.0)
    images_per_second: float = setting(8.0, "of a scene", unit="Hz", low=0.1, high=120.0)
    seed: int = setting(3000, "of the scenes", low=0)
    max_people: int = setting(20, "most people reported per image", low=1, high=32)


@dataclass(frozen=True)
class RecogniserRun(PipelineSettings):
    """Scenes with one person each, active or idle."""

    scenes: int = setting(60, "scenes with actions", low=1)
    actions_each: int = setting(4, "successive actions in each", low=1, high=18)
    action_seconds: float = setting(4.0, "mean length of an action", unit="s", low=2.0, high=60.0)
    idle_scenes: int = setting(10, "scenes with an idle person", low=0)
    idle_seconds: float = setting(60.0, "length of each", unit="s", low=2.0, high=3600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=2.0, high=120.0)
    seed: int = setting(5000, "of the scenes", low=0)
