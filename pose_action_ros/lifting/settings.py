"""Settings of the lifter."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ENGINE_CHOICES
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class FieldOfViewSettings(Settings):
    """The camera while its calibration is unknown."""

    field_of_view: float = setting(
        69.0,
        "field of view along the longer image side, used until camera_info arrives",
        unit="deg",
        low=10.0,
        high=170.0,
    )


@dataclass(frozen=True)
class LifterSettings(FieldOfViewSettings):
    """Settings of the lifter."""

    lifter_model: str = setting("lifter", "name of a shipped lifter or path of an .onnx file")
    lifter_engine: str = setting(
        "auto",
        "inference engine of the lifter; auto: the fastest available one",
        choices=ENGINE_CHOICES,
    )
    lifter_threads: int = setting(1, "CPU threads of the lifter", low=1, high=64)
    person_height: float = setting(
        1.70,
        "assumed standing height of all people; one camera cannot measure it, and poses and "
        "distances are proportional to it",
        unit="m",
        low=0.5,
        high=2.5,
        live=True,
    )
