import logging
import sys
from array import array
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sensor_msgs")

from sensor_msgs.msg import Image
from std_msgs.msg import Header

from encoded_images import HEIGHT, WIDTH, encoded, message, packed, photo
from pose_action_ros.errors import InputError
from pose_action_ros.messages.images import ENCODINGS, bgr_from_image
from pose_action_ros.nodes import images
from pose_action_ros.nodes.images import BRIDGED, ImageReader, image_from, image_message
from references.cv_bridge import CvBridge


@pytest.fixture(params=["own", "cv_bridge"])
def converter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Both conversions: without cv_bridge, and with a stand-in for it."""
    module = ModuleType("cv_bridge")
    if request.param == "cv_bridge":
        module.CvBridge = CvBridge  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv_bridge", module)  # an empty one cannot be imported from
    images.cv_bridge.cache_clear()
    yield request.param
    images.cv_bridge.cache_clear()


MATRICES = ["8UC3", "8UC4", "16UC3", "16UC4"]
COLOURED = [name for name in ENCODINGS if name not in ("mono8", "8UC1", "mono16", "16UC1")]


@pytest.mark.parametrize("padding", [0, 1, 6, 16])
@pytest.mark.parametrize("encoding", COLOURED)
def test_every_colour_encoding_shows_the_picture(
    encoding: str, padding: int, converter: str
) -> None:
    assert (images.cv_bridge() is not None) == (converter == "cv_bridge")
    if encoding == "nv24":
        padding = 0  # tested below
    found = image_from(message(encoding, encoded(photo(), encoding), padding=padding))
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert found.dtype == np.uint8
    inner = (slice(2, -2), slice(2, -2))  # mosaics are guessed at the border
    difference = found[inner].astype(int) - photo()[inner]
    assert np.abs(difference).max() <= 12


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    "encoding",
    [*[f"{name}{bits}" for name in ("bgr", "rgb", "bgra", "rgba") for bits in (8, 16)], *MATRICES],
)
def test_colours_in_full_are_exact(encoding: str, big: bool, converter: str) -> None:
    assert converter
    data = encoded(photo(), encoding)
    if big and ENCODINGS[encoding].deep:
        data = np.frombuffer(data, "<u2").astype(">u2").tobytes()
    found = image_from(message(encoding, data, padding=3, big=big))
    np.testing.assert_array_equal(found, photo())


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name.startswith("bayer_")])
def test_mosaics_have_the_right_colours(encoding: str) -> None:
    """A mosaic of one colour has that colour everywhere."""
    for colour in ((250, 40, 10), (10, 250, 40), (40, 10, 250)):
        image = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
        found = image_from(message(encoding, encoded(image, encoding)))
        np.testing.assert_array_equal(found, image)


def test_numbers_of_16_bit_are_rounded() -> None:
    values = np.array([0, 128, 129, 385, 386, 65407, 65535], "<u2")
    row = np.repeat(values, 3)
    image = Image(width=7, height=1, encoding="rgb16", step=42, data=array("B", row.tobytes()))
    assert image_from(image)[0, :, 0].tolist() == [0, 0, 1, 1, 2, 255, 255]


@pytest.mark.parametrize(
    "encoding", [name for name in ENCODINGS if name in BRIDGED or name.endswith("16")]
)
def test_the_own_conversion_equals_cv_bridge(encoding: str) -> None:
    rng = np.random.default_rng(0)
    size = HEIGHT * WIDTH * ENCODINGS[encoding].channels * (1 + ENCODINGS[encoding].deep)
    noise = message(encoding, rng.integers(0, 256, size, np.uint8).tobytes())
    own = bgr_from_image(noise)
    np.testing.assert_array_equal(own, CvBridge().imgmsg_to_cv2(noise, "bgr8"))


@pytest.mark.parametrize("encoding", ["mono8", "8UC1"])
def test_grey_is_the_same_in_each_channel(encoding: str, converter: str) -> None:
    assert converter
    grey = np.arange(HEIGHT * WIDTH, dtype=np.uint16).astype(np.uint8).reshape(HEIGHT, WIDTH)
    found = image_from(message(encoding, grey.tobytes(), padding=5))
    np.testing.assert_array_equal(found, np.repeat(grey[..., None], 3, axis=-1))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("padding", [0, 3, 4])
@pytest.mark.parametrize("encoding", ["mono16", "16UC1"])
def test_deep_grey_is_scaled_in_both_byte_orders(
    encoding: str, padding: int, big: bool, converter: str
) -> None:
    assert converter
    deep = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)
    data = deep.astype(">u2" if big else "<u2").tobytes()
    found = image_from(message(encoding, data, padding=padding, big=big))
    np.testing.assert_array_equal(found[..., 0], np.rint(deep / 257))


def test_nv24_with_rows_longer_than_the_picture() -> None:
    y, u, v = packed(photo())
    colour = np.stack([u, v], axis=-1).reshape(HEIGHT, 2 * WIDTH)
    grey, pairs = np.pad(y, ((0, 0), (0, 8))), np.pad(colour, ((0, 0), (0, 16)))
    wide = Image(width=WIDTH, height=HEIGHT, encoding="nv24", step=WIDTH + 8)
    wide.data = array("B", grey.tobytes() + pairs.tobytes())
    plain = message("nv24", encoded(photo(), "nv24"))
    np.testing.assert_array_equal(image_from(wide), image_from(plain))


def test_a_bgr_image_is_read_without_a_copy() -> None:
    source = message("bgr8", encoded(photo(), "bgr8"))
    found = image_from(source)
    source.data[0] = 200
    assert found[0, 0, 0] == 200


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_images_survive_a_round_trip(width: int, height: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    np.testing.assert_array_equal(image_from(image_message(image, Header())), image)


def test_a_part_of_an_image_can_be_written() -> None:
    part = photo()[2:10, 3:9]
    np.testing.assert_array_equal(image_from(image_message(part, Header())), part)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 0}, "0x24 px, expected at least one pixel"),
        ({"height": 0}, "32x0 px, expected at least one pixel"),
        ({"step": 95}, "step of 95 bytes.*expected >= 96"),
        ({"step": 0}, "step of 0 bytes"),
        ({"step": 97}, "got 2304 bytes.*expected 2328"),
        ({"data": array("B", bytes(2303))}, "got 2303 bytes.*expected 2304"),
        ({"encoding": "nv42"}, "unknown image encoding 'nv42', expected one of bgr8, 8UC3, rgb8"),
        ({"encoding": "8UC2"}, "unknown image encoding '8UC2'"),
        ({"encoding": "32FC1"}, "unknown image encoding '32FC1'"),
        ({"encoding": ""}, "unknown image encoding ''"),
        ({"encoding": "uyvy", "width": 31}, "expected even width"),
        ({"encoding": "nv12", "height": 15}, "expected even width and height"),
    ],
)
def test_an_image_that_contradicts_itself_is_refused(
    changes: dict[str, object], words: str
) -> None:
    bad = message("bgr8", encoded(photo(), "bgr8"))
    for name, value in changes.items():
        setattr(bad, name, value)
    with pytest.raises(InputError, match=words):
        image_from(bad)


def test_depth_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    deep = message("16UC1", bytes(2 * WIDTH * HEIGHT))
    colours = image_message(photo(), Header())
    read = ImageReader("raw")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            read(deep)
            assert ["16UC1 are probably depth" in one.text for one in read.findings()] == [True]
        read(colours)
    assert read.findings() == []
    assert ["probably depth" in line for line in caplog.messages] == [True]
    metres = message("16UC1", bytes(4 * WIDTH * HEIGHT))
    metres.encoding = "32FC1"
    with pytest.raises(InputError, match="unknown image encoding '32FC1'"):
        read(metres)
    assert ["32FC1 are probably depth" in one.text for one in read.findings()] == [True]


def test_a_broken_cv_bridge_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(CvBridge):
        def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
            raise ImportError(f"numpy.core.multiarray failed to import for {encoding}")

    module = ModuleType("cv_bridge")
    module.CvBridge = Broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv_bridge", module)
    images.cv_bridge.cache_clear()
    assert images.cv_bridge() is None
    images.cv_bridge.cache_clear()
