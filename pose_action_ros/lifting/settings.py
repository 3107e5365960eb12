"""Settings of the lifter."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ONNX_ENGINES
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class LifterSettings(Settings):
    """Settings of the lifter."""

    lifter_model: str = setting("lifter", "name of a shipped lifter or path of an .onnx file")
    lifter_engine: str = setting(
        "auto",
        "inference engine of the lifter; auto takes the fastest that works here",
        choices=ONNX_ENGINES,
    )
    lifter_threads: int = setting(1, "CPU threads of the lifter", low=1, high=64)
    field_of_view: float = setting(
        69.0,
        "what the wider image side sees, used while no camera_info has come",
        unit="deg",
        low=10.0,
        high=170.0,
    )
    person_height: float = setting(
        1.70,
        "standing height assumed of every person, by tape measure if you know it; one camera "
        "cannot measure it, and poses and distances grow in proportion to it",
        unit="m",
        low=0.5,
        high=2.5,
        live=True,
    )
