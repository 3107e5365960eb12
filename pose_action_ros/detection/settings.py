"""Settings of detection."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ONNX_ENGINES
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DetectorSettings(Settings):
    """How people are found in an image."""

    detector: str = setting(
        "blazepose",
        "2D pose detector; openpose needs a network, see `pose-action models`",
        choices=("blazepose", "openpose"),
    )
    detector_model: str = setting(
        "",
        "model of the detector, empty for its own; blazepose: a .task file; openpose: a network's "
        "name in the cache of models, or its .onnx file, empty for the one with the most joints",
    )
    detector_engine: str = setting(
        "auto",
        "inference engine of openpose's network; auto takes the fastest that works here",
        choices=ONNX_ENGINES,
    )
    detector_threads: int = setting(2, "CPU threads of the detector", low=1, high=64)
    detector_height: int = setting(
        368,
        "height to which openpose scales images, unless its network takes one size alone; twice "
        "the height shows people half as large and takes four times as long",
        unit="px",
        low=64,
        high=1088,
    )
    detector_width: int = setting(
        0, "width for detector_height; 0 for what fits the image", unit="px", low=0, high=1920
    )
    max_people: int = setting(4, "most people reported per image", low=1, high=32, live=True)
    min_person_score: float = setting(
        -1.0,
        "people the detector is less sure of are left out; negative for the detector's own",
        low=-1.0,
        high=1.0,
        live=True,
    )
    min_joint_score: float = setting(
        -1.0,
        "joints the detector is less sure of are missing; negative for the detector's own",
        low=-1.0,
        high=1.0,
        live=True,
    )
    search_interval: int = setting(
        5,
        "while blazepose follows people, it searches the whole image for more only this often",
        unit="images",
        low=1,
        high=1000,
        live=True,
    )
