"""`python -m benchmarks.lifecycle`: check that deactivate and cleanup release all resources."""

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
from benchmarks.measuring import own_memory_of, threads_of
from pose_action_ros.demo.command import STAGES
from pose_action_ros.demo.processes import Processes
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.conversions import keypoints_message, poses_message
from pose_action_ros.nodes.images import image_message
from pose_action_ros.nodes.topics import reliable
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CYCLES = 6
WORK = 3.0
"""Time of processing in each cycle [s]."""
RATE = 15.0
"""Messages per second."""
GROWTH_LIMIT = 0.02
"""Greatest relative growth of the memory from the second to the last cleanup."""
_STAYS = 2.0
"""Time without changes after which the discovery of DDS is complete [s]."""
_LIMIT = 60.0
"""Time limit for each wait [s]."""


@dataclass(frozen=True)
class State:
    """Resources of a process: its own memory [MB], threads, subscriptions and publishers."""

    memory: float
    threads: int
    subscriptions: int
    publishers: int


@dataclass(frozen=True)
class Cycle:
    """State of a process while active and after cleanup."""

    active: State
    cleaned: State


@dataclass(frozen=True)
class Course:
    """All cycles of one node; `fresh` is the state before the first."""

    node: str
    fresh: State
    cycles: list[Cycle]

    @property
    def wrong(self) -> list[str]:
        """Descriptions of resources that were not released.

        Caches of libraries stay from the first configure on: memory and threads are compared with
        an early cleanup, topics with the beginning.
        """
        base, last = self.cycles[min(1, len(self.cycles) - 1)].cleaned, self.cycles[-1].cleaned
        wrong = []
        if last.memory > base.memory * (1 + GROWTH_LIMIT):
            wrong.append(
                f"memory after cleanup grew from {base.memory:.1f} to {last.memory:.1f} MB"
            )
        for name, least in (
            ("threads", base),
            ("subscriptions", self.fresh),
            ("publishers", self.fresh),
        ):
            count, before = getattr(last, name), getattr(least, name)
            if count > before:
                wrong.append(f"{count} {name} after cleanup, {before} before")
        return [f"{self.node}: {one}" for one in wrong]

    def lines(self) -> list[str]:
        """Lines of a table."""
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


class Conductor(Node):
    """Node that changes the state of another node, and sends it messages."""

    def __init__(self, node: str, process: int) -> None:
        super().__init__("lifecycle")
        self._name, self._process = node, process
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)
        self._caller: Any = self.create_client(ChangeState, f"{node}/change_state")
        topic, kind, self._build = _work(node)
        self._output: Any = self.create_publisher(kind, topic, reliable())

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition; PoseActionError after the time limit."""
        end = monotonic() + _LIMIT
        while not condition():
            if monotonic() > end:
                raise PoseActionError(f"{self._name}: {what}: not after {_LIMIT:.0f} s")
            self._executor.spin_once(timeout_sec=0.05)

    def ready(self) -> bool:
        """True if the service and the name of the node are discovered."""
        return self._caller.service_is_ready() and self._name in self.get_node_names()

    def change(self, label: str) -> None:
        """Make a transition."""
        self.wait(self.ready, "service change_state")
        request = ChangeState.Request()
        request.transition.label = label
        future: Any = self._caller.call_async(request)
        self.wait(future.done, label)
        if not future.result().success:
            raise PoseActionError(f"{self._name} rejected {label}")

    def work(self) -> None:
        """Send messages to the node for a while."""
        self.wait(self._output.get_subscription_count, "subscription")
        end = monotonic() + WORK
        while monotonic() < end:
            stamp = self.get_clock().now()
            header = Header(stamp=stamp.to_msg(), frame_id="camera")
            self._output.publish(self._build(header, stamp.nanoseconds / 1e9))
            self._executor.spin_once(timeout_sec=0.0)
            sleep(1 / RATE)

    def state(self) -> State:
        """Current state of the process."""
        memory = own_memory_of(self._process)
        subscriptions = self.get_subscriber_names_and_types_by_node(self._name, "/")
        publishers = self.get_publisher_names_and_types_by_node(self._name, "/")
        return State(memory, threads_of(self._process), len(subscriptions), len(publishers))

    def settled(self, target: State | None = None) -> State:
        """State once the numbers of topics are at most those of the target, or do not change."""
        state, since = self.state(), monotonic()
        while monotonic() < since + _STAYS and not (target and _within(state, target)):
            self._executor.spin_once(timeout_sec=0.1)
            before, state = state, self.state()
            if not (_within(state, before) and _within(before, state)):
                since = monotonic()
        return state


def _within(state: State, target: State) -> bool:
    """True if a state has at most the subscriptions and publishers of the target."""
    return state.subscriptions <= target.subscriptions and state.publishers <= target.publishers


def _work(node: str) -> tuple[str, type, Callable[[Header, float], Any]]:
    """Topic, its type, and function from a header and a time [s] to a message, for a node."""
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
    """Run lifecycle cycles of a node.

    Args:
        node: name of its module.
        folder: for its log.
        cycles: number of cycles.

    Raises:
        PoseActionError: the node fails, or rejects a transition.
    """
    with closing(Processes(folder)) as processes:
        processes.start(node, {"autostart": False})
        conductor = Conductor(node, processes.ids()[node])
        try:
            conductor.wait(conductor.ready, "start")
            fresh, states = conductor.settled(), []
            for _ in range(cycles):
                conductor.change("configure")
                conductor.change("activate")
                conductor.work()
                active = conductor.state()
                conductor.change("deactivate")
                conductor.change("cleanup")
                states.append(Cycle(active, conductor.settled(fresh)))
                processes.check(node)
        finally:
            conductor.destroy_node()
    return Course(node, fresh, states)


def main() -> int:
    """Check all nodes; 0 if they release all resources."""
    parser = argparse.ArgumentParser("lifecycle", description=__doc__)
    parser.add_argument("--cycles", type=int, default=CYCLES, help="cycles of each node")
    parser.add_argument("--output", default="output/lifecycle", help="folder for logs of the nodes")
    args = parser.parse_args()
    rclpy.init()
    wrong: list[str] = []
    try:
        for node in STAGES:
            result = course(node, Path(args.output), args.cycles)
            print("\n".join(result.lines()))
            wrong += result.wrong
    except PoseActionError as error:
        wrong.append(str(error))
    finally:
        rclpy.try_shutdown()
    print("\n".join([*wrong, "FAILED" if wrong else "passed"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
