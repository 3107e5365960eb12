"""Nodes that process messages: their stages, the worker that runs them, and their timeline."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import perf_counter
from typing import Any, Generic, TypeVar

from builtin_interfaces.msg import Time
from rclpy.subscription import Subscription

from pose_action_ros.nodes.base import Config, ManagedNode
from pose_action_ros.nodes.health import SILENCE, Finding, Report
from pose_action_ros.nodes.stamps import NANOSECONDS, ClockWatch, StampWatch
from pose_action_ros.nodes.topics import Publishers, input_findings, observe

Item = TypeVar("Item")
Message = TypeVar("Message", bound=Any)
"""A message with a header."""


class Stage(Publishers):
    """One stage of the chain from image to action: its models and the topics it publishes."""

    @abstractmethod
    def apply(self, settings: Any) -> None:
        """Use the live settings from the next message on; a PoseActionError changes nothing."""

    def findings(self) -> list[Finding]:
        """Problems for diagnostics."""
        return []


class Timeline:
    """Conversion of stamps to seconds since the first stamp, and back.

    A float of seconds since 1970 is off by a tenth of a microsecond. Seconds since the first stamp
    are exact to the nanosecond for 48 days, so stamps are published as they were received.
    """

    def __init__(self) -> None:
        self._origin: int | None = None

    def seconds(self, stamp: Time) -> float:
        """A stamp [s]."""
        if self._origin is None:
            self._origin = int(stamp.sec)
        return float((stamp.sec - self._origin) + stamp.nanosec / NANOSECONDS)

    def stamp(self, seconds: float) -> Time:
        """The stamp of seconds of this timeline."""
        whole, rest = divmod(round(seconds * NANOSECONDS), NANOSECONDS)
        return Time(sec=whole + (self._origin or 0), nanosec=rest)


class Immediate(Generic[Item]):
    """Worker in the thread of the caller, for work not much longer than a change of threads.

    Args:
        process: called with each item.
        failed: called with every exception that `process` raises.
    """

    def __init__(
        self, process: Callable[[Item], None], failed: Callable[[Exception], None]
    ) -> None:
        self._process, self._failed = process, failed

    def offer(self, item: Item) -> bool:
        """Process the item; return False, since no item is dropped for it."""
        try:
            self._process(item)
        except Exception as error:  # noqa: BLE001 - a node survives every input
            self._failed(error)
        return False

    def close(self) -> None:
        """Do nothing: no item waits."""


class NewestWorker(Generic[Item]):
    """Worker in a thread of its own; if it is too slow, the oldest waiting item is dropped.

    Args:
        process: called with one item after the other.
        failed: called with every exception that `process` raises; the worker continues.
        waiting: capacity of the queue.
        name: of the thread.
    """

    def __init__(
        self,
        process: Callable[[Item], None],
        failed: Callable[[Exception], None],
        *,
        waiting: int = 1,
        name: str = "worker",
    ) -> None:
        self._process, self._failed = process, failed
        self._items: deque[Item] = deque()
        self._waiting = waiting
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, item: Item) -> bool:
        """Enqueue an item; return True if the oldest waiting one was dropped for it."""
        with self._changed:
            full = len(self._items) >= self._waiting
            if full:
                self._items.popleft()
            self._items.append(item)
            self._changed.notify()
        return full

    def close(self) -> None:
        """Finish the current item, drop the waiting ones, end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closing)
                if self._closing:
                    return
                item = self._items.popleft()
            try:
                self._process(item)
            except Exception as error:  # noqa: BLE001 - a node survives every input
                self._failed(error)


