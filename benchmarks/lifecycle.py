"""`python -m benchmarks.lifecycle`: whether deactivate and cleanup give everything back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import rclpy
from lifecycle_msgs.srv import ChangeState
from pose_action_ros.msg import Keypoints, Poses
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from benchmarks.clips import SIZE, make_clip
from benchmarks.measuring import threads_of, usage_of
from pose_action_ros.demo.command import STAGES
from pose_action_ros.demo.processes import Processes
from pose_action_ros.errors import PoseActionError
from pose_action_ros.models.fetch import fetch_blazepose
from pose_action_ros.nodes.conversions import keypoints_message, poses_message
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.topics import reliable
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CYCLES = 6
WORK = 3.0
"""Time a node works in each cycle [s]."""
RATE = 15.0
"""Messages it gets a second."""
GROWTH_LIMIT = 0.02
"""Part by which the memory after a cleanup may be above that after the second."""
_STAYS = 2.0
"""Time in which what DDS has found of a process no longer changes [s]."""
_LIMIT = 60.0
"""Time for everything that is waited for [s]."""


@dataclass(frozen=True)
class State:
    """What a process has: resident memory [MB], threads, and topics it takes and gives."""

    memory: float
    threads: int
    subscriptions: int
    publishers: int


@dataclass(frozen=True)
class Cycle:
    """A process while it works and after cleanup."""

    active: State
    cleaned: State


@dataclass(frozen=True)
class Course:
    """All cycles of one node; `fresh` before the first."""

    node: str
    fresh: State
    cycles: list[Cycle]

    @property
    def wrong(self) -> list[str]:
        """What it did not give back.

        What libraries keep for themselves stays from the first configure on: memory and threads
        are compared with an early cleanup, topics with the beginning.
        """
        base, last = self.cycles[min(1, len(self.cycles) - 1)].cleaned, self.cycles[-1].cleaned
        wrong = []
        if last.memory > base.memory * (1 + GROWTH_LIMIT):
            wrong.append(
                f"memory after cleanup grew from {base.memory:.1f} to {last.memory:.1f} MB"
            )
        for what, least in (
            ("threads", base),
            ("subscriptions", self.fresh),
            ("publishers", self.fresh),
        ):
            found, before = getattr(last, what), getattr(least, what)
            if found > before:
                wrong.append(f"{found} {what} after cleanup, {before} before")
        return [f"{self.node}: {one}" for one in wrong]

    def lines(self) -> list[str]:
        """As a table."""
        states = [("before configure", self.fresh)]
        for number, cycle in enumerate(self.cycles, 1):
            states += [
                (f"{number} active", cycle.active),
                (f"{number} after cleanup", cycle.cleaned),
            ]
        return [f"{self.node}: MB resident, threads, subscriptions, publishers"] + [
            f"  {name:<18} {one.memory:7.1f} {one.threads:4d} {one.subscriptions:4d} "
            f"{one.publishers:4d}"
            for name, one in states
        ]


class Lead(Node):
    """Leads one node through its states, and gives it work."""

    def __init__(self, node: str, process: int) -> None:
        super().__init__("lifecycle")
        self._name, self._process = node, process
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)
        self._caller: Any = self.create_client(ChangeState, f"{node}/change_state")
        topic, kind, self._build = _work(node)
        self._output: Any = self.create_publisher(kind, topic, reliable())

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Until something is so; PoseActionError when it is not in time."""
        end = monotonic() + _LIMIT
        while not condition():
            if monotonic() > end:
                raise PoseActionError(f"{self._name}: {what}: not after {_LIMIT:.0f} s")
            self._executor.spin_once(timeout_sec=0.05)

    def led(self) -> bool:
        """Whether the node can be led and looked at: its name may be known after its service."""
        return self._caller.service_is_ready() and self._name in self.get_node_names()

    def change(self, label: str) -> None:
        """Make a transition."""
        self.wait(self.led, "service change_state")
        request = ChangeState.Request()
        request.transition.label = label
        future: Any = self._caller.call_async(request)
        self.wait(future.done, label)
        if not future.result().success:
            raise PoseActionError(f"{self._name} refused to {label}")

    def work(self) -> None:
        """Send it what it works on for a while."""
        self.wait(self._output.get_subscription_count, "subscription")
        end = monotonic() + WORK
        while monotonic() < end:
            stamp = self.get_clock().now()
            header = Header(stamp=stamp.to_msg(), frame_id="camera")
            self._output.publish(self._build(header, stamp.nanoseconds / 1e9))
            self._executor.spin_once(timeout_sec=0.0)
            sleep(1 / RATE)

    def state(self) -> State:
        """What the process has now."""
        _, memory = usage_of(self._process)
        takes = self.get_subscriber_names_and_types_by_node(self._name, "/")
        gives = self.get_publisher_names_and_types_by_node(self._name, "/")
        return State(memory, threads_of(self._process), len(takes), len(gives))

    def settled(self, wanted: State | None = None) -> State:
        """What the process has once its topics are no more than wanted, or stay as they are."""
        found, since = self.state(), monotonic()
        while monotonic() < since + _STAYS and not (wanted and _within(found, wanted)):
            self._executor.spin_once(timeout_sec=0.1)
            before, found = found, self.state()
            if not (_within(found, before) and _within(before, found)):
                since = monotonic()
        return found


