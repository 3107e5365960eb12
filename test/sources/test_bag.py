import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bag_files import (
    START,
    STORAGES,
    bag_source,
    brightness_counts,
    brightness_of,
    camera_info,
    compressed,
    file_of,
    raw_images,
    write_bag,
)
from pose_action_ros.errors import SourceError
from pose_action_ros.pipeline import Pipeline


@STORAGES
def test_every_image_with_the_stamp_of_its_header(tmp_path: Path, storage: str) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": raw_images()}, storage)
    for path in (bag, file_of(bag)):
        source = bag_source(path)
        frames = list(source)
        assert [frame.index for frame in frames] == list(range(7))
        np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(7) / 10, atol=1e-6)
        assert [float(frame.image.mean()) for frame in frames] == list(range(0, 35, 5))
        assert (source.length, source.intrinsics, source.skipped) == (7, None, 0)
        np.testing.assert_allclose(source.rate, 10, atol=1e-4)
        assert len(list(source)) == 7


@STORAGES
def test_compressed_images_and_their_camera(tmp_path: Path, storage: str) -> None:
    images = [compressed(image, START) for image in brightness_counts(1)]
    topics = {
        "/eye/image_raw/compressed": images,
        "/eye/camera_info": [camera_info(128, 96, 100.0)],
        "/other/camera_info": [camera_info(64, 48, 7.0)],
    }
    source = bag_source(write_bag(tmp_path / "bag", topics, storage))
    assert len(list(source)) == 1
    camera = source.intrinsics
    assert camera is not None
    assert (camera.width, camera.height, camera.fx, camera.cx) == (64, 48, 50, 31.5)  # half as big


def test_rectified_images_have_the_other_camera(tmp_path: Path) -> None:
    topics = {"/eye/image_rect": raw_images(), "/eye/camera_info": [camera_info(64, 48, 100.0)]}
    camera = bag_source(write_bag(tmp_path / "bag", topics)).intrinsics
    assert camera is not None
    assert (camera.fx, camera.cx, camera.distortion) == (200, 20, ())


def test_rectified_images_prefer_their_own_camera_info(tmp_path: Path) -> None:
    infos = [camera_info(64, 48, 100.0)], [camera_info(64, 48, 80.0)]
    topics = {
        "/eye/image_rect/compressed": [compressed(brightness_counts(1)[0], START)],
        "/eye/camera_info": infos[0],
        "/eye/camera_info_rect": infos[1],
    }
    camera = bag_source(write_bag(tmp_path / "both", topics)).intrinsics
    assert camera is not None
    assert (camera.fx, camera.distortion) == (160, ())
    del topics["/eye/camera_info"]
    assert bag_source(write_bag(tmp_path / "one", topics)).intrinsics == camera


def test_the_first_usable_camera_info_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = camera_info(64, 48, 90.0, d=[0.1, 0.2, 0.3])
    infos = [camera_info(64, 48, 0.0), camera_info(640, 300, 100.0), odd, camera_info(64, 48, 70.0)]
    source = bag_source(
        write_bag(tmp_path / "bag", {"/image": raw_images(), "/camera_info": infos})
    )
    assert source.intrinsics is not None
    assert (source.intrinsics.fx, source.intrinsics.distortion) == (90, ())
    assert source.uncalibrated == ""
    (line,) = caplog.messages
    assert line.startswith("/camera_info has a lens that is not used: got 3 coefficients, expected")


