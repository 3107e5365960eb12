"""Latency, memory and CPU time of lifter_node in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import rclpy
from pose_action_ros.msg import Keypoints, Poses
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.time import Time
from std_msgs.msg import Header

from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.conversions import keypoints_message
from pose_action_ros.nodes.topics import reliable, subscribe
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25

PEOPLE = (1, 10)
RATE = 30.0
_WARM_UP = 30
"""Messages before those that count."""
_START_LIMIT = 120.0
"""Longest time to the first answer [s]."""


class Sender(Node):
    """Publisher of simulated keypoints that measures the age of the answers."""

    def __init__(self, people: int) -> None:
        super().__init__("benchmark")
        self.ages: list[float] = []  # [ms] of each answer since its keypoints were sent
        self._people = people
        self._scene = Scene.random(np.random.default_rng(3))
        self._output = self.create_publisher(Keypoints, "keypoints", reliable())
        subscribe(self, Poses, "poses", self._received, depth=10)

    def send(self, seconds: float) -> None:
        """Publish the people at a time of the simulation."""
        truth = self._scene.truth(seconds)[0].keypoints
        shifts = np.array([[40.0, 0.0]]) * np.arange(self._people)[:, None]  # [px] side by side
        people = [
            Pose2D(BODY_25, truth.points + shift, truth.scores, number)
            for number, shift in enumerate(shifts)
        ]
        message = keypoints_message(people, Header(frame_id="camera"), (640, 480), BODY_25)
        message.header.stamp = self.get_clock().now().to_msg()
        self._output.publish(message)

    def _received(self, message: Poses) -> None:
        age = self.get_clock().now() - Time.from_msg(message.header.stamp)
        self.ages.append(age.nanoseconds / 1e6)


def measure_lifter(seconds: float, folder: Path) -> dict[str, dict[str, float]]:
    """Results by number of people: times [ms], memory [MB] and the share of a core.

    Raises:
        PoseActionError: the node does not answer.
    """
    rclpy.init()
    try:
        return {str(people): _measure(people, seconds, folder) for people in PEOPLE}
    finally:
        rclpy.try_shutdown()


def _measure(people: int, seconds: float, folder: Path) -> dict[str, float]:
    file = folder / f"lifter_{people}.json"
    sender, executor = Sender(people), SingleThreadedExecutor()
    executor.add_node(sender)
    try:
        with _timed_node(file) as process:
            _await(sender, executor, process, _log(file))
            count = len(sender.ages)
            _play(sender, executor, seconds + _WARM_UP / RATE)
            memory = _memory(process.pid)
    finally:
        executor.shutdown()
        sender.destroy_node()
    return memory | _times(file, seconds, sender.ages[count:])


@contextmanager
def _timed_node(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the node inside; it writes its times at the end."""
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.timed_lifter", str(file)]
    with _log(file).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _log(file: Path) -> Path:
    return file.with_suffix(".log")


def _await(
    sender: Sender, executor: SingleThreadedExecutor, process: subprocess.Popen[bytes], log: Path
) -> None:
    """Publish until the node answers."""
    limit = monotonic() + _START_LIMIT
    while not sender.ages:
        if process.poll() is not None or monotonic() > limit:
            raise PoseActionError(
                f"lifter_node ended or did not answer in {_START_LIMIT:.0f} s; see {log}"
            )
        _play(sender, executor, 1 / RATE)


def _play(sender: Sender, executor: SingleThreadedExecutor, seconds: float) -> None:
    """Publish at the camera's rate."""
    begin = monotonic()
    for number in range(round(seconds * RATE)):
        sender.send(number / RATE)
        executor.spin_once(timeout_sec=0.0)  # also if the sender is late
        while (wait := begin + (number + 1) / RATE - monotonic()) > 0:
            executor.spin_once(timeout_sec=wait)


def _memory(process: int) -> dict[str, float]:
    """Resident and proportional set size of a process [MB]."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    sizes = {words[0]: int(words[1]) for words in map(str.split, lines)}
    return {"resident_mb": sizes["Rss:"] * 1024 / 1e6, "share_mb": sizes["Pss:"] * 1024 / 1e6}


def _times(file: Path, seconds: float, ages: Sequence[float]) -> dict[str, float]:
    """Percentiles [ms] of the messages after the warm-up, and CPU time [ms] of each."""
    times: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    count = round(seconds * RATE)
    inside, cpu = 1e3 * np.array(times["seconds"][-count:]), 1e3 * np.array(times["cpu"][-count:])
    p50, p99 = np.percentile(inside, [50, 99]).tolist()
    answer_p50, answer_p99 = np.percentile(ages[_WARM_UP:], [50, 99]).tolist()
    return {
        "callback_p50": p50,
        "callback_p99": p99,
        "answer_p50": answer_p50,
        "answer_p99": answer_p99,
        "cpu": float(cpu[-1] - cpu[0]) / max(len(cpu) - 1, 1),
        "count": len(inside),
    }
