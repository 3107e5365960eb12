"""`python -m benchmarks.long_bag`: speed and memory of `pose-action process` for a long bag."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer

from benchmarks.clips import ACTIONS, SIZE, Image, make_clip
from benchmarks.measuring import own_memory_of, usage_of
from pose_action_ros.errors import PoseActionError
from pose_action_ros.messages.definitions import header_message, new_message, typestore

RATE = 20.0
"""Images per second of the bag."""
GROWTH_LIMIT = 0.05
"""Greatest relative growth of the memory from the first to the last third of the time."""
_START = 1_700_000_000 * 10**9
"""Stamp of the first image [ns]."""
_PERIOD = 0.5
"""Time between two readings of the memory [s]."""


def write_bag(path: Path, count: int, *, compressed: bool) -> float:
    """Write a bag of one simulated person, raw images or JPEGs; its size [MB]."""
    types = typestore()
    kind = f"sensor_msgs/msg/{'CompressedImage' if compressed else 'Image'}"
    topic = "/camera/image_raw" + "/compressed" * compressed
    clip = make_clip(1, ACTIONS[0])
    with Writer(path, version=8, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection(topic, kind, typestore=types)
        for number in range(count):
            seconds = number / RATE
            stamp = _START + round(seconds * 1e9)
            fields = _fields(clip.at(seconds), compressed=compressed)
            message = new_message(kind, header=header_message(stamp, "camera"), **fields)
            writer.write(connection, stamp, types.serialize_cdr(message, kind))
    return sum(file.stat().st_size for file in path.rglob("*")) / 1e6


def _fields(image: Image, *, compressed: bool) -> dict[str, Any]:
    if compressed:
        return {"format": "jpeg", "data": cv2.imencode(".jpg", image)[1].reshape(-1)}
    height, width = image.shape[:2]
    return {
        "height": height,
        "width": width,
        "encoding": "bgr8",
        "is_bigendian": 0,
        "step": 3 * width,
        "data": image.reshape(-1),
    }


def measure(bag: Path, folder: Path, count: int) -> list[str]:
    """Process a bag in a process of its own, and print speed and memory.

    Returns:
        Descriptions of exceeded limits.

    Raises:
        PoseActionError: the command failed.
    """
    words = ["process", str(bag), "--output", str(folder / "out")]
    words += ["--write-bag", str(folder / "results.mcap")]
    memory: list[float] = []
    cpu, begin, log = 0.0, monotonic(), folder / "process.log"
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            [sys.executable, "-m", "pose_action_ros", *words], stdout=file, stderr=file
        )
        while process.poll() is None:
            with suppress(OSError, KeyError):  # it ends just now
                cpu, _ = usage_of(process.pid)
                memory.append(own_memory_of(process.pid))
            sleep(_PERIOD)
    wall = monotonic() - begin
    if process.returncode:
        raise PoseActionError(f"process ended with {process.returncode}: {log.read_text()}")
    print(f"{count / wall:.1f} images a second, {1e3 * cpu / count:.1f} ms of CPU for an image")
    early, middle, late = (float(np.median(part)) for part in np.array_split(memory, 6)[1::2])
    print(
        f"resident memory {early:.0f}, {middle:.0f} and {late:.0f} MB in the first, second and "
        f"last third, {max(memory):.0f} MB at most"
    )
    growth = late / early - 1
    return [f"the memory grew by {growth:.1%}"] if growth > GROWTH_LIMIT else []


def main() -> int:
    """Measure; 0 if the memory does not grow."""
    parser = argparse.ArgumentParser("long_bag", description=__doc__)
    parser.add_argument("--images", type=int, default=6000, help="number of images")
    parser.add_argument("--compressed", action="store_true", help="JPEGs instead of raw images")
    args = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        bag = Path(name) / "bag"
        size = write_bag(bag, args.images, compressed=args.compressed)
        kind = "JPEGs" if args.compressed else "raw images"
        print(f"{args.images} {kind}, {SIZE[0]}x{SIZE[1]}, {size:.0f} MB", flush=True)
        wrong = measure(bag, Path(name), args.images)
    print(f"load after {os.getloadavg()[0]:.1f}")
    print("\n".join([*wrong, "FAILED" if wrong else "passed"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
