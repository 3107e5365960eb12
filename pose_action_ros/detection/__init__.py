"""2D pose detectors: image in, people with their joints out."""

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
    # name: (module, class), imported only when it is asked for
    "blazepose": ("pose_action_ros.detection.blazepose.detector", "BlazePose"),
    "openpose": ("pose_action_ros.detection.openpose.detector", "OpenPose"),
}


def make_detector(settings: DetectorSettings) -> Detector:
    """The detector the settings name, with its model loaded.

    Raises:
        ModelError: its model files cannot be had.
        EngineError: its inference engine is not installed.
    """
    module, name = DETECTORS[settings.detector]
    factory = getattr(import_module(module), name)
    return cast("Callable[[DetectorSettings], Detector]", factory)(settings)
