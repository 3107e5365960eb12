"""`python -m benchmarks.images`: images in keypoints_node over DDS: rate, age, memory, people."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import product
from time import monotonic, sleep
from typing import Any

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from benchmarks.measuring import ROOT, dds_profile, own_memory_of
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.keypoints_node import KeypointsNode
from pose_action_ros.nodes.stamps import nanoseconds_of

SIZES, PEOPLE, RATE = ("640x480", "1920x1080"), (1, 2, 4), 30
FATES = ("processed", "dropped", "late", "errors")
"""Counts in the diagnostics, one of which each received image increases."""
RECEIVED_LIMIT = 0.98
"""Least fraction of received images."""
SLACK = 20.0
"""Greatest age of an image at the begin of its inference, in addition to one inference [ms]."""
_LIMIT = 1200.0
"""Time limit for the sender, in addition to its duration [s]; it renders its images first."""


@dataclass
class Ages:
    """Age of each image [ms]: on arrival, at the begin and at the end of processing."""

    arrived: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)  # from begun to done


class TimedNode(KeypointsNode):
    """keypoints_node that measures the age of each image.

    Attributes:
        skipped: number of images that were processed although a newer one was waiting.
        people: number of published people of each image.
    """

    def __init__(self, **arguments: Any) -> None:
        self.ages, self.newest, self.skipped = Ages(), 0, 0
        self.people: list[int] = []
        super().__init__(**arguments)

    def take(self, message: Any) -> None:
        """See StageNode."""
        self.ages.arrived.append(self._age(message))
        super().take(message)
        self.newest = nanoseconds_of(message.header.stamp)

    def process(self, message: Any, stamp: float) -> float:
        """See KeypointsNode."""
        self.skipped += nanoseconds_of(message.header.stamp) < self.newest
        begun = self._age(message)
        inference = super().process(message, stamp)
        done = self._age(message)
        self.ages.begun.append(begun)
        self.ages.done.append(done)
        self.ages.working.append(done - begun)
        self.people.append(int(self.health.facts["people"]))
        return inference

    def _age(self, message: Any) -> float:
        now = self.get_clock().now().nanoseconds
        return float(now - nanoseconds_of(message.header.stamp)) / 1e6


@dataclass(frozen=True)
class Case:
    """One case: size of the images [px], people in them, images per second, and transport."""

    width: int
    height: int
    people: int
    rate: int
    transport: str

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.transport}, {self.people} people"


@dataclass(frozen=True)
class Measured:
    """Result of one case.

    Attributes:
        case: the images.
        sent: number of sent images.
        counts: of the node's diagnostics.
        ages: of the images.
        skipped: see TimedNode.
        people: mean number of people found.
        memory: the node's own, without shared segments [MB].
    """

    case: Case
    sent: int
    counts: dict[str, int]
    ages: Ages
    skipped: int
    people: float
    memory: float

    def lines(self) -> list[str]:
        """Lines of a table."""
        ages = self.ages
        rows = {
            "age on arrival": ages.arrived,
            "age at begin": ages.begun,
            "processing": ages.working,
            "age at end": ages.done,
        }
        rate = len(ages.done) * self.case.rate / self.sent
        counts = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return [
            f"{self.case}: {self.sent} sent, {counts}",
            f"  {rate:.1f} images a second, {self.people:.2f} people found, {self.memory:.0f} MB",
            f"  {self.skipped} processed while a newer one was waiting",
            *(
                f"  {name:<22} p50 {_at(row, 50):7.1f}   p99 {_at(row, 99):7.1f} ms"
                for name, row in rows.items()
            ),
        ]

    def wrong(self) -> list[str]:
        """Descriptions of exceeded limits."""
        wrong = []
        if len(self.ages.arrived) < RECEIVED_LIMIT * self.sent:
            wrong.append(f"{len(self.ages.arrived)} of {self.sent} images were received")
        rest = self.counts["received"] - sum(self.counts[name] for name in FATES)
        if rest:
            wrong.append(f"{rest} received images are neither processed nor counted as dropped")
        begun, limit = _at(self.ages.begun, 99), _at(self.ages.working, 50) + SLACK
        if begun > limit:
            wrong.append(
                f"processing began at an age of {begun:.0f} ms (p99), expected {limit:.0f} ms"
            )
        return [f"{self.case}: {one}" for one in wrong]


def _at(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")


def measure(case: Case, seconds: float) -> Measured:
    """Send images from another process to keypoints_node in this one.

    Args:
        case: the images.
        seconds: duration [s].

    Raises:
        PoseActionError: the sender failed.
    """
    count = round(seconds * case.rate)
    numbers = case.width, case.height, case.rate, count, case.people
    words = [*map(str, numbers), case.transport]
    rclpy.init()
    node = TimedNode(parameter_overrides=[Parameter("image_transport", value=case.transport)])
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        node.start()
        with subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "benchmarks.image_sender", *words],
            env={**os.environ, **dds_profile()},
            cwd=ROOT,
        ) as sender:
            end = monotonic() + _LIMIT + seconds
            while sender.poll() is None and monotonic() < end:
                executor.spin_once(timeout_sec=0.1)
            sender.kill()
        if sender.returncode:
            raise PoseActionError(f"the sender ended with code {sender.returncode}")
        counts = final_counts(node)
        people = float(np.mean(node.people)) if node.people else 0.0
        memory = own_memory_of(os.getpid())
        return Measured(case, count, counts, node.ages, node.skipped, people, memory)
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()


def final_counts(node: TimedNode) -> dict[str, int]:
    """Counts of the diagnostics, once the worker has no image left."""
    end = monotonic() + _LIMIT
    while True:
        values = node.report().values
        counts = {name: int(values[name]) for name in ("received", "lost", *FATES)}
        if sum(counts[name] for name in FATES) == counts["received"] or monotonic() > end:
            return counts
        sleep(0.1)


def main() -> int:
    """Measure; 0 if the images arrive and the newest ones are processed."""
    parser = argparse.ArgumentParser("images", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="duration of each case [s]")
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WxH", help="image sizes [px]")
    parser.add_argument(
        "--people", nargs="+", type=int, default=PEOPLE, help="numbers of people in the images"
    )
    parser.add_argument("--rate", type=int, default=RATE, help="images per second")
    parser.add_argument("--compressed", action="store_true", help="JPEG instead of bgr8")
    args = parser.parse_args()
    transport = "compressed" if args.compressed else "raw"
    wrong: list[str] = []
    print(f"{args.rate} images a second, load {os.getloadavg()[0]:.1f}")
    for size, people in product(args.sizes, args.people):
        width, height = map(int, size.split("x"))
        result = measure(Case(width, height, people, args.rate, transport), args.seconds)
        print("\n".join(result.lines()), flush=True)
        wrong += result.wrong()
    print(f"load after {os.getloadavg()[0]:.1f}")
    print("\n".join([*wrong, "FAILED" if wrong else "passed"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
