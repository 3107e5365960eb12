"""2D pose detectors: image in, people with their joints out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from pose_action_ros.detection.base import Detector, DetectorSettings, Image, Memory
from pose_action_ros.errors import SettingError

__all__ = ["DETECTORS", "Detector", "DetectorSettings", "Image", "Memory", "make_detector"]

DETECTORS: Mapping[str, tuple[str, str]] = {
    # name: (module, class), imported only when it is asked for
    "blazepose": ("pose_action_ros.detection.blazepose", "BlazePose"),
    "openpose": ("pose_action_ros.detection.openpose.detector", "OpenPose"),
}


def make_detector(settings: DetectorSettings) -> Detector:
    """The detector the settings name, with its model loaded.

    Raises:
        SettingError: no detector of that name.
        ModelError: its model files cannot be had.
        EngineError: its inference engine is not installed.
    """
    if settings.detector not in DETECTORS:
        raise SettingError(
            f"unknown detector {settings.detector!r}; detectors are {', '.join(DETECTORS)}"
        )
    module, name = DETECTORS[settings.detector]
    factory = getattr(import_module(module), name)
    return cast("Callable[[DetectorSettings], Detector]", factory)(settings)
