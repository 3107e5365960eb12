"""Small ROS 2 bags for tests, written and read without ROS."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from pose_action_ros.sources import Source, SourceSettings, open_source

STORAGES = pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
Pixels = npt.NDArray[np.uint8]

_TYPES = get_typestore(Stores.ROS2_HUMBLE)
START = 1_700_000_000.0
"""Stamp of the first image [s]."""


def _message(name: str, **values: Any) -> Any:
    return _TYPES.types[name](**values)


def header(stamp: float) -> Any:
    """A std_msgs/Header of a time [s]."""
    whole = int(stamp)
    time = _message("builtin_interfaces/msg/Time", sec=whole, nanosec=round((stamp - whole) * 1e9))
    return _message("std_msgs/msg/Header", stamp=time, frame_id="camera")


def raw(image: Pixels, stamp: float, encoding: str = "bgr8") -> Any:
    """A sensor_msgs/Image of (H, W, 3)."""
    height, width = image.shape[:2]
    return _message(
        "sensor_msgs/msg/Image",
        header=header(stamp),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=3 * width,
        data=image.reshape(-1),
    )


def compressed(image: Pixels, stamp: float) -> Any:
    """A sensor_msgs/CompressedImage."""
    data = cv2.imencode(".jpg", image)[1].reshape(-1)
    return _message(
        "sensor_msgs/msg/CompressedImage", header=header(stamp), format="jpeg", data=data
    )


def camera_info(width: int, height: int, focal: float, **changes: Any) -> Any:
    """A sensor_msgs/CameraInfo without distortion; P has twice the focal length.

    Args:
        width, height: [px].
        focal: [px].
        changes: other values of fields; `roi` as a mapping.
    """
    camera = np.array([focal, 0, (width - 1) / 2, 0, focal, (height - 1) / 2, 0, 0, 1])
    projection = np.array([2 * focal, 0, 20, 0, 0, 2 * focal, 10, 0, 0, 0, 1.0, 0])
    region = {"x_offset": 0, "y_offset": 0, "height": 0, "width": 0, "do_rectify": False}
    region |= changes.pop("roi", {})
    fields = {
        "header": header(START),
        "height": height,
        "width": width,
        "distortion_model": "plumb_bob",
        "d": np.zeros(5),
        "k": camera,
        "r": np.eye(3).reshape(-1),
        "p": projection,
        "binning_x": 0,
        "binning_y": 0,
        "roi": _message("sensor_msgs/msg/RegionOfInterest", **region),
    }
    for name in ("d", "k", "p"):
        if name in changes:
            changes[name] = np.array(changes[name], np.float64)
    return _message("sensor_msgs/msg/CameraInfo", **fields | changes)


def brightness_counts(count: int, size: tuple[int, int] = (64, 48)) -> list[Pixels]:
    """Images (H, W, 3) of a width and height, each 5 brighter than the one before."""
    return [np.full((size[1], size[0], 3), 5 * number, np.uint8) for number in range(count)]


def raw_images(count: int = 7) -> list[object]:
    """Raw images at 10 a second."""
    shown = enumerate(brightness_counts(count))
    return [raw(image, START + number / 10) for number, image in shown]


def write_bag(
    path: Path,
    topics: Mapping[str, Sequence[Any]],
    storage: str = "sqlite3",
    compression: CompressionMode = CompressionMode.NONE,
    received: Sequence[float] = (),
) -> Path:
    """A bag's folder; each topic's messages come 0.1 s apart, or at the times `received` [s]."""
    plugin = {"sqlite3": StoragePlugin.SQLITE3, "mcap": StoragePlugin.MCAP}[storage]
    writer = Writer(path, version=8, storage_plugin=plugin)
    writer.set_compression(compression, CompressionFormat.ZSTD)
    with writer:
        for topic, messages in topics.items():
            kind = messages[0].__msgtype__
            connection = writer.add_connection(topic, kind, typestore=_TYPES)
            for number, message in enumerate(messages):
                time = received[number] if received else START + 0.02 + number / 10
                writer.write(connection, round(time * 1e9), _TYPES.serialize_cdr(message, kind))
    return path


def file_of(bag: Path) -> Path:
    """The file with the messages."""
    (file,) = (path for path in bag.iterdir() if path.name != "metadata.yaml")
    return file


def bag_source(path: Path, topic: str = "", **settings: Any) -> Source:
    """Open the images of a bag."""
    return open_source(SourceSettings(source=str(path), image_topic=topic, **settings))


def brightness_of(source: Source) -> list[float]:
    """Mean of each image."""
    return [float(frame.image.mean()) for frame in source]
