"""Nodes that process messages: their stages, the worker that runs them, and their timeline."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import perf_counter, time_ns
from typing import Any, Generic, TypeVar

from rclpy.subscription import Subscription

from pose_action_ros.nodes.base import Config, ManagedNode
from pose_action_ros.nodes.health import SILENCE, Finding, Report
from pose_action_ros.nodes.stamps import (
    ClockWatch,
    StampWatch,
    Timeline,
    message_stamp,
    nanoseconds_of,
)
from pose_action_ros.nodes.topics import Publishers, input_findings, observe
from pose_action_ros.stamp_order import NANOSECONDS, Order, StampOrder

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

    def rest(self) -> None:
        """End what the inputs of this stage need; called when the node does not work any more."""


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


_Worker = NewestWorker[tuple[Message, int]] | Immediate[tuple[Message, int]]
"""Worker for messages, each with the number of its part of the stream."""


class StageNode(ManagedNode[Config], Generic[Config, Message]):
    """A node with a callback `take` that hands messages to a worker, which calls `process`.

    Messages without a stamp get the time of arrival; late ones are dropped, see StampOrder.

    Args:
        name: of the node, unless remapped.
        settings: its settings class.
        noun: its input, e.g. "image".
        waiting: capacity of the worker's queue; the oldest message is dropped for the newest.
            0 for work of a few milliseconds: it is done in the callback.
        arguments: of rclpy.node.Node.

    Attributes:
        stages: the stages of an open node, else none.
        timeline: of the stamps since the newest jump.
    """

    def __init__(
        self, name: str, settings: type[Config], noun: str, *, waiting: int = 1, **arguments: Any
    ) -> None:
        # These first: a parameter that is refused destroys the node before it is complete.
        self.stages: tuple[Stage, ...] = ()
        self.timeline = Timeline()
        # The part of the stream since the newest jump: its number, of messages taken and processed.
        self._order, self._taken, self._processed = StampOrder(live=True), 0, 0
        self._warned = False  # of messages without a stamp
        self._waiting, self._noun = waiting, noun
        self._worker: _Worker[Message] | None = None
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
        """Drop the state of earlier messages; called when stamps jump."""

    def open(self) -> None:
        """Create the stages."""
        self.stages = self.make_stages()
        self._processed, self.timeline = self._taken, Timeline()  # they have no state
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
        self._warned = False
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
        for stage in self.stages:
            stage.rest()
        if self._worker is not None:
            self._worker.close()
            self._worker = None
            self._order, self._taken = StampOrder(live=True), self._taken + 1

    def take(self, message: Message) -> None:
        """Hand a message to the worker, unless it is late."""
        self.health.received()
        now = self.get_clock().now().nanoseconds or time_ns()  # simulated time may be missing
        stamp = nanoseconds_of(message.header.stamp)
        order, time = self._order.place(stamp, now)
        self._stamps.arrivals.append((stamp if time == stamp else 0, now))
        if time != stamp:
            self._stamp(message, time)
        if order is Order.LATE:
            self.health.late()
            return
        if order is Order.JUMP:
            self._jump(self._order.step / NANOSECONDS)
        if self._worker is not None and self._worker.offer((message, self._taken)):
            self.health.dropped()

    def _stamp(self, message: Message, time: int) -> None:
        """Give a time [ns] to a message without a stamp."""
        message.header.stamp = message_stamp(time)
        if not self._warned:
            self._warned = True
            self.get_logger().warning(
                f"{self._noun} without a stamp: the time of its arrival is used"
            )

    def _jump(self, seconds: float) -> None:
        """Begin another part of the stream after a jump of the stamps [s]."""
        self._taken += 1
        text = f"the state of earlier {self._noun} messages is dropped"
        if seconds < 0:
            self._stamps.jump(seconds)
            self.get_logger().warning(f"stamps jumped back by {-seconds:.1f} s: {text}")
        else:
            self.get_logger().info(f"{seconds:.1f} s without {self._noun}, by the stamps: {text}")

    def _work(self, item: tuple[Message, int]) -> None:
        started = perf_counter()
        message, part = item
        if part != self._processed:
            self._processed, self.timeline = part, Timeline()
            self.restart()
        header = message.header
        stamp = self.timeline.seconds(header.stamp)
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
