"""The inference engine of a detector's network."""

from __future__ import annotations

import logging
from pathlib import Path

from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.engines import Engine, load_engine

_LOG = logging.getLogger(__name__)

ONNX_RUNTIME = "onnxruntime"


def load_network(path: Path, settings: DetectorSettings, *, any_size: bool = False) -> Engine:
    """Load a network in ONNX Runtime with its provider, unless the settings name another engine.

    Args:
        path: the ONNX file.
        settings: name engine, provider and threads.
        any_size: True for a network that takes images of any size, which ONNX Runtime alone runs.

    Raises:
        ModelError: the file is missing or damaged.
        EngineError: the engine or the provider is not available.
    """
    name = ONNX_RUNTIME if settings.detector_engine == "auto" else settings.detector_engine
    if any_size and name != ONNX_RUNTIME:
        _LOG.info("%s takes images of any size, for which %s is not made", path.name, name)
        name = ONNX_RUNTIME
    return load_engine(path, name, settings.detector_threads, settings.providers)