@pytest.mark.parametrize(
    ("topic", "info", "reason"),
    [
        ("/camera_info", camera_info(640, 300, 100.0), "/camera_info is not used: it"),
        ("/camera_info", camera_info(64, 48, 0.0), "/camera_info is not used: K is"),
        ("/eye/info", camera_info(64, 48, 9.0), "no camera_info on /camera_info, the bag has /eye"),
    ],
)
def test_an_assumed_camera_is_named_in_one_line(
    tmp_path: Path, topic: str, info: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = bag_source(write_bag(tmp_path / "bag", {"/image": raw_images(), topic: [info]}))
    assert source.intrinsics is None
    assert source.uncalibrated.startswith(reason)
    list(Pipeline(field_of_view=50.0).process(source))
    (line,) = caplog.messages
    assert line == f"{source.uncalibrated}; a field of view of 50 degrees is assumed"


def test_one_of_two_topics_is_chosen(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", {"/left": raw_images(3), "/right": raw_images(5)})
    with pytest.raises(SourceError, match=r"/left \(3 images\), /right \(5 images\)"):
        bag_source(bag)
    assert len(list(bag_source(bag, "/right"))) == 5
    with pytest.raises(SourceError, match=r"no images on '/up'; it has /left \(3 images\)"):
        bag_source(bag, "/up")


@pytest.mark.parametrize("name", ["/keypoints_node/overlay/compressed", "/robot/pipeline/spmf"])
def test_images_that_this_package_drew_are_read_only_by_name(tmp_path: Path, name: str) -> None:
    both = write_bag(tmp_path / "both", {"/left": raw_images(3), name: raw_images(5)})
    assert len(list(bag_source(both))) == 3
    alone = write_bag(tmp_path / "alone", {name: raw_images(5)})
    with pytest.raises(SourceError, match=f"no images of a camera, only {name}"):
        bag_source(alone)
    assert len(list(bag_source(alone, name))) == 5


def test_a_bag_without_images(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", {"/camera_info": [camera_info(64, 48, 9.0)]})
    with pytest.raises(SourceError, match="no images; it has /camera_info"):
        bag_source(bag)


def test_loop_and_duration(tmp_path: Path) -> None:
    source = bag_source(
        write_bag(tmp_path / "bag", {"/image": raw_images(5)}), loop=True, seconds=0.75
    )
    assert brightness_of(source) == [0, 5, 10, 15, 20, 0, 5, 10]


@pytest.mark.parametrize(("encoding", "size"), [("16UC1", 2), ("32FC1", 4)])
def test_depth_is_named_once(
    tmp_path: Path, encoding: str, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    images: list[Any] = raw_images(5)
    for image in images:
        image.encoding, image.step = encoding, 64 * size
        image.data = np.zeros(64 * 48 * size, np.uint8)
    bag = write_bag(tmp_path / "bag", {"/depth": images})
    if encoding == "16UC1":
        source = bag_source(bag)
        assert [len(list(source)) for _ in range(2)] == [5, 5]
    else:
        with pytest.raises(SourceError, match=r"0 of 5 images on /depth.*encoding '32FC1'"):
            bag_source(bag)
    named = [
        f"/depth: images of the encoding {encoding} are probably depth" in line
        for line in caplog.messages
    ]
    assert sum(named) == 1


def test_compressed_images_whose_red_and_blue_are_the_other_way(tmp_path: Path) -> None:
    red = np.full((48, 64, 3), (10, 20, 240), np.uint8)
    sent = compressed(np.ascontiguousarray(red[..., ::-1]), START)
    sent.format = "rgb8; jpeg compressed rgb8"
    (frame,) = bag_source(write_bag(tmp_path / "bag", {"/image/compressed": [sent]}))
    assert np.abs(frame.image.astype(int) - red).max() < 8


def test_bags_of_ros_1_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.bag").write_bytes(b"#ROSBAG V2.0\n")
    with pytest.raises(SourceError, match=r"bag of ROS 1.*rosbags-convert --src .*old\.bag"):
        bag_source(tmp_path / "old.bag")


def test_without_rosbags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = write_bag(tmp_path / "bag", {"/image": raw_images(1)})
    monkeypatch.delitem(sys.modules, "pose_action_ros.sources.bag", raising=False)
    monkeypatch.delitem(sys.modules, "pose_action_ros.sources.damaged_bag", raising=False)
    monkeypatch.setitem(sys.modules, "rosbags.interfaces", None)
    with pytest.raises(SourceError, match=r"needs rosbags.*pip install rosbags"):
        bag_source(bag)
