"""A node that works on what it receives, the newest first."""

from __future__ import annotations

from abc import abstractmethod
from time import perf_counter
from typing import Any, Generic, TypeVar

from rclpy.subscription import Subscription

from pose_action_ros.nodes.base import Config, ManagedNode
from pose_action_ros.nodes.health import Finding, Report
from pose_action_ros.nodes.inputs import findings, observe
from pose_action_ros.nodes.stamps import ClockWatch, StampWatch
from pose_action_ros.nodes.thresholds import SILENCE
from pose_action_ros.nodes.timeline import nanoseconds_of
from pose_action_ros.nodes.worker import Immediate, NewestWorker

Message = TypeVar("Message", bound=Any)
"""A message with a header."""


class StageNode(ManagedNode[Config], Generic[Config, Message]):
    """A node whose callbacks `take` what `process` works on, in another thread if that takes long.

    Args:
        name: of the node, unless remapped.
        settings: its settings class.
        noun: what comes in, for people.
        waiting: how many messages may wait for the other thread; the oldest is dropped for the
            newest. 0 for work of a few milliseconds: it is done in the callback.
        arguments: of rclpy.node.Node.
    """

    def __init__(
        self, name: str, settings: type[Config], noun: str, *, waiting: int = 1, **arguments: Any
    ) -> None:
        # First what `rest` needs: a parameter that is refused has the node destroyed half made.
        self._waiting = waiting
        self._worker: NewestWorker[Message] | Immediate[Message] | None = None
        self._inputs: list[Subscription[Any]] = []
        self._stamps, self._clock_watch = StampWatch(noun), ClockWatch()
        super().__init__(name, settings, noun, **arguments)

    @abstractmethod
    def listen(self) -> list[Subscription[Any]]:
        """Subscribe, first to what `process` works on."""

    @abstractmethod
    def process(self, message: Message) -> None:
        """Work on one message; what it raises is counted, logged and reported."""

    def take(self, message: Message) -> None:
        """Give the worker its next message."""
        self.health.received()
        self._stamps.arrived(nanoseconds_of(message.header.stamp), self._now())
        if self._worker is not None and self._worker.offer(message):
            self.health.dropped()

    def activate(self) -> None:
        """Start the worker, then subscribe."""
        self._stamps.reset()
        self._worker = self._make_worker()
        self._inputs = self.listen()

    def _make_worker(self) -> NewestWorker[Message] | Immediate[Message]:
        if not self._waiting:
            return Immediate(self._process, self.failed)
        return NewestWorker(self._process, self.failed, waiting=self._waiting, name=self.get_name())

    def rest(self) -> None:
        """Unsubscribe, then stop the worker."""
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        self._inputs = []
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def troubles(self) -> list[Finding]:
        """What else is wrong now, for diagnostics."""
        return []

    def report(self) -> Report:
        """Health since the last report: counts, who publishes, stamps, the clock."""
        inputs = [observe(self, subscription) for subscription in self._inputs]
        if inputs:
            peers = ", ".join(peer.name for peer in inputs[0].peers) or "nobody"
            self.health.facts.update(self._stamps.values, topic=inputs[0].topic, publishers=peers)
        simulated = bool(self.get_parameter("use_sim_time").value)
        return self.health.report(
            [
                *findings(inputs, silent=self.health.silence > SILENCE),
                *self._stamps.findings(),
                *self.troubles(),
                *self._clock_watch.findings(self._now(), simulated=simulated),
            ]
        )

    def _process(self, message: Message) -> None:
        started = perf_counter()
        self.process(message)
        self.health.processed(perf_counter() - started)
        self._stamps.done(nanoseconds_of(message.header.stamp), self._now())

    def _now(self) -> int:
        """The node's clock [ns]."""
        return int(self.get_clock().now().nanoseconds)
