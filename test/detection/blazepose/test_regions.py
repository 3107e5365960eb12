from math import pi

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.detection.base import Image
from pose_action_ros.detection.blazepose.regions import Region, crop, network_input

angles = st.floats(-pi, pi)
PHOTO: Image = cv2.GaussianBlur(
    np.random.default_rng(3).integers(0, 256, (120, 160, 3), dtype=np.uint8), (0, 0), 3
).astype(np.uint8)


def test_a_crop_of_whole_pixels_is_a_slice() -> None:
    cut = crop(PHOTO, Region(64.5, 54.5, 50), 50)
    np.testing.assert_array_equal(cut, PHOTO[30:80, 40:90])


def test_a_quarter_turn_turns_the_picture() -> None:
    upright = crop(PHOTO, Region(64.5, 54.5, 50), 50)
    turned = crop(PHOTO, Region(64.5, 54.5, 50, pi / 2), 50)
    np.testing.assert_allclose(np.rot90(turned, -1).astype(int), upright, atol=1)


def test_outside_the_image_is_black() -> None:
    assert not crop(PHOTO, Region(-500, 60, 100), 32).any()
    half = crop(PHOTO, Region(-0.5, 60, 100), 50)
    assert not half[:, :24].any()
    assert half[:, 26:].all()


@given(angles, st.floats(20, 140), st.floats(20, 100), st.floats(5, 400))
def test_a_dot_is_where_to_image_says(angle: float, x: float, y: float, side: float) -> None:
    image = np.zeros((120, 160, 3), dtype=np.uint8)
    image[58:63, 78:83] = 255  # centre (80, 60)
    region = Region(x, y, side, angle)
    inside = np.linalg.solve(region.axes, np.array([80.0, 60.0]) - [x, y]) + 0.5
    np.testing.assert_allclose(region.to_image(inside), [80, 60], atol=1e-6)
    cut = crop(image, region, 200)[..., 0].astype(float)
    if (np.abs(inside - 0.5) < 0.5 - 8 / side).all():
        rows, columns = np.indices(cut.shape)
        centre = np.array([(columns * cut).sum(), (rows * cut).sum()]) / cut.sum()
        np.testing.assert_allclose((centre + 0.5) / 200, inside, atol=2e-3 + 0.1 / side)


def test_large_regions_are_averaged_not_sampled() -> None:
    stripes = np.zeros((1000, 1000, 3), dtype=np.uint8)
    stripes[:, ::2] = 200
    cut = crop(stripes, Region(499.5, 499.5, 1000), 100)
    assert abs(cut.astype(int) - 100).max() <= 2


@given(angles, st.floats(1, 500))
def test_the_body_is_turned_upright(angle: float, reach: float) -> None:
    centre = np.array([30.0, 40.0])
    rim = centre + reach * np.array([np.sin(angle), -np.cos(angle)])
    region = Region.around_body(centre, rim, margin=1.25)
    np.testing.assert_allclose(region.to_image(np.array([0.5, 0.5])), centre)
    np.testing.assert_allclose(region.to_image(np.array([0.5, 0.1])), rim, atol=1e-6)


def test_a_body_without_size_still_has_a_region() -> None:
    assert Region.around_body(np.zeros(2), np.zeros(2), 1.25).side == 1.0


@pytest.mark.parametrize(
    ("width", "height", "count"), [(480, 480, 1), (640, 480, 3), (1920, 1080, 3), (480, 1920, 5)]
)
def test_parts_cover_the_image_and_stay_inside(width: int, height: int, count: int) -> None:
    parts = Region.parts_of_image(np.zeros((height, width, 3), dtype=np.uint8))
    assert len(parts) == count
    corners = np.array([[0.0, 0.0], [1.0, 1.0]])
    spans = np.stack([part.to_image(corners) for part in parts[1:] or parts])
    np.testing.assert_allclose(spans.min(axis=(0, 1)), [-0.5, -0.5])
    np.testing.assert_allclose(spans.max(axis=(0, 1)), [width - 0.5, height - 0.5])


def test_network_input_is_rgb_from_low_to_one() -> None:
    blue = np.zeros((2, 2, 3), dtype=np.uint8)
    blue[..., 0] = 255
    tensor = network_input(blue, Region.of_image(blue), 2, low=-1)
    assert tensor.shape == (1, 2, 2, 3)
    assert tensor.dtype == np.float32
    np.testing.assert_allclose(tensor[0, 0, 0], [-1, -1, 1])
