from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import CameraInfo

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.messages.camera_info import intrinsics_from, scaled
from pose_action_ros.nodes.conversions import camera_info_message
from pose_action_ros.nodes.lifter_node import CameraModel
from ros_support import header

CAMERA = Intrinsics(640, 480, 500.0, 510.0, 321.0, 239.0, (0.1, -0.2, 0.001, 0.002, 0.05))


def message(camera: Intrinsics = CAMERA) -> CameraInfo:
    return camera_info_message(camera, header())


LENSES = st.sampled_from([0, 4, 5, 8]).flatmap(
    lambda count: st.tuples(*[st.floats(-0.3, 0.3)] * count)
)


@given(st.floats(100, 3000), st.floats(100, 3000), LENSES)
def test_intrinsics_survive_a_round_trip(fx: float, fy: float, lens: tuple[float, ...]) -> None:
    camera = Intrinsics(640, 480, fx, fy, 320.0, 240.0, lens)
    found = intrinsics_from(message(camera))
    assert found is not None
    np.testing.assert_array_equal(found.matrix, camera.matrix)
    assert found.distortion == ((*lens, *[0.0] * (5 - len(lens))) if any(lens) else ())


def test_lens_coefficients_of_an_odd_number_are_refused() -> None:
    info = message()
    info.d = [0.1, 0.2, 0.3]
    with pytest.raises(InputError, match="got 3 lens coefficients"):
        intrinsics_from(info)


def test_an_uncalibrated_camera_is_none() -> None:
    assert intrinsics_from(CameraInfo(width=640, height=480)) is None


def test_rectified_images_have_p_and_no_distortion() -> None:
    info = message()
    info.p[0], info.p[5], info.p[2], info.p[6] = 400.0, 410.0, 300.0, 200.0
    found = intrinsics_from(info, rectified=True)
    assert found == Intrinsics(640, 480, 400.0, 410.0, 300.0, 200.0)


def test_a_region_of_the_sensor_read_two_by_two() -> None:
    full = message(Intrinsics(640, 480, 500.0, 510.0, 321.0, 239.0))
    full.roi.x_offset, full.roi.y_offset, full.roi.width, full.roi.height = 100, 50, 400, 300
    full.binning_x = full.binning_y = 2
    camera = intrinsics_from(full)
    assert camera is not None
    assert (camera.width, camera.height) == (200, 150)
    point = np.array([0.1, -0.2, 2.0])
    whole = Intrinsics(640, 480, 500.0, 510.0, 321.0, 239.0).project(point)
    # a pixel of the binned image covers two by two: its centre lies between theirs
    np.testing.assert_allclose(camera.project(point), (whole - [100, 50] - 0.5) / 2)


@given(st.integers(1, 8))
def test_intrinsics_of_a_resized_image(factor: int) -> None:
    camera = scaled(CAMERA, 640 * factor, 480 * factor)
    point = np.array([0.3, 0.2, 1.5])
    edge = (CAMERA.project(point) + 0.5) / [640, 480]
    np.testing.assert_allclose((camera.project(point) + 0.5) / [640 * factor, 480 * factor], edge)


def test_another_aspect_ratio_is_refused() -> None:
    with pytest.raises(InputError, match="640x480 px, the image has 480x640"):
        scaled(CAMERA, 480, 640)


@pytest.mark.parametrize("place", [0, 4])
def test_a_focal_length_that_is_not_positive_is_refused(place: int) -> None:
    info = message()
    info.k[place] = -1.0
    with pytest.raises(InputError, match="focal"):
        intrinsics_from(info)


def test_a_camera_model_assumes_intrinsics_before_camera_info() -> None:
    model = CameraModel(False, 60.0)
    assumed = model.intrinsics(640, 480)
    assert assumed == Intrinsics.from_field_of_view(640, 480, 60.0)
    assert model.origin == "assumed 60 degrees"
    model.update(message())
    assert model.intrinsics(640, 480) == CAMERA
    assert model.intrinsics(320, 240).fx == 250.0
    assert model.origin == "camera_info"
    model.update(CameraInfo())
    assert model.intrinsics(640, 480) == assumed


def test_each_problem_of_camera_info_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    model = CameraModel(False, 60.0)
    fisheye = message()
    fisheye.distortion_model = "equidistant"
    broken = message()
    broken.k[0] = -3.0
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            model.update(fisheye)
            assert model.intrinsics(640, 480).distortion == ()
            model.intrinsics(480, 640)
            model.update(broken)
            assert model.intrinsics(640, 480).fx != -3.0
    assert ["equidistant" in line for line in caplog.messages] == [True, False, False]
    assert ["not used" in line for line in caplog.messages] == [False, True, True]


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
