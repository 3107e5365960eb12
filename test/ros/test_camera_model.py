from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import CameraInfo

from pose_action_ros.camera import Intrinsics
from pose_action_ros.messages.camera_info import calibration
from pose_action_ros.nodes.camera_model import CameraModel
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.health import SILENCE
from ros_support import header

CAMERA = Intrinsics(640, 480, 500.0, 510.0, 321.0, 239.0, (0.1, -0.2, 0.001, 0.002, 0.05))


def message(camera: Intrinsics = CAMERA) -> CameraInfo:
    return camera_info_message(camera, header())


LENSES = st.sampled_from([0, 4, 5, 8]).flatmap(
    lambda count: st.tuples(*[st.floats(-0.1, 0.1)] * count)
)


@given(st.floats(300, 3000), st.floats(300, 3000), LENSES, st.booleans())
def test_intrinsics_survive_a_round_trip(
    fx: float, fy: float, lens: tuple[float, ...], fisheye: bool
) -> None:
    lens = lens[:4] if fisheye else lens
    camera = Intrinsics(640, 480, fx, fy, 320.0, 240.0, lens, fisheye)
    found = calibration(message(camera), (640, 480)).intrinsics
    assert found is not None
    np.testing.assert_array_equal(found.matrix, camera.matrix)
    assert found.fisheye == fisheye
    assert np.trim_zeros(found.distortion, "b") == np.trim_zeros(lens, "b")


def test_a_camera_model_assumes_intrinsics_before_camera_info() -> None:
    model = CameraModel(False, 60.0)
    assumed = model.intrinsics(640, 480)
    assert assumed == Intrinsics.from_field_of_view(640, 480, 60.0)
    assert model.origin == "assumed 60 degrees"
    model.update(message())
    assert model.intrinsics(640, 480) == CAMERA
    assert model.intrinsics(320, 240).fx == 250.0
    assert model.origin == "camera_info"
    assert model.findings() == []


def test_an_unusable_camera_info_does_not_replace_a_usable_one() -> None:
    model = CameraModel(False, 60.0)
    zeros = CameraInfo(width=640, height=480)
    model.update(zeros)
    assert model.intrinsics(640, 480) == Intrinsics.from_field_of_view(640, 480, 60.0)
    (finding,) = model.findings()
    assert finding.text == (
        "camera_info is not used: K is zero, the camera is not calibrated; a field of view of 60 "
        "degrees is assumed"
    )
    model.update(message())
    assert (model.intrinsics(640, 480), model.findings()) == (CAMERA, [])
    model.update(zeros)
    assert model.intrinsics(640, 480) == CAMERA
    (finding,) = model.findings()
    assert finding.text.endswith("not calibrated; an earlier one is used")


def test_images_without_any_camera_info_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    model = CameraModel(False, 60.0, clock=lambda: now[0])
    model.intrinsics(640, 480)
    assert model.findings() == []
    now[0] += SILENCE + 0.1
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            model.intrinsics(640, 480)
    text = "no camera_info on camera_info: a field of view of 60 degrees is assumed"
    assert [one.text for one in model.findings()] == [text]
    assert caplog.messages == [text]
    model.update(message())
    assert model.findings() == []


def test_a_camera_info_rect_comes_first_for_rectified_images() -> None:
    model = CameraModel(True, 60.0)
    raw, rect = message(), message()
    raw.p[0], rect.p[0] = 400.0, 450.0
    model.update(raw)
    assert model.intrinsics(640, 480).fx == 400
    model.update_rectified(rect)
    model.update(raw)
    found = model.intrinsics(640, 480)
    assert (found.fx, found.distortion) == (450, ())


def test_each_problem_of_camera_info_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    model = CameraModel(False, 60.0)
    other, broken = message(), message()
    other.distortion_model = "omni"
    broken.k[0] = -3.0
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            model.update(other)
            assert model.intrinsics(640, 480).distortion == ()
            model.intrinsics(480, 640)
            model.update(broken)
            assert model.intrinsics(640, 480).fx == CAMERA.fx
    assert ["omni" in line for line in caplog.messages] == [True, False, False, False]
    assert all("not used" in line for line in caplog.messages)


def test_problems_of_camera_info_are_reported_until_they_are_solved() -> None:
    model = CameraModel(False, 60.0)
    model.update(message())
    model.intrinsics(640, 480)
    assert model.findings() == []
    model.intrinsics(480, 640)
    assert ["not the same image" in one.text for one in model.findings()] == [True]
    model.intrinsics(640, 480)
    assert model.findings() == []
    broken = message()
    broken.k[0] = float("nan")
    for _ in range(2):
        model.update(broken)
        model.intrinsics(640, 480)
        assert ["camera_info is not used" in one.text for one in model.findings()] == [True]
    model.update(message())
    assert model.findings() == []
