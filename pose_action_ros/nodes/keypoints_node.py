"""Node that detects people and their joints in images and tracks them: image -> keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NoReturn

from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import Header

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.drawing import draw_people
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.msg import Action, Keypoints
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.body_topics import HumansSettings
from pose_action_ros.nodes.conversions import keypoints_message
from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.humans import make_humans
from pose_action_ros.nodes.images import (
    Image,
    ImageInputSettings,
    ImageReader,
    image_message,
    subscribe_image,
)
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.nodes.stamps import seconds_of
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.poses import Pose2D
from pose_action_ros.tracking import Tracker, TrackerSettings


@dataclass(frozen=True)
class KeypointsSettings(DetectorSettings, TrackerSettings, ImageInputSettings, HumansSettings):
    """Settings of KeypointsStage and its input."""


@dataclass(frozen=True)
class KeypointsNodeSettings(KeypointsSettings, NodeSettings):
    """Parameters of keypoints_node."""


class KeypointsStage(Stage):
    """Detector and tracker; keypoints, ~/overlay, and /humans if ros4hri is set.

    Attributes:
        detector, tracker: may be shared with a pipeline.
        read: converts the messages of the input to images.
    """

    def __init__(
        self, node: Node, settings: KeypointsSettings, detector: Detector, tracker: Tracker
    ) -> None:
        super().__init__(node)
        self.detector, self.tracker = detector, tracker
        self.read = ImageReader(settings.image_transport)
        self._memory = settings.track_memory
        self._humans = make_humans(node) if settings.ros4hri else None
        self._keypoints = self._add(Keypoints, "keypoints")
        self._overlay = self._add(ImageMessage, "~/overlay", depth=1)
        self._captions = Captions()
        self._people = 0

    def close(self) -> None:
        """Destroy the publishers and release the models."""
        if self._humans is not None:
            self._humans.close()
        super().close()
        del self.detector, self.tracker

    def apply(self, settings: KeypointsSettings) -> None:
        """Use the live settings; the tracks are kept."""
        self.detector.settings = settings
        self.tracker.settings = settings
        self._memory = settings.track_memory

    def findings(self) -> list[Finding]:
        """Warn of people beyond max_people, and of depth images."""
        if not self.detector.surplus:
            return self.read.findings()
        most = self.detector.settings.max_people
        found = self._people + self.detector.surplus
        surplus = Finding(Level.WARN, f"{found} people found, max_people is {most}")
        return [surplus, *self.read.findings()]

    def label(self, message: Action) -> None:
        """Show an action in the overlay and publish it under /humans."""
        if self._overlay.get_subscription_count():
            self._captions.add([message], seconds_of(message.header.stamp))
        if self._humans is not None:
            self._humans.publish_action(message)

    def publish(self, people: Sequence[Pose2D], image: Image, header: Header) -> None:
        """Publish the people in an image (H, W, 3) BGR."""
        size = image.shape[1], image.shape[0]
        self._people = len(people)
        self._keypoints.publish(keypoints_message(people, header, size, self.detector.skeleton))
        if self._humans is not None:
            self._humans.publish(people, size, header, self._memory)
        if self._overlay.get_subscription_count():
            drawn = image.copy()
            draw_people(drawn, people, self._captions.at(seconds_of(header.stamp)))
            self._overlay.publish(image_message(drawn, header))


class KeypointsNode(StageNode[KeypointsNodeSettings, ImageMessage | CompressedImage]):
    """The node; it subscribes to actions, too, for the overlay."""

    keypoints: KeypointsStage

    def __init__(self, **arguments: Any) -> None:
        super().__init__("keypoints_node", KeypointsNodeSettings, "image", **arguments)

    def make_stages(self) -> tuple[Stage, ...]:
        """Load the detector."""
        detector, tracker = make_detector(self.settings), Tracker(self.settings)
        self.keypoints = KeypointsStage(self, self.settings, detector, tracker)
        return (self.keypoints,)

    def facts(self) -> dict[str, str]:
        """Detector and engine."""
        return {"detector": self.settings.detector, "engine": self.keypoints.detector.engine}

    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to images and actions."""
        return [
            subscribe_image(self, self.settings.image_transport, self.take, self.health.lost),
            subscribe(self, Action, "action", self.keypoints.label, depth=10),
        ]

    def restart(self) -> None:
        """Drop the tracks."""
        self.keypoints.detector.reset()
        self.keypoints.tracker.reset()

    def process(self, message: ImageMessage | CompressedImage, stamp: float) -> float:
        """Process one image."""
        image = self.keypoints.read(message)
        begin = perf_counter()
        detections = self.keypoints.detector(image)
        inference = perf_counter() - begin
        people = self.keypoints.tracker.update(detections, stamp)
        self.keypoints.publish(people, image, message.header)
        self.health.facts["people"] = str(len(people))
        return inference


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(KeypointsNode)


if __name__ == "__main__":
    main()
