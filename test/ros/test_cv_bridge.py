"""Images with the installed cv_bridge: the product uses it, and its stand-in is like it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sensor_msgs")

from doctor.standin import fine
from encoded_images import HEIGHT, WIDTH, encoded, message, photo
from pose_action_ros.doctor.machine import this_machine
from pose_action_ros.doctor.packages import check_cv_bridge
from pose_action_ros.messages.images import ENCODINGS, bgr_from_image
from pose_action_ros.nodes import images, keypoints_node
from pose_action_ros.nodes.images import BRIDGED, image_from
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from references.cv_bridge import CvBridge
from ros_support import FakeDetector, Peer, header, person

cv_bridge = pytest.importorskip("cv_bridge", reason="cv_bridge is not installed")

COMMON = [name for name in ENCODINGS if name in BRIDGED or name.endswith("16")]
"""Encodings that cv_bridge and the own conversion have."""


def noise(encoding: str, seed: int = 0) -> Any:
    """A message of random bytes."""
    size = HEIGHT * WIDTH * ENCODINGS[encoding].channels * (1 + ENCODINGS[encoding].deep)
    values = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    return message(encoding, values.tobytes())


def test_the_installed_cv_bridge_is_used() -> None:
    images.cv_bridge.cache_clear()
    assert isinstance(images.cv_bridge(), cv_bridge.CvBridge)


def test_doctor_finds_that_it_works() -> None:
    assert fine([check_cv_bridge(this_machine())]) == ["cv_bridge works"]


@pytest.mark.parametrize("encoding", ["bgr8", *COMMON])
def test_it_converts_like_the_own_conversion_and_the_stand_in(encoding: str) -> None:
    found = cv_bridge.CvBridge().imgmsg_to_cv2(noise(encoding), "bgr8")
    np.testing.assert_array_equal(found, bgr_from_image(noise(encoding)))
    np.testing.assert_array_equal(found, CvBridge().imgmsg_to_cv2(noise(encoding), "bgr8"))


@pytest.mark.parametrize("padding", [0, 1, 6, 16])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rows_of_any_length_are_read(encoding: str, padding: int) -> None:
    padding = 0 if encoding == "nv24" else padding  # its planes have rows of two lengths
    grey = ENCODINGS[encoding].channels == 1 and encoding in ("mono8", "mono16", "8UC1", "16UC1")
    data = noise(encoding).data.tobytes() if grey else encoded(photo(), encoding)
    plain = bgr_from_image(message(encoding, data))
    np.testing.assert_array_equal(image_from(message(encoding, data, padding=padding)), plain)


@pytest.mark.parametrize("encoding", ["mono16", "rgb16"])
def test_the_other_byte_order_is_read(encoding: str) -> None:
    data = noise(encoding).data.tobytes()
    swapped = np.frombuffer(data, "<u2").astype(">u2").tobytes()
    np.testing.assert_array_equal(
        image_from(message(encoding, swapped, big=True)), image_from(message(encoding, data))
    )


@pytest.mark.parametrize("encoding", ["uyvy", "nv12", "8UC3"])
def test_encodings_that_it_lacks_are_refused_as_by_the_stand_in(encoding: str) -> None:
    for bridge in (cv_bridge.CvBridge(), CvBridge()):
        with pytest.raises(TypeError):
            bridge.imgmsg_to_cv2(message(encoding, encoded(photo(), encoding)), "bgr8")


def test_threads_convert_at_the_same_time() -> None:
    """Two builds of OpenCV are in one process."""
    cases = [noise(encoding, seed) for seed in range(20) for encoding in COMMON]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(image_from, cases))
    for case, image in zip(cases, found, strict=True):
        np.testing.assert_array_equal(image, bgr_from_image(case))


def test_keypoints_node_reads_images_with_it(
    started: Callable[..., Any], peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = FakeDetector(person())
    monkeypatch.setattr(keypoints_node, "make_detector", lambda _: detector)
    started(KeypointsNode)
    rgb = message("rgb8", encoded(photo(), "rgb8"))
    rgb.header = header()
    peer.publish("image", rgb, until=lambda: detector.seen)
    np.testing.assert_array_equal(detector.seen[0], photo())
