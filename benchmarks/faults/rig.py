"""The nodes as processes, the camera and the watch: everything that a fault changes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any

from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from benchmarks.clips import Clip
from benchmarks.faults.camera import Camera
from benchmarks.faults.watch import Watch
from benchmarks.measuring import own_memory_of
from pose_action_ros.demo.command import STAGES
from pose_action_ros.demo.processes import ProcessError, Processes
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.topics import reliable

RESPAWN_DELAY = 2.0
"""Time before a node is restarted, as in the launch file [s]."""
_END_LIMIT = 20.0
"""Time limit for a node to end after SIGTERM [s]."""


@dataclass
class Life:
    """One process of a node, from its start to its end.

    Attributes:
        born: start on the monotonic clock [s].
        memory: (age [s], resident memory without shared memory [MB]), measured between faults.
    """

    node: str
    processes: Processes
    born: float
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def process(self) -> int:
        """Its process id."""
        return self.processes.ids()[self.node]


class Nodes:
    """The processes of all nodes.

    Args:
        folder: for their logs.
        parameters: by node.
    """

    def __init__(self, folder: Path, parameters: Mapping[str, Mapping[str, object]]) -> None:
        self._folder, self._parameters = folder, parameters
        self.lives: list[Life] = []
        self.ended: list[str] = []
        for node in STAGES:
            self._start(node)

    def _start(self, node: str) -> None:
        processes = Processes(self._folder / f"{len(self.lives):02d}")
        processes.start(node, self._parameters.get(node, {}))
        self.lives.append(Life(node, processes, monotonic()))

    def now(self, node: str) -> Life:
        """The current process of a node."""
        return next(life for life in reversed(self.lives) if life.node == node)

    def kill(self, node: str) -> None:
        """Kill a node with SIGKILL, and start it again after a while."""
        os.kill(self.now(node).process, signal.SIGKILL)
        sleep(RESPAWN_DELAY)
        self._start(node)

    def check(self) -> None:
        """Restart nodes that have ended, and record them."""
        for life in map(self.now, STAGES):
            if wrong := _complaint(partial(life.processes.check, life.node)):
                self.ended.append(wrong)
                self._start(life.node)

    def measure(self) -> None:
        """Measure the memory of all nodes."""
        for life in map(self.now, STAGES):
            life.memory.append((monotonic() - life.born, own_memory_of(life.process)))

    def stop(self) -> list[str]:
        """End all nodes, and describe all unexpected ends and tracebacks in the logs."""
        wrong = list(self.ended)
        for life in map(self.now, STAGES):
            os.kill(life.process, signal.SIGTERM)
        wrong += [_complaint(partial(_await_end, self.now(node))) for node in STAGES]
        for life in self.lives:
            life.processes.close()
        return [
            *filter(None, wrong),
            *(
                f"{path.parent.name}/{path.name} has a traceback"
                for path in sorted(self._folder.rglob("*.log"))
                if "Traceback" in path.read_text(encoding="utf-8", errors="replace")
            ),
        ]


def _complaint(check: Callable[[], object]) -> str:
    """Message of a ProcessError of a check; empty without."""
    try:
        check()
    except ProcessError as error:
        return str(error)
    return ""


def _await_end(life: Life) -> None:
    """Raise ProcessError unless the process ends without error."""
    limit = monotonic() + _END_LIMIT
    while not life.processes.ended(life.node):
        if monotonic() > limit:
            raise ProcessError(f"{life.node} did not end within {_END_LIMIT:.0f} s of SIGTERM")
        sleep(0.05)


_ANSWER_LIMIT = 10.0
"""Time limit for the answer of a service [s]."""


class NotShownError(PoseActionError):
    """A fault had no effect, or not the expected one."""


class Rig:
    """Camera, nodes and watch.

    Args:
        folder: for logs of the nodes.
        clips: played without faults.
        crowd: clips of other numbers of people, by number.
        seed: of the random numbers.
        compressed: True for a camera that sends JPEGs.
    """

    def __init__(
        self,
        folder: Path,
        clips: Sequence[Clip],
        crowd: Mapping[int, Clip],
        *,
        seed: int,
        compressed: bool,
    ) -> None:
        self.folder = folder
        self.clips, self.crowd, self.calm = list(clips), crowd, clips[0]
        self.chance = Random(seed)  # noqa: S311 - repeatable
        self.watch = Watch()
        transport = "compressed" if compressed else "raw"
        keypoints = {"image_transport": transport, "max_people": max(crowd)}
        self.nodes = Nodes(folder / "log", {"keypoints_node": keypoints})
        self.camera = Camera(self.watch, self.calm, compressed=compressed)
        self._callers: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}

    def hold(self, seconds: float) -> None:
        """Wait for a time [s]."""
        sleep(seconds)

    def restore(self) -> None:
        """End the fault of the camera."""
        self.camera.restore(self.calm)

    def await_active(self, node: str, limit: float = 90.0) -> None:
        """Wait until the current process of a node reports that it is active.

        Raises:
            NotShownError: it does not within the limit [s].
        """
        born, end = self.nodes.now(node).born, monotonic() + limit
        while all(report.text == "inactive" for report in self.watch.reports_of(node, born)):
            if monotonic() > end:
                raise NotShownError(f"{node} was not active {limit:.0f} s after its start")
            sleep(0.02)

    def set(self, node: str, **values: object) -> str:
        """Set parameters of a node; returns the reason of the first rejection, or an empty text."""
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParameters.Request(parameters=[one.to_parameter_msg() for one in parameters])
        if node not in self._callers:
            self._callers[node] = self.watch.create_client(SetParameters, f"{node}/set_parameters")
        future = self._callers[node].call_async(request)
        end = monotonic() + _ANSWER_LIMIT
        while not future.done():
            if monotonic() > end:
                raise NotShownError(f"{node} did not answer a change of {', '.join(values)}")
            sleep(0.01)
        rejected = [
            result.reason or "?" for result in future.result().results if not result.successful
        ]
        return rejected[0] if rejected else ""

    def open(self, topic: str, kind: type) -> None:
        """Create a publisher on a topic."""
        self._outputs[topic] = self.watch.create_publisher(kind, topic, reliable())
        sleep(1.0)  # for discovery

    def publish(self, topic: str, message: Any) -> None:
        """Publish a message with the current time."""
        message.header.stamp = self.watch.get_clock().now().to_msg()
        self._outputs[topic].publish(message)

    def close(self, topic: str) -> None:
        """Destroy the publisher of a topic."""
        output = self._outputs.pop(topic, None)
        if output is not None:
            self.watch.destroy_publisher(output)


@contextmanager
def running(rig: Rig) -> Iterator[None]:
    """Run the watch in a thread, and wait until all nodes are active."""
    executor = SingleThreadedExecutor()
    executor.add_node(rig.watch)
    thread = Thread(target=executor.spin, name="watch", daemon=True)
    thread.start()
    try:
        for node in STAGES:
            rig.await_active(node)
        yield
    finally:
        rig.camera.close()
        executor.shutdown()
        thread.join()
        rig.watch.destroy_node()