class StageNode(ManagedNode[Config], Generic[Config, Message]):
    """A node with a callback `take` that hands messages to a worker, which calls `process`.

    Args:
        name: of the node, unless remapped.
        settings: its settings class.
        noun: its input, e.g. "image".
        waiting: capacity of the worker's queue; the oldest message is dropped for the newest.
            0 for work of a few milliseconds: it is done in the callback.
        arguments: of rclpy.node.Node.

    Attributes:
        stages: the stages of an open node, else none.
        timeline: of the stamps of the received messages.
    """

    def __init__(
        self, name: str, settings: type[Config], noun: str, *, waiting: int = 1, **arguments: Any
    ) -> None:
        # These first: a parameter that is refused destroys the node before it is complete.
        self.stages: tuple[Stage, ...] = ()
        self.timeline = Timeline()
        self._newest = -float("inf")
        self._waiting = waiting
        self._worker: NewestWorker[Message] | Immediate[Message] | None = None
        self._inputs: list[Subscription[Any]] = []
        self._stamps, self._clock_watch = StampWatch(noun), ClockWatch()
        super().__init__(name, settings, noun, **arguments)

    @abstractmethod
    def make_stages(self) -> tuple[Stage, ...]:
        """Load the models and create the publishers."""

    @abstractmethod
    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to all inputs, first to the messages for `process`."""

    @abstractmethod
    def process(self, message: Message, stamp: float) -> float:
        """Process one message and publish the results; exceptions are counted and logged.

        Args:
            message: from the first subscription.
            stamp: its stamp [s] in the node's timeline.

        Returns:
            The time [s] that the networks took.
        """

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """Models and engines of the open stages, for diagnostics."""

    def restart(self) -> None:
        """Drop the state of earlier messages; called when stamps jump back."""

    def open(self) -> None:
        """Create the stages."""
        self.stages = self.make_stages()
        self.health.facts.update(self.facts())

    def close(self) -> None:
        """Destroy the publishers and release the models."""
        for stage in self.stages:
            stage.close()
        self.stages = ()

    def apply(self, settings: Config) -> None:
        """Use the live settings; tracks are kept, unless the action model changes."""
        for stage in reversed(self.stages):  # only the last one, the recogniser, can refuse them
            stage.apply(settings)
        if self.stages:
            self.health.facts.update(self.facts())

    def activate(self) -> None:
        """Start the worker, then subscribe."""
        self._stamps.reset()
        if self._waiting:
            self._worker = NewestWorker(
                self._work, self.failed, waiting=self._waiting, name=self.get_name()
            )
        else:
            self._worker = Immediate(self._work, self.failed)
        self._inputs = self.make_inputs()

    def rest(self) -> None:
        """Unsubscribe, then stop the worker."""
        for subscription in self._inputs:
            self.destroy_subscription(subscription)
        self._inputs = []
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def take(self, message: Message) -> None:
        """Hand a message to the worker."""
        self.health.received()
        now = self.get_clock().now().nanoseconds
        self._stamps.arrivals.append((message.header.stamp, now))
        if self._worker is not None and self._worker.offer(message):
            self.health.dropped()

    def _work(self, message: Message) -> None:
        started = perf_counter()
        header = message.header
        stamp = self.timeline.seconds(header.stamp)
        if stamp < self._newest:
            self.restart()
        self._newest = stamp
        inference = self.process(message, stamp)
        self.health.processed(perf_counter() - started, inference)
        self._stamps.done = header.stamp, self.get_clock().now().nanoseconds

    def report(self) -> Report:
        """Health since the last report: counts, publishers of the inputs, stamps, clock."""
        inputs = [observe(self, subscription) for subscription in self._inputs]
        stamp_findings = self._stamps.findings()
        if inputs:
            senders = ", ".join(sender.name for sender in inputs[0].senders) or "none"
            facts = self.health.facts
            facts.update(self._stamps.values, topic=inputs[0].topic, publishers=senders)
        simulated = bool(self.get_parameter("use_sim_time").value)
        now = self.get_clock().now().nanoseconds
        return self.health.report(
            [
                *input_findings(inputs, silent=self.health.silence > SILENCE),
                *stamp_findings,
                *(finding for stage in self.stages for finding in stage.findings()),
                *self._clock_watch.findings(now, simulated=simulated),
            ]
        )
