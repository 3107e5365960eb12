from array import array

import cv2
import numpy as np
import pytest

pytest.importorskip("sensor_msgs")

from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from encoded_images import HEIGHT, WIDTH, mosaic, photo
from pose_action_ros.errors import InputError
from pose_action_ros.messages.compressed import bgr_from_compressed
from pose_action_ros.nodes.images import ImageReader, compressed_message, picture_in


def test_jpeg_there_and_back() -> None:
    sent = compressed_message(photo(), Header(), quality=95)
    assert "jpeg" in sent.format
    assert np.abs(picture_in(sent).astype(int) - photo()).max() < 16


def test_png_and_grey_pictures_are_read() -> None:
    for image, expected in ((photo(), photo()), (photo()[..., 0], photo()[..., [0, 0, 0]])):
        data = cv2.imencode(".png", image)[1].tobytes()
        found = picture_in(CompressedImage(format="png", data=array("B", data)))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("jpeg", "bgr"),
        ("png", "bgr"),
        ("", "bgr"),
        ("rgb8", "bgr"),
        ("rgb8; jpeg compressed bgr8", "bgr"),
        ("bgr8; jpeg compressed bgr8", "bgr"),
        ("rgba8; png compressed bgr8", "bgr"),
        ("rgb16; png compressed bgr16", "bgr"),
        ("bgr8; tiff compressed ", "bgr"),
        ("yuv422_yuy2; jpeg compressed bgr8", "bgr"),
        ("rgb8; jpeg compressed rgb8", "rgb"),
        ("bgr8; jpeg compressed rgb8", "rgb"),
        ("rgb8;png compressed rgb8", "rgb"),
        ("rgb16; png compressed rgb16", "rgb"),
        ("rgb8; tiff compressed ", "rgb"),
    ],
)
def test_the_format_names_the_order_of_the_colours(form: str, given: str) -> None:
    """As compressed_image_transport: the codec was given the pixels in this order."""
    pixels = photo() if given == "bgr" else photo()[..., ::-1]
    deep = pixels.astype(np.uint16) * 257 if "16;" in form else pixels
    data = cv2.imencode(".png", deep)[1].tobytes()
    found = picture_in(CompressedImage(format=form, data=array("B", data)))
    np.testing.assert_array_equal(found, photo())


@pytest.mark.parametrize("letters", ["rggb", "bggr", "gbrg", "grbg"])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_compressed_mosaic_has_colours(letters: str, depth: int) -> None:
    """Its format names no other pixels; JPEGs of mono8 are grey already."""
    image = np.full((HEIGHT, WIDTH, 3), (250, 40, 10), np.uint8)
    grey = np.frombuffer(mosaic(image, letters), np.uint8).reshape(HEIGHT, WIDTH)
    deep = grey.astype(np.uint16) * 257 if depth == 16 else grey
    data = array("B", cv2.imencode(".png", deep)[1].tobytes())
    form = f"bayer_{letters}{depth}; png compressed "
    np.testing.assert_array_equal(picture_in(CompressedImage(format=form, data=data)), image)
    plain = picture_in(CompressedImage(format=form + "mono8", data=data))
    np.testing.assert_array_equal(plain, np.repeat(grey[..., None], 3, axis=-1))


def test_compressed_depth_is_named() -> None:
    read = ImageReader("compressed")
    png = bytes(12) + cv2.imencode(".png", np.zeros((8, 8), np.uint16))[1].tobytes()
    sent = CompressedImage(format="16UC1; compressedDepth png", data=array("B", png))
    with pytest.raises(InputError, match="cannot decode"):
        read(sent)
    assert ["16UC1 are probably depth" in one.text for one in read.findings()] == [True]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "without data"),
        (b"no picture at all", "cannot decode 17 bytes of format 'jpeg'"),
        (cv2.imencode(".jpg", photo())[1].tobytes()[:-40], "truncated"),
    ],
)
def test_data_without_an_image_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        bgr_from_compressed(CompressedImage(format="jpeg", data=array("B", data)))
