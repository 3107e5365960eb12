"""Support for tests of nodes: a node in a thread of its own, and a peer reaching it over DDS."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest

rclpy = pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("pose_action_ros.msg", reason="the messages are not built")

from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402 - only with ROS
from rclpy.context import Context  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402
from rclpy.qos import QoSProfile, ReliabilityPolicy  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from pose_action_ros.detection import DetectorSettings  # noqa: E402
from pose_action_ros.doctor.profile import profile_variable  # noqa: E402
from pose_action_ros.nodes.base import ManagedNode  # noqa: E402
from pose_action_ros.nodes.images import image_message  # noqa: E402
from pose_action_ros.nodes.stamps import Timeline  # noqa: E402
from pose_action_ros.poses import Pose2D  # noqa: E402
from pose_action_ros.skeletons import BODY_25  # noqa: E402
from waiting import PATIENCE as PATIENCE  # noqa: E402, PLC0414 - exported
from waiting import Limit, within  # noqa: E402
from waiting import wait_until as wait_until  # noqa: E402, PLC0414 - exported

PROFILE = Path(__file__).resolve().parents[1] / "config" / "fastdds.xml"

BEGIN = 1_700_000_000.0
"""Stamp of messages [s]."""

Managed = TypeVar("Managed", bound=ManagedNode[Any])


def environment(domain: int) -> dict[str, str]:
    """Only this machine, a domain of its own, the shipped DDS profile."""
    return {
        "ROS_DOMAIN_ID": str(domain),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        profile_variable(os.environ): str(PROFILE),
    }


def free_domain() -> int:
    """Reserve a domain without participants, until the end of this process.

    A lock file keeps other test processes out; the port of the domain's first participant is in
    use where another program takes part. Never the present domain: its first participant may
    have ended before the others.

    Port numbers: Real-Time Publish-Subscribe protocol 2.5, section 9.6.2.3.
    """
    first, present = os.getpid(), os.environ.get("ROS_DOMAIN_ID")
    for domain in (1 + (first + step) % 100 for step in range(100)):
        if str(domain) != present and _reserve(domain):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
                probe.bind(("", 7400 + 250 * domain + 10))
                return domain
    raise RuntimeError("every ROS domain of this machine is in use")


def _reserve(domain: int) -> bool:
    """True if this process holds the lock of a domain that no other process holds."""
    if domain not in _LOCKS:
        path = Path(tempfile.gettempdir()) / f"pose_action_ros_test_domain_{domain}.lock"
        with ExitStack() as stack, suppress(OSError):  # in use, or of another user
            file = stack.enter_context(path.open("w", encoding="utf-8"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _LOCKS[domain] = stack.pop_all()
    return domain in _LOCKS


_LOCKS: dict[int, ExitStack] = {}
os.environ.update(environment(free_domain()))


@contextmanager
def spinning(make: Callable[..., Any]) -> Iterator[Any]:
    """A node in its own context, executor and thread; `make` is called with context=..."""
    context = Context()
    rclpy.init(args=[], context=context)
    try:
        node = make(context=context)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        thread = Thread(target=executor.spin, daemon=True)
        if isinstance(node, ManagedNode):
            node.start()
        thread.start()
        try:
            yield node
        finally:
            executor.shutdown()
            thread.join()
            node.destroy_node()
    finally:
        context.try_shutdown()


class Peer(Node):
    """Publishes to a node under test and keeps the messages it receives."""

    def __init__(self, context: Context) -> None:
        super().__init__("peer", context=context)
        self.received: dict[str, list[Any]] = defaultdict(list)
        self._outputs: dict[str, Any] = {}
        self._callers: dict[str, Any] = {}

    def receive(self, kind: type, topic: str, *, reliable: bool = True) -> list[Any]:
        """Subscribe to a topic; return the list to which its messages are appended."""
        policy = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
        qos = QoSProfile(depth=100, reliability=policy)
        self.create_subscription(kind, topic, self.received[topic].append, qos)
        wait_until(lambda: self.count_publishers(topic))
        return self.received[topic]

    def output(self, kind: type, topic: str) -> Any:
        """A publisher of a topic, once there is a subscription."""
        if topic not in self._outputs:
            self._outputs[topic] = self.create_publisher(kind, topic, 10)
        wait_until(self._outputs[topic].get_subscription_count)
        return self._outputs[topic]

    def call(self, kind: Any, service: str, request: Any) -> Any:
        """Call a service; return its answer."""
        if service not in self._callers:
            self._callers[service] = self.create_client(kind, service)
        answer = _answer(self._callers[service], request)
        for _ in range(30):
            if answer is not None:
                return answer
            # Two participants can miss each other's endpoints for good; a third one finds them.
            with spinning(lambda context: Node("caller", context=context)) as other:
                answer = _answer(other.create_client(kind, service), request)
        raise AssertionError(f"no answer from {service}")

    def publish(self, topic: str, message: Any, until: Callable[[], object] = lambda: True) -> None:
        """Publish a message, repeatedly until a condition holds.

        One participant may publish before the other has discovered it, so the first message of a
        test is repeated.
        """
        output = self.output(type(message), topic)
        limit = Limit(PATIENCE)
        output.publish(message)
        while not within(0.5, until):
            assert not limit.reached(), f"no effect of the messages on {topic}"
            output.publish(message)

    def feed(self, node: ManagedNode[Any], topic: str, messages: Iterable[Any]) -> None:
        """Publish messages to a node that is connected, each when the one before is handled."""
        for message in messages:
            count = handled(node)
            self.output(type(message), topic).publish(message)
            wait_until(lambda: handled(node) > count)  # noqa: B023 - called at once


def handled(node: ManagedNode[Any]) -> int:
    """Number of messages that a node has processed, failed to process, or dropped as late."""
    health = node.health
    with health._lock:
        counts = health._recent, health._total
        return sum(one.processed + one.failed + one.late for one in counts)


def report_of(node: ManagedNode[Any]) -> dict[str, str]:
    """The present report of a node in this process, with its level and message."""
    report = node.report()
    return {"level": str(int(report.level)), "message": report.message, **report.values}


def _answer(caller: Any, request: Any) -> Any:
    """The answer of a service; None if the service is not discovered, or its answer was lost."""
    if not within(5.0, caller.service_is_ready):
        return None
    future: Any = caller.call_async(request)
    return future.result() if within(5.0, future.done) else None


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A second participant."""
    with spinning(Peer) as node:
        yield node


