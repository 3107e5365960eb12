"""lifter_node with a stopwatch: `python -m benchmarks.timed_lifter FILE` writes FILE at its end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from pose_action_ros.msg import Keypoints
from rclpy.task import Future

from pose_action_ros.nodes.lifter_node import LifterNode
from pose_action_ros.nodes.running import run
from pose_action_ros.stopping import on_stop_signal


class TimedLifter(LifterNode):
    """Node that times each message from the start of the callback to the publication of its poses.

    At that start the executor has received and deserialised the message, as in every node.
    """

    def __init__(self, **arguments: Any) -> None:
        self.seconds: list[float] = []
        self.cpu: list[float] = []  # of the whole process so far [s], after each message
        self._started: dict[tuple[int, int], float] = {}
        super().__init__(**arguments)

    def take(self, message: Keypoints) -> None:
        """See StageNode."""
        self._started[_key(message)] = perf_counter()
        super().take(message)

    def process(self, message: Keypoints, stamp: float) -> float:
        """See LifterNode."""
        inference = super().process(message, stamp)
        self.seconds.append(perf_counter() - self._started.pop(_key(message)))
        self.cpu.append(process_time())
        return inference


def _key(message: Keypoints) -> tuple[int, int]:
    return message.header.stamp.sec, message.header.stamp.nanosec


def main() -> int:
    """Run the node and return its exit code."""
    nodes: list[TimedLifter] = []

    def make() -> TimedLifter:
        nodes.append(TimedLifter())
        return nodes[0]

    stop: Future[None] = Future()
    on_stop_signal(lambda: stop.set_result(None))
    code = run(make, stop)
    result = {"seconds": nodes[0].seconds, "cpu": nodes[0].cpu}
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
