"""Check of the image topic: its publishers, their quality of service, and the images.

nodes/topic_view.py collects the data, as it needs ROS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pose_action_ros.doctor.checks import Finding, Level, Problem, ok
from pose_action_ros.doctor.profile import LEAST_IMAGES

RAW, COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
SUFFIX = "/compressed"

NO_ROS = Problem(
    "topic-without-ros",
    Level.ERROR,
    "A topic was named, but ROS cannot be used.",
    "the check of a topic needs rclpy and this package's messages",
    "fix the errors of ROS 2 above, then run the doctor again",
)
NO_PUBLISHER = Problem(
    "topic-no-publisher",
    Level.ERROR,
    "The topic has no publisher.",
    "without images the nodes publish nothing, and report no error",
    "start the camera driver, or use one of its topics: {topics}; the driver needs the same "
    "ROS_DOMAIN_ID and discovery range",
)
WRONG_TYPE = Problem(
    "topic-wrong-type",
    Level.ERROR,
    "The messages of the topic are not images.",
    "a subscription receives nothing from a publisher of another type",
    "use a topic of type sensor_msgs/msg/Image or CompressedImage: {topics}",
)
COMPRESSED_NAME = Problem(
    "topic-compressed-name",
    Level.ERROR,
    "Compressed images are published under a name that does not end in /compressed.",
    "with image_transport:=compressed the nodes subscribe to IMAGE/compressed, the name that "
    "image_transport uses",
    "remap the driver's topic to one that ends in /compressed",
)
INCOMPATIBLE = Problem(
    "topic-incompatible-qos",
    Level.ERROR,
    "A subscription of the topic requests a quality of service that is not offered.",
    "DDS does not connect a subscription that requests more than the publisher offers",
    "remove the qos_overrides from the parameters of that node, or set them to the publisher's "
    "values; these nodes request best effort and volatile, which matches every publisher",
)
SEVERAL = Problem(
    "topic-several-publishers",
    Level.WARN,
    "The topic has several publishers.",
    "images of several cameras on one topic mix people, ids and actions",
    "stop all but one, or use a namespace with its own nodes for each camera",
)
SILENT = Problem(
    "topic-silent",
    Level.ERROR,
    "The topic has a publisher, but no image arrived within some seconds.",
    "the camera has stopped, or its images are lost",
    "start the driver with the Fast DDS profile, see above; otherwise check its output, or "
    "send compressed images",
)
LARGE = Problem(
    "topic-images-large",
    Level.WARN,
    "The images are too large for the segment of the profile.",
    "images larger than the shared memory of the sender are silently dropped",
    "start the camera driver with a profile that has a segment_size of at least {bytes}",
)
UNREADABLE = Problem(
    "topic-unreadable",
    Level.ERROR,
    "An image cannot be read.",
    "every image is rejected",
    "set another encoding in the driver, for example bgr8 or rgb8",
)
DEPTH = Problem(
    "topic-depth",
    Level.WARN,
    "The encoding of the images is that of depth.",
    "people are found in colour images",
    "use the topic of the colour images: {topics}",
)
CAMERA_INFO = Problem(
    "topic-camera-info",
    Level.WARN,
    "The camera_info beside the images is missing, or not all of it is used.",
    "positions of people are only as right as the calibration of the camera",
    "calibrate the camera and let its driver publish camera_info beside the images, or name its "
    "topic with camera_info:=TOPIC",
)


@dataclass(frozen=True)
class Publisher:
    """A publisher of the topic.

    Attributes:
        node: name with namespace.
        kind: message type, for example "sensor_msgs/msg/Image".
        reliability, durability: quality of service, for example "best_effort", "volatile".
    """

    node: str
    kind: str
    reliability: str
    durability: str


@dataclass(frozen=True)
class TopicView:
    """Data of a topic.

    Attributes:
        topic: full name.
        publishers: all publishers.
        clashes: a line for each subscription with an incompatible quality of service.
        others: further topics with images.
        seconds: duration of the measurement [s]; 0 without one.
        count: number of images received.
        largest: bytes of the largest image.
        described: size and encoding of the first image.
        trouble: error of reading the first image; empty if it can be read.
        depth: sentence about an encoding of depth; empty for others.
        camera: calibration of the images that can be read; empty without a usable one.
        camera_problems: a sentence for each unused part of camera_info.
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
    depth: str = ""
    camera: str = ""
    camera_problems: Sequence[str] = ()


def check_topic(view: TopicView, segment: int) -> Iterator[Finding]:
    """Check a topic.

    Args:
        view: data of the topic.
        segment: bytes of shared memory of an image sender.
    """
    others = ", ".join(view.others) or "there is none"
    if not view.publishers:
        yield NO_PUBLISHER.finding(f"no publisher on {view.topic}", topics=others)
        return
    for publisher in view.publishers:
        yield _publisher(view.topic, publisher, others)
    yield from (INCOMPATIBLE.finding(line) for line in view.clashes)
    if len(view.publishers) > 1:
        names = ", ".join(publisher.node for publisher in view.publishers)
        yield SEVERAL.finding(f"{view.topic} has {len(view.publishers)} publishers: {names}")
    if view.seconds:
        yield from _images(view, segment)
    if view.depth:
        yield DEPTH.finding(view.depth, topics=others)
    yield from (CAMERA_INFO.finding(line) for line in view.camera_problems)
    if view.camera:
        yield ok(view.camera)


def _publisher(topic: str, publisher: Publisher, others: str) -> Finding:
    """Finding for one publisher."""
    text = f"{publisher.node} publishes {publisher.kind} on {topic}"
    if publisher.kind not in (RAW, COMPRESSED):
        return WRONG_TYPE.finding(text, topics=others)
    if publisher.kind == COMPRESSED and not topic.endswith(SUFFIX):
        return COMPRESSED_NAME.finding(text)
    start = f"image:={topic.removesuffix(SUFFIX)}"
    if publisher.kind == COMPRESSED:
        start += " image_transport:=compressed"
    return ok(
        f"{text}, {publisher.reliability}, {publisher.durability}; for the launch file: {start}"
    )


def _images(view: TopicView, segment: int) -> Iterator[Finding]:
    """Check the images."""
    if not view.count:
        yield SILENT.finding(f"no image on {view.topic} within {view.seconds:.0f} s")
        return
    if view.trouble:
        yield UNREADABLE.finding(view.trouble)
    rate = view.count / view.seconds
    yield ok(f"{rate:.1f} images per second, {view.described}, {view.largest / 1e6:.2f} MB each")
    if 0 < segment < LEAST_IMAGES * view.largest:
        text = f"images of {view.largest / 1e6:.1f} MB, {segment / 1e6:.1f} MB in the profile"
        yield LARGE.finding(text, bytes=LEAST_IMAGES * view.largest)
