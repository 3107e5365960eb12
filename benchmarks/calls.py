"""`python -m benchmarks.calls`: calls of this package's functions for one image through a node.

A node runs in this process and receives simulated images over DDS. The profiler of the interpreter
counts the calls from the subscription's callback until the worker has finished the image. Not
counted: functions of libraries, generated messages, comprehensions and lambdas.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

import pose_action_ros
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from pose_action_ros.nodes.pipeline import PipelineNode
from pose_action_ros.nodes.stage import StageNode
from pose_action_ros.sources import SourceSettings, open_source

PACKAGE = str(Path(pose_action_ros.__file__).resolve().parent) + os.sep
GENERATED = os.sep + "msg" + os.sep
DIAGNOSTICS = "_OwnUpdater._publish"
"""The timer's callback that publishes diagnostics once a second."""
NODES: dict[str, Callable[[], StageNode[Any, Any]]] = {
    "keypoints_node": KeypointsNode,
    "pipeline": PipelineNode,
}
RATE = 30.0
_LIMIT = 60.0
"""Longest time for one image [s]."""


@dataclass
class Calls:
    """The calls for one image.

    Attributes:
        functions: calls by (file, qualified name).
        depth: most calls within each other.
    """

    functions: Counter[tuple[str, str]] = field(default_factory=Counter)
    depth: int = 0

    @property
    def total(self) -> int:
        """Number of calls."""
        return self.functions.total()

    def files(self) -> Counter[str]:
        """Calls by file, relative to the package."""
        files: Counter[str] = Counter()
        for (file, _), count in self.functions.items():
            files[file] += count
        return files


class Profiler:
    """Counts calls in all threads that start after `install`.

    Attributes:
        finished: threads with a finished outermost call, since the last `begin`.
    """

    def __init__(self) -> None:
        self.calls: Calls | None = None
        self.finished: set[int] = set()
        self._depths: Counter[int] = Counter()
        self._apart: set[int] = set()  # threads that run the callback of another topic or timer

    def install(self) -> None:
        """Profile this thread and those that start later."""
        threading.setprofile(self._event)
        sys.setprofile(self._event)

    def begin(self) -> None:
        """Count from zero."""
        self.finished, self.calls = set(), Calls()
        self._depths.clear()

    def end(self) -> Calls:
        """Stop counting; the calls since `begin`."""
        calls, self.calls = self.calls, None
        assert calls is not None
        return calls

    def _event(self, frame: FrameType, event: str, _: object) -> None:
        calls = self.calls
        if calls is None or event not in ("call", "return"):
            return
        code, thread = frame.f_code, threading.get_ident()
        if not _counts(code.co_filename, code.co_name):
            return
        if code.co_qualname == DIAGNOSTICS:
            (self._apart.add if event == "call" else self._apart.discard)(thread)
        elif thread not in self._apart and event == "call":
            self._depths[thread] += 1
            calls.functions[code.co_filename.removeprefix(PACKAGE), code.co_qualname] += 1
            calls.depth = max(calls.depth, self._depths[thread])
        elif thread not in self._apart and self._depths[thread]:
            self._depths[thread] -= 1
            if not self._depths[thread]:
                self.finished.add(thread)


def _counts(file: str, function: str) -> bool:
    """True for a function of this package."""
    return file.startswith(PACKAGE) and GENERATED not in file and not function.startswith("<")


def images(count: int) -> Iterator[Image]:
    """Simulated images of one person, 640x480 px."""
    source = open_source(SourceSettings(rate=RATE, seconds=(count + 0.5) / RATE, seed=1))
    for frame in source:
        height, width = frame.image.shape[:2]
        message = Image(height=height, width=width, step=3 * width, encoding="bgr8")
        message.header.frame_id = "camera"
        message.header.stamp.sec = 1_700_000_000 + int(frame.stamp)
        message.header.stamp.nanosec = round(frame.stamp % 1 * 1e9)
        message.data = array("B", frame.image.tobytes())
        yield message


def measure_calls(name: str, count: int = 40, warm_up: int = 30) -> list[Calls]:
    """Send images to a node in this process, one after the other.

    Args:
        name: of the node.
        count: of images that are measured.
        warm_up: images before.

    Returns:
        The calls for each image, fewest first.

    Raises:
        PoseActionError: an image was not processed.
    """
    profiler = Profiler()
    rclpy.init()
    try:
        profiler.install()
        node, camera = NODES[name](), Node("camera")
        output = camera.create_publisher(Image, "image", 10)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        executor.add_node(camera)
        node.start()
        _spin(executor, lambda: output.get_subscription_count() > 0)
        found = []
        for message in images(warm_up + count):
            profiler.begin()
            output.publish(message)
            _spin(executor, lambda: len(profiler.finished) > 1)  # the callback's and the worker's
            found.append(profiler.end())
        executor.shutdown()
        node.destroy_node()
        camera.destroy_node()
    finally:
        threading.setprofile(None)
        sys.setprofile(None)
        rclpy.try_shutdown()
    return sorted(found[warm_up:], key=lambda calls: calls.total)


def _spin(executor: SingleThreadedExecutor, done: Any) -> None:
    end = monotonic() + _LIMIT
    while not done():
        if monotonic() > end:
            raise PoseActionError(f"no image was processed within {_LIMIT:g} s")
        executor.spin_once(timeout_sec=0.01)


def table(found: dict[str, list[Calls]]) -> str:
    """Calls, functions, files and depth of each node for the median image and the largest."""
    lines = ["| node | image | calls | functions | files | depth |"]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: |")
    for node, images in found.items():
        for image, calls in (("median", images[len(images) // 2]), ("most calls", images[-1])):
            lines.append(
                f"| {node} | {image} | {calls.total} | {len(calls.functions)} | "
                f"{len(calls.files())} | {calls.depth} |"
            )
    return "\n".join(lines)


def details(calls: Calls) -> str:
    """Calls by file and function."""
    lines = []
    for file, total in calls.files().most_common():
        lines.append(f"{total:4} {file}")
        names = [(n, name) for (where, name), n in calls.functions.items() if where == file]
        lines += [f"       {number:3} {name}" for number, name in sorted(names, reverse=True)]
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("calls", description=__doc__)
    parser.add_argument("--details", action="store_true", help="list the functions")
    args = parser.parse_args()
    found = {name: measure_calls(name) for name in NODES}
    print(table(found))
    if args.details:
        for name, calls in found.items():
            print(f"\n{name}\n{details(calls[len(calls) // 2])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