@pytest.fixture
def started() -> Iterator[Callable[..., Any]]:
    """Start nodes: `started(NodeClass, parameter=value, ...)`."""
    with ExitStack() as stack:

        def start(kind: Callable[..., Managed], **parameters: object) -> Managed:
            overrides = [Parameter(name, value=value) for name, value in parameters.items()]
            node: Managed = stack.enter_context(
                spinning(lambda context: kind(context=context, parameter_overrides=overrides))
            )
            return node

        yield start


def node_class(module: str) -> Callable[..., ManagedNode[Any]]:
    """The class of an executable: KeypointsNode of keypoints_node."""
    name = "".join(word.title() for word in module.removesuffix("_node").split("_")) + "Node"
    found: Callable[..., ManagedNode[Any]] = getattr(
        import_module(f"pose_action_ros.nodes.{module}"), name
    )
    return found


def header(seconds: float = BEGIN, frame: str = "camera") -> Header:
    """A header with a stamp [s]."""
    return Header(stamp=Timeline().stamp(seconds), frame_id=frame)


def grey(width: int = 64, height: int = 48) -> npt.NDArray[np.uint8]:
    """An image (H, W, 3)."""
    return np.full((height, width, 3), 128, np.uint8)


def grey_message(seconds: float = BEGIN) -> Image:
    """A valid Image message."""
    return image_message(grey(), header(seconds))


class FakeDetector:
    """Detector with given results.

    Attributes:
        people: detected in every image.
        ready: an event for which every image waits.
        resets: number of resets.
        seen: the images.
        settings, surplus: see Detector.
    """

    skeleton = BODY_25
    engine = "imagination"
    settings = DetectorSettings()
    surplus = 0

    def __init__(self, *people: Pose2D) -> None:
        self.people = people
        self.ready = Event()
        self.ready.set()
        self.resets = 0
        self.seen: list[npt.NDArray[np.uint8]] = []

    def __call__(self, image: npt.NDArray[np.uint8]) -> tuple[Pose2D, ...]:
        self.seen.append(image)
        self.ready.wait()
        return self.people

    def reset(self) -> None:
        self.resets += 1


def person(left: float = 20.0) -> Pose2D:
    """A person 100 px tall."""
    points = np.random.default_rng(0).uniform(0, 1, (25, 2)) * [40, 100] + [left, 10]
    return Pose2D(BODY_25, points, np.full(25, 0.9))


def health_of(peer: Peer, node: str) -> dict[str, str]:
    """The values of the newest diagnostics of a node, with its level and message."""
    topic = "/diagnostics"
    if topic not in peer.received:
        peer.receive(DiagnosticArray, topic)
    count = len(peer.received[topic])
    wait_until(lambda: _newest(peer.received[topic][count:], node))
    status = _newest(peer.received[topic][count:], node)
    values = {item.key: item.value for item in status.values}
    return {"level": str(status.level[0]), "message": status.message, **values}


def _newest(arrays: list[Any], node: str) -> Any:
    found = [item for array in arrays for item in array.status if item.name.startswith(node)]
    return found[-1] if found else None
