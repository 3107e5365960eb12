"""Settings of detection."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ONNX_ENGINES
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DetectorSettings(Settings):
    """Settings of the 2D pose detector."""

    detector: str = setting(
        "blazepose",
        "2D pose detector; openpose needs a network, see `pose-action models`",
        choices=("blazepose", "openpose"),
    )
    detector_model: str = setting(
        "",
        "model of the detector, empty for the default; blazepose: a .task file; openpose: name of "
        "a network in the cache of models, or an .onnx file; default: the one with the most joints",
    )
    detector_engine: str = setting(
        "auto",
        "inference engine of openpose's network; auto: the fastest available one",
        choices=ONNX_ENGINES,
    )
    detector_threads: int = setting(2, "CPU threads of the detector", low=1, high=64)
    detector_height: int = setting(
        368,
        "height to which openpose scales images, unless its network has a fixed input; twice the "
        "height detects people half as large and takes four times as long",
        unit="px",
        low=64,
        high=1088,
    )
    detector_width: int = setting(
        0,
        "width for detector_height; 0 for the aspect ratio of the image",
        unit="px",
        low=0,
        high=1920,
    )
    max_people: int = setting(4, "most people reported per image", low=1, high=32, live=True)
    min_person_score: float = setting(
        -1.0,
        "least score of a person; negative for the detector's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    min_joint_score: float = setting(
        -1.0,
        "least score of a joint, others are missing; negative for the detector's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    search_interval: int = setting(
        5,
        "interval at which blazepose searches the whole image while it follows people",
        unit="images",
        low=1,
        high=1000,
        live=True,
    )
