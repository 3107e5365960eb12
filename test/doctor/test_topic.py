from __future__ import annotations

from dataclasses import replace

import pytest

from doctor.standin import fine, only
from pose_action_ros.doctor import topic
from pose_action_ros.doctor.topic import COMPRESSED, RAW, Publisher, TopicView, check_topic

CAMERA = Publisher("/camera", RAW, "best_effort", "volatile")
VIEW = TopicView("/image", [CAMERA], (), (), 2.0, 60, 921600, "640x480 bgr8")
SEGMENT = 2**26


def test_no_problem() -> None:
    publishing, arriving = fine(check_topic(VIEW, SEGMENT))
    assert publishing.startswith(f"/camera publishes {RAW} on /image, best_effort, volatile; ")
    assert publishing.endswith("for the launch file: image:=/image")
    assert arriving == "30.0 images per second, 640x480 bgr8, 0.92 MB each"


def test_compressed_images() -> None:
    publisher = replace(CAMERA, kind=COMPRESSED)
    view = replace(VIEW, topic="/image/compressed", publishers=[publisher])
    assert fine(check_topic(view, SEGMENT))[0].endswith("image:=/image image_transport:=compressed")
    finding = only(check_topic(replace(view, topic="/jpeg"), SEGMENT), topic.COMPRESSED_NAME)
    assert "/compressed" in finding.remedy


def test_no_publisher() -> None:
    view = TopicView("/image", [], others=["/camera/image_raw", "/depth"])
    assert (
        "/camera/image_raw, /depth" in only(check_topic(view, SEGMENT), topic.NO_PUBLISHER).remedy
    )
    alone = only(check_topic(replace(view, others=()), SEGMENT), topic.NO_PUBLISHER)
    assert "there is none" in alone.remedy


def test_no_image_arrives() -> None:
    finding = only(check_topic(replace(VIEW, count=0), SEGMENT), topic.SILENT)
    assert finding.text == "no image on /image within 2 s"
    assert "Fast DDS profile" in finding.remedy


@pytest.mark.parametrize(("segment", "small"), [(0, False), (2**19, True), (4 * 921600, False)])
def test_images_that_are_large_for_the_profile(segment: int, small: bool) -> None:
    if small:
        assert "3686400" in only(check_topic(VIEW, segment), topic.LARGE).remedy
    else:
        fine(check_topic(VIEW, segment))


def test_image_that_cannot_be_read() -> None:
    view = replace(VIEW, trouble="unknown encoding 'x'")
    assert only(check_topic(view, SEGMENT), topic.UNREADABLE).text == "unknown encoding 'x'"


def test_the_calibration_of_the_camera() -> None:
    text = "/camera_info: focal lengths 500, 500 px, fisheye distortion"
    assert fine(check_topic(replace(VIEW, camera=text), SEGMENT))[-1] == text
    view = replace(VIEW, camera_problems=["no camera_info on /camera_info"])
    finding = only(check_topic(view, SEGMENT), topic.CAMERA_INFO)
    assert finding.text == "no camera_info on /camera_info"


def test_depth() -> None:
    view = replace(VIEW, depth="images of the encoding 16UC1 are", others=["/rgb", "/image"])
    assert "/rgb, /image" in only(check_topic(view, SEGMENT), topic.DEPTH).remedy


def test_two_cameras() -> None:
    view = replace(VIEW, publishers=[CAMERA, replace(CAMERA, node="/rear")])
    assert "2 publishers: /camera, /rear" in only(check_topic(view, SEGMENT), topic.SEVERAL).text
