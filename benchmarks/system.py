"""The whole pipeline as processes: rates, latency from camera to /action, memory, processor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import rclpy
from pose_action_ros.msg import Action, Keypoints
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.time import Time

from benchmarks.measuring import usage_of
from pose_action_ros.demo.command import CAMERA, STAGES, await_nodes
from pose_action_ros.demo.processes import Processes
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.topics import subscribe


class Listener(Node):
    """Node that measures the age of results; it receives no images, which would cost time."""

    def __init__(self) -> None:
        super().__init__("benchmark")
        self.ages: dict[str, list[float]] = {"keypoints": [], "action": []}
        for kind, topic in ((Keypoints, "keypoints"), (Action, "action")):
            subscribe(self, kind, topic, self._timer(topic), depth=30)

    def _timer(self, topic: str) -> Any:
        def received(message: Any) -> None:
            age = self.get_clock().now() - Time.from_msg(message.header.stamp)
            self.ages[topic].append(age.nanoseconds / 1e6)

        return received


def measure_system(
    seconds: float, folder: Path, detector: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Run camera and nodes.

    Args:
        seconds: duration [s].
        folder: for logs of the nodes.
        detector: parameters of keypoints_node; the defaults if None.

    Raises:
        PoseActionError: a node failed, or no result arrived.
    """
    rclpy.init()
    processes = Processes(folder / "log")
    try:
        return _measure(processes, seconds, detector or {})
    finally:
        processes.close()
        rclpy.try_shutdown()


def _measure(
    processes: Processes, seconds: float, detector: Mapping[str, object]
) -> dict[str, Any]:
    listener, executor = Listener(), SingleThreadedExecutor()
    executor.add_node(listener)
    for node in STAGES:
        processes.start(node, detector if node == STAGES[0] else {})
    await_nodes(processes, listener.count_publishers, lambda: executor.spin_once(timeout_sec=0.1))
    processes.start(CAMERA, {"seconds": seconds, "seed": 1, "exit_at_end": True})
    while not listener.ages["keypoints"]:
        executor.spin_once(timeout_sec=0.1)
        processes.check(CAMERA, *STAGES)
    begin, before, usage = monotonic(), _usage(processes.ids()), {}
    while not processes.ended(CAMERA):
        executor.spin_once(timeout_sec=0.1)
        if monotonic() - begin < seconds * 0.9:
            usage = _shares(before, _usage(processes.ids()), monotonic() - begin)
    if not listener.ages["action"]:
        raise PoseActionError(
            f"no action arrived in {seconds} s; see {processes.last_lines(STAGES[2])}"
        )
    return {
        "seconds": seconds,
        "keypoints_per_second": len(listener.ages["keypoints"]) / seconds,
        "keypoints_latency_ms": _percentiles(listener.ages["keypoints"]),
        "action_latency_ms": _percentiles(listener.ages["action"]),
        "processes": usage,
    }


def _usage(ids: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Usage of each process, see usage_of."""
    return {name: usage_of(number) for name, number in ids.items()}


def _shares(
    before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]], seconds: float
) -> dict[str, dict[str, float]]:
    return {
        name: {
            "cores": (time - before[name][0]) / seconds,
            "resident_mb": memory,
        }
        for name, (time, memory) in after.items()
    }


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    p50, p99 = np.percentile(values, [50, 99]).tolist()
    return {"p50": p50, "p99": p99}
