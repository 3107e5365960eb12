"""Everything that a fault can touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from benchmarks.faults.nodes import Nodes
from benchmarks.faults.watch import Watch
from pose_action_ros.demo.command import STAGES
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.topics import reliable

_ANSWER_LIMIT = 10.0
"""Time a service has to answer [s]."""


class NotShownError(PoseActionError):
    """A fault did not do, or did not show, what it should."""


class Rig:
    """Camera, nodes and watch.

    Args:
        folder: for what the nodes write.
        clips: one for each way the suite may be calm.
        crowd: clips of other numbers of people, by number.
        seed: of everything that is drawn.
        compressed: the camera sends JPEGs.
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
        self.chance = Random(seed)  # noqa: S311 - the same again for the same seed
        self.watch = Watch()
        transport = "compressed" if compressed else "raw"
        keypoints = {"image_transport": transport, "max_people": max(crowd)}
        self.nodes = Nodes(folder / "log", {"keypoints_node": keypoints})
        self.camera = Camera(self.watch, self.calm, compressed=compressed)
        self._callers: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}

    def hold(self, seconds: float) -> None:
        """Leave everything as it is for a time [s]."""
        sleep(seconds)

    def mend(self) -> None:
        """The camera is as it should be."""
        self.camera.behave(self.calm)

    def await_active(self, node: str, limit: float = 90.0) -> None:
        """Return when the present process of a node says that it is active.

        Raises:
            NotShownError: it does not, in time [s].
        """
        born, end = self.nodes.now(node).born, monotonic() + limit
        while all(report.text == "inactive" for report in self.watch.said(node, born)):
            if monotonic() > end:
                raise NotShownError(f"{node} was not active {limit:.0f} s after its start")
            sleep(0.02)

    def set(self, node: str, **values: object) -> str:
        """Change parameters of a node one by one; the reason of the first refusal, or nothing."""
        given = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParameters.Request(parameters=[one.to_parameter_msg() for one in given])
        if node not in self._callers:
            self._callers[node] = self.watch.create_client(SetParameters, f"{node}/set_parameters")
        future = self._callers[node].call_async(request)
        end = monotonic() + _ANSWER_LIMIT
        while not future.done():
            if monotonic() > end:
                raise NotShownError(f"{node} did not answer a change of {', '.join(values)}")
            sleep(0.01)
        refused = [
            result.reason or "?" for result in future.result().results if not result.successful
        ]
        return refused[0] if refused else ""

    def open(self, topic: str, kind: type) -> None:
        """Be one who publishes there."""
        self._outputs[topic] = self.watch.create_publisher(kind, topic, reliable())
        sleep(1.0)  # until they have found each other

    def say(self, topic: str, message: Any) -> None:
        """Publish what does not come from a node of ours."""
        message.header.stamp = self.watch.get_clock().now().to_msg()
        self._outputs[topic].publish(message)

    def be_silent(self, topic: str) -> None:
        """Publish there no more."""
        output = self._outputs.pop(topic, None)
        if output is not None:
            self.watch.destroy_publisher(output)


@contextmanager
def running(rig: Rig) -> Iterator[None]:
    """The watch listens meanwhile, and all nodes are active at first."""
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
