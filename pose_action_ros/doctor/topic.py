"""The topic of the images, as seen from ROS: who publishes, how, and what arrives.

What is seen comes from nodes/topic_view.py, the part that needs ROS; here it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pose_action_ros.doctor.findings import Finding, Level, Problem, well
from pose_action_ros.doctor.profile import LEAST_IMAGES

RAW, COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
SUFFIX = "/compressed"

NO_ROS = Problem(
    "topic-without-ros",
    Level.ERROR,
    "A topic was named, and ROS cannot be used here.",
    "topics can only be looked at with rclpy and this package's messages",
    "mend what is said of ROS 2 above, then ask again",
)
NO_PUBLISHER = Problem(
    "topic-no-publisher",
    Level.ERROR,
    "Nobody publishes on the topic.",
    "without images nothing happens, and nothing complains",
    "start the camera driver, or give the topic that it has: {topics}; the driver must have the "
    "same ROS_DOMAIN_ID and discovery range",
)
WRONG_TYPE = Problem(
    "topic-wrong-type",
    Level.ERROR,
    "What is published on the topic are not images.",
    "a subscription of one type gets nothing from a publisher of another",
    "give a topic of type sensor_msgs/msg/Image or CompressedImage: {topics}",
)
COMPRESSED_NAME = Problem(
    "topic-compressed-name",
    Level.ERROR,
    "Compressed images are published under a name that does not end in /compressed.",
    "with image_transport:=compressed the nodes subscribe to IMAGE/compressed, as "
    "image_transport names it",
    "remap the driver's topic to one that ends in /compressed",
)
INCOMPATIBLE = Problem(
    "topic-incompatible-qos",
    Level.ERROR,
    "A subscription of the topic asks for a quality of service that its publisher does not offer.",
    "DDS connects no subscription that asks for more than the publisher offers",
    "take the qos_overrides out of that node's parameters, or give them the publisher's values; "
    "these nodes ask for best effort and volatile, which fits every publisher",
)
SEVERAL = Problem(
    "topic-several-publishers",
    Level.WARN,
    "The topic has several publishers.",
    "images of several cameras on one topic mix, and people's ids and actions with them",
    "stop all but one, or give each camera a namespace and nodes of its own",
)
SILENT = Problem(
    "topic-silent",
    Level.ERROR,
    "The topic has a publisher, but no image arrived within some seconds.",
    "the camera has stopped, or its images are lost on the way",
    "see the Fast DDS profile above: the driver must be started with it; "
    "else look at the driver's output, or send compressed images",
)
LARGE = Problem(
    "topic-images-large",
    Level.WARN,
    "The images are large for the segment of the profile.",
    "images that do not fit into the shared memory of who sends them are dropped without a word",
    "start the camera driver with a profile whose segment_size is {bytes} or more",
)
UNREADABLE = Problem(
    "topic-unreadable",
    Level.ERROR,
    "An image cannot be read.",
    "every image is refused",
    "let the driver send another encoding, bgr8 or rgb8 for example",
)


@dataclass(frozen=True)
class Publisher:
    """Who publishes on the topic.

    Attributes:
        node: with its namespace.
        kind: type of the messages, as "sensor_msgs/msg/Image".
        reliability, durability: of its quality of service, as in "best_effort", "volatile".
    """

    node: str
    kind: str
    reliability: str
    durability: str


@dataclass(frozen=True)
class TopicView:
    """What was seen of a topic.

    Attributes:
        topic: its full name.
        publishers: all of them.
        clashes: a line for each subscription that a publisher of its type cannot serve.
        others: further topics with images.
        seconds: for which images were awaited; 0 if they could not be.
        count: of the images that came.
        largest: bytes of the largest.
        described: what the first image is, for people.
        trouble: why the first cannot be read; empty if it can.
    """

    topic: str
    publishers: Sequence[Publisher]
    clashes: Sequence[str] = ()
    others: Sequence[str] = ()
    seconds: float = 0.0
    count: int = 0
    largest: int = 0
    described: str = ""
    trouble: str = ""


def judged(view: TopicView, segment: int) -> Iterator[Finding]:
    """What is wrong with a topic.

    Args:
        view: of the topic.
        segment: bytes of shared memory that a process has for what it sends.
    """
    others = ", ".join(view.others) or "none is there"
    if not view.publishers:
        yield NO_PUBLISHER.found(f"nobody publishes {view.topic}", topics=others)
        return
    for publisher in view.publishers:
        yield _publisher(view.topic, publisher, others)
    yield from (INCOMPATIBLE.found(line) for line in view.clashes)
    if len(view.publishers) > 1:
        names = ", ".join(publisher.node for publisher in view.publishers)
        yield SEVERAL.found(f"{view.topic} has {len(view.publishers)} publishers: {names}")
    if view.seconds:
        yield from _images(view, segment)


def _publisher(topic: str, publisher: Publisher, others: str) -> Finding:
    """What is wrong with one publisher."""
    found = f"{publisher.node} publishes {publisher.kind} on {topic}"
    if publisher.kind not in (RAW, COMPRESSED):
        return WRONG_TYPE.found(found, topics=others)
    if publisher.kind == COMPRESSED and not topic.endswith(SUFFIX):
        return COMPRESSED_NAME.found(found)
    start = f"image:={topic.removesuffix(SUFFIX)}"
    if publisher.kind == COMPRESSED:
        start += " image_transport:=compressed"
    return well(
        f"{found}, {publisher.reliability}, {publisher.durability}; for the launch file: {start}"
    )


def _images(view: TopicView, segment: int) -> Iterator[Finding]:
    """What is wrong with the images that came, or did not."""
    if not view.count:
        yield SILENT.found(f"no image on {view.topic} within {view.seconds:.0f} s")
        return
    if view.trouble:
        yield UNREADABLE.found(view.trouble)
    rate = view.count / view.seconds
    yield well(f"{rate:.1f} images per second, {view.described}, {view.largest / 1e6:.2f} MB each")
    if 0 < segment < LEAST_IMAGES * view.largest:
        found = f"images of {view.largest / 1e6:.1f} MB, {segment / 1e6:.1f} MB in the profile here"
        yield LARGE.found(found, bytes=LEAST_IMAGES * view.largest)
