"""Node that publishes a video, a webcam, a folder of images or a simulated scene as a camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, CompressedImage
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.camera import OPTICAL_FRAME, Intrinsics
from pose_action_ros.msg import Action, Keypoints, Poses
from pose_action_ros.nodes.base import ManagedNode, NodeSettings
from pose_action_ros.nodes.conversions import camera_info_message, keypoints_message, poses_message
from pose_action_ros.nodes.images import Image, compressed_message, image_message
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.topics import Publishers
from pose_action_ros.settings import setting
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17
from pose_action_ros.sources import Source, SourceFrame, SourceSettings, open_source

if TYPE_CHECKING:
    from pose_action_ros.simulation import SimulatedPerson

_LATE = 0.05
"""Delay [s] from which a source counts as slower than its rate: images are skipped."""
_LINGER = 0.5
"""Time [s] for the last messages to arrive before the process ends."""


@dataclass(frozen=True)
class CameraNodeSettings(SourceSettings, NodeSettings):
    """Parameters of camera_node."""

    frame_id: str = setting(OPTICAL_FRAME, "frame of the images (optical axes)")
    wait_for_subscriber: bool = setting(
        True, "start at the first subscription to the images, so that a short video is not missed"
    )
    exit_at_end: bool = setting(False, "end the process after the last image instead of idling")
    jpeg_quality: int = setting(
        90, "of image/compressed, which is made only for subscribers", low=1, high=100
    )


class CameraTopics(Publishers):
    """image, image/compressed and camera_info.

    Args:
        node: publishes them.
        quality: of the compressed images, 1 to 100.
    """

    def __init__(self, node: Node, quality: int) -> None:
        super().__init__(node)
        self._quality = quality
        self._image = self._add(ImageMessage, "image", depth=2)
        topic = f"{node.resolve_topic_name('image')}/compressed"
        self._compressed = self._add(CompressedImage, topic, depth=2)
        self._info = self._add(CameraInfo, "camera_info")

    @property
    def subscribed(self) -> bool:
        """True if there is a subscription to images."""
        counts = (self._image, self._compressed)
        return any(publisher.get_subscription_count() for publisher in counts)

    def publish(self, image: Image, camera: Intrinsics | None, header: Header) -> None:
        """Publish an image (H, W, 3) BGR in the forms with subscriptions."""
        if camera is not None:
            self._info.publish(camera_info_message(camera, header))
        if self._image.get_subscription_count():
            self._image.publish(image_message(image, header))
        if self._compressed.get_subscription_count():
            self._compressed.publish(compressed_message(image, header, self._quality))


class TruthTopics(Publishers):
    """~/truth/keypoints, ~/truth/poses and ~/truth/action: the simulated people."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._keypoints = self._add(Keypoints, "~/truth/keypoints")
        self._poses = self._add(Poses, "~/truth/poses")
        self._action = self._add(Action, "~/truth/action")

    def publish(
        self, people: Sequence[SimulatedPerson], size: tuple[int, int], header: Header
    ) -> None:
        """Publish the people of one image of `size` (width, height) [px]."""
        keypoints = [person.keypoints for person in people]
        self._keypoints.publish(keypoints_message(keypoints, header, size, BODY_25))
        poses = [person.pose for person in people]
        self._poses.publish(poses_message(poses, header, HUMAN36M_17))
        for person in people:
            message = Action(header=header, label=person.action, score=1.0)
            message.person_ids, message.labels = [person.person_id], [person.action]
            message.scores, message.window_start = [1.0], header.stamp
            self._action.publish(message)


class CameraNode(ManagedNode[CameraNodeSettings]):
    """The node."""

    source: Source | None = None
    topics: CameraTopics | None = None
    truth: TruthTopics | None = None

    def __init__(self, **arguments: Any) -> None:
        self._stopping = Event()
        self._thread: Thread | None = None
        super().__init__("camera_node", CameraNodeSettings, "frame", **arguments)

    def open(self) -> None:
        """Open the source."""
        self.source = open_source(self.settings)
        self.topics = CameraTopics(self, self.settings.jpeg_quality)
        self.truth = TruthTopics(self)
        self.health.facts["source"] = self.settings.source
        if self.source.uncalibrated:
            self.get_logger().warning(f"{self.source.uncalibrated}; none is published")

    def close(self) -> None:
        """Close the source and destroy the publishers."""
        for part in (self.source, self.topics, self.truth):
            if part is not None:
                part.close()
        self.source = self.topics = self.truth = None

    def activate(self) -> None:
        """Start to play."""
        self._stopping.clear()
        self._thread = Thread(target=self._play, name="camera", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Stop playing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _play(self) -> None:
        try:
            self._play_all()
        except Exception as error:  # noqa: BLE001 - a source that fails leaves the node alive
            self.failed(error)
            return
        if not self._stopping.is_set():
            self._finish()

    def _play_all(self) -> None:
        """Publish every frame when it is due."""
        assert self.source is not None
        assert self.topics is not None
        if not self._wait_for_subscriber(self.topics):
            return
        begin, clock_begin = monotonic(), self.get_clock().now()
        for frame in self.source:
            early = begin + frame.stamp - monotonic()
            if self._stopping.wait(max(early, 0.0)):
                return
            if early < -_LATE:
                self.get_logger().warning(f"the source is {-early:.2f} s late", once=True)
                if not self.source.skip_until(frame.stamp - early):
                    # It would never catch up: continue as if it had paused.
                    begin -= early
                    clock_begin += Duration(seconds=-early)
            self._publish(frame, clock_begin + Duration(seconds=frame.stamp))

    def _wait_for_subscriber(self, topics: CameraTopics) -> bool:
        """Wait for a subscription, unless none is required; False when the node is to stop."""
        if self.settings.wait_for_subscriber and not topics.subscribed:
            self.health.rest("waits for a subscription to the images")
            while not topics.subscribed:
                if self._stopping.wait(0.02):
                    return False
            self.health.activate()
        return True

    def _publish(self, frame: SourceFrame, stamp: Time) -> None:
        assert self.source is not None
        assert self.topics is not None
        assert self.truth is not None
        began = monotonic()
        self.health.received()
        header = Header(stamp=stamp.to_msg(), frame_id=self.settings.frame_id)
        self.topics.publish(frame.image, self.source.intrinsics, header)
        if frame.truth:
            height, width = frame.image.shape[:2]
            self.truth.publish(frame.truth, (width, height), header)
        self.health.processed(monotonic() - began)

    def _finish(self) -> None:
        self.get_logger().info("the source has ended")
        self.health.rest("the source has ended")
        if self.settings.exit_at_end:
            self._stopping.wait(_LINGER)
            self.finished.set_result(None)


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(CameraNode)


if __name__ == "__main__":
    main()