def _within(found: State, wanted: State) -> bool:
    """Whether there are no more topics than wanted."""
    return found.subscriptions <= wanted.subscriptions and found.publishers <= wanted.publishers


def _work(node: str) -> tuple[str, type, Callable[[Header, float], Any]]:
    """Topic, its type, and what builds a message for a header and a time [s], for each node."""
    if node == STAGES[0]:
        clip = make_clip(1, "clapping", seconds=1.0)
        return "image", Image, lambda header, time: image_message(clip.at(time), header)
    scene = Scene.random(np.random.default_rng(1), 1, ("clapping",), SIZE, 60.0)

    def keypoints(header: Header, time: float) -> Keypoints:
        people = [one.keypoints for one in scene.truth(time % 4)]
        return keypoints_message(people, header, SIZE, BODY_25)

    def poses(header: Header, time: float) -> Poses:
        return poses_message([one.pose for one in scene.truth(time % 4)], header, HUMAN36M_17)

    if node == STAGES[1]:
        return "keypoints", Keypoints, keypoints
    return "poses", Poses, poses


def course(node: str, folder: Path, cycles: int = CYCLES) -> Course:
    """Lead a node through its states some times.

    Args:
        node: its module.
        folder: for what it writes.
        cycles: how often.

    Raises:
        PoseActionError: it fails, or does not follow.
    """
    with closing(Processes(folder)) as processes:
        processes.start(node, {"autostart": False})
        lead = Lead(node, processes.ids()[node])
        try:
            lead.wait(lead.led, "start")
            fresh, found = lead.settled(), []
            for _ in range(cycles):
                lead.change("configure")
                lead.change("activate")
                lead.work()
                active = lead.state()
                lead.change("deactivate")
                lead.change("cleanup")
                found.append(Cycle(active, lead.settled(fresh)))
                processes.check(node)
        finally:
            lead.destroy_node()
    return Course(node, fresh, found)


def main() -> int:
    """Lead all nodes; 0 when they give everything back."""
    parser = argparse.ArgumentParser("lifecycle", description=__doc__)
    parser.add_argument("--cycles", type=int, default=CYCLES, help="of each node")
    parser.add_argument("--output", default="output/lifecycle", help="folder of what nodes write")
    args = parser.parse_args()
    fetch_blazepose()
    rclpy.init()
    wrong: list[str] = []
    try:
        for node in STAGES:
            found = course(node, Path(args.output), args.cycles)
            print("\n".join(found.lines()))
            wrong += found.wrong
    except PoseActionError as error:
        wrong.append(str(error))
    finally:
        rclpy.try_shutdown()
    print("\n".join([*wrong, "FAILED" if wrong else "passed"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
