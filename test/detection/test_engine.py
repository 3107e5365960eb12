"""Networks of detectors in the engine of the settings, on an imaginary GPU."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from engines.conftest import Machine, cache, machine
from pose_action_ros import cli
from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition import Recogniser, RecogniserSettings

__all__ = ["cache", "machine"]

IMAGE = np.full((120, 160, 3), 128, np.uint8)


def test_the_log_says_which_network_runs_where(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """As with the launch argument engine:=tensorrt, after `pose-action build-engine`."""
    assert cli.main(["build-engine"]) == 0
    built = len(machine.tensorrt.builds)
    assert built == len(machine.plans()) == 3
    with caplog.at_level(logging.INFO):
        detector = make_detector(DetectorSettings(detector_engine="tensorrt"))
        Lifter(LifterSettings(lifter_engine="tensorrt"))
        Recogniser(RecogniserSettings(action_engine="tensorrt"))
    assert len(machine.tensorrt.builds) == built
    for name in ("blazepose_landmarks", "lifter", "action"):
        assert f"{name}.onnx runs in tensorrt (TensorRT " in caplog.text
    assert (
        "movenet_multipose.onnx takes images of any size, for which tensorrt is not" in caplog.text
    )
    assert "movenet_multipose.onnx runs in onnxruntime (CPU, 2 threads)" in caplog.text
    assert detector.engine == "tensorrt"
    assert detector(IMAGE) == ()


def test_both_networks_of_blazepose_run_in_tensorrt(machine: Machine) -> None:
    settings = DetectorSettings(detector_engine="tensorrt", person_finder="blazepose")
    assert make_detector(settings)(IMAGE) == ()
    assert len(machine.plans()) == 2


@pytest.mark.parametrize("detector", ["blazepose", "movenet"])
def test_automatic_detectors_run_in_onnx_runtime(machine: Machine, detector: str) -> None:
    assert make_detector(DetectorSettings(detector=detector)).engine == "onnxruntime"
    assert machine.plans() == []
