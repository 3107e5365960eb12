"""2D pose detectors: people with their joints from an image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.lazy import importer

if TYPE_CHECKING:
    from pose_action_ros.detection.base import Detector, Image

__all__ = ["DETECTORS", "Detector", "DetectorSettings", "Image", "make_detector"]
__getattr__ = importer(__name__, {"Detector": "base", "Image": "base"})

DETECTORS: Mapping[str, tuple[str, str]] = {
    # name: (module, class), imported only if chosen
    "blazepose": ("pose_action_ros.detection.blazepose.detector", "BlazePose"),
    "movenet": ("pose_action_ros.detection.movenet.detector", "MoveNet"),
    "openpose": ("pose_action_ros.detection.openpose.detector", "OpenPose"),
}


def make_detector(settings: DetectorSettings) -> Detector:
    """Load the detector of the settings.

    Raises:
        ModelError: its model files are not available.
        EngineError: its inference engine is not installed.
    """
    module, name = DETECTORS[settings.detector]
    factory = getattr(import_module(module), name)
    return cast("Callable[[DetectorSettings], Detector]", factory)(settings)
