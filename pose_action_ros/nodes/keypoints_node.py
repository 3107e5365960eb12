"""Finds people and their joints in images and gives them ids: image -> keypoints."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.msg import Action
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.humans import HumansSettings
from pose_action_ros.nodes.images import picture_in
from pose_action_ros.nodes.keypoints_output import KeypointsOutput
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.stage import StageNode
from pose_action_ros.nodes.subscriptions import subscribe, subscribe_image
from pose_action_ros.nodes.timeline import Timeline
from pose_action_ros.settings import Settings, setting
from pose_action_ros.tracking import Tracker, TrackerSettings


@dataclass(frozen=True)
class ImageInputSettings(Settings):
    """How images come in."""

    image_transport: str = setting(
        "raw",
        "raw subscribes to image, compressed to image/compressed",
        choices=("raw", "compressed"),
    )


@dataclass(frozen=True)
class KeypointsNodeSettings(
    DetectorSettings, TrackerSettings, ImageInputSettings, HumansSettings, NodeSettings
):
    """Parameters of keypoints_node."""


class KeypointsNode(StageNode[KeypointsNodeSettings, ImageMessage | CompressedImage]):
    """See the module; ~/overlay shows the people in the image, with what they do."""

    detector: Detector
    tracker: Tracker
    output: KeypointsOutput | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__("keypoints_node", KeypointsNodeSettings, "image", **arguments)
        self._timeline = Timeline()

    def open(self) -> None:
        """Load the detector."""
        self.detector = make_detector(self.settings)
        self.tracker = Tracker(self.settings)
        self.output = KeypointsOutput(
            self, ros4hri=self.settings.ros4hri, memory=self.settings.track_memory
        )
        self.health.facts["detector"] = self.settings.detector
        self.health.facts["engine"] = self.detector.engine

    def close(self) -> None:
        """Take the publishers down and give the models back."""
        if self.output is not None:
            self.output.close()
            self.output = None
            del self.detector, self.tracker

    def apply(self, settings: KeypointsNodeSettings) -> None:
        """Nobody loses an id."""
        if self.output is not None:
            self.detector.settings = settings
            self.tracker.settings = settings
            self.output.memory = settings.track_memory

    def listen(self) -> list[Subscription[Any]]:
        """To images, and to actions for the overlay."""
        assert self.output is not None
        return [
            subscribe_image(self, self.settings.image_transport, self.take),
            subscribe(self, Action, "action", self.output.label, depth=10),
        ]

    def process(self, message: ImageMessage | CompressedImage) -> None:
        """One image."""
        assert self.output is not None
        image = picture_in(message)
        stamp = self._timeline.seconds(message.header.stamp)
        if self._timeline.jumped_back(stamp):
            self.get_logger().warning("time jumped backwards: everybody gets a new id")
            self.detector.reset()
            self.tracker.reset()
        with self.health.inferring():
            found = self.detector(image)
        people = self.tracker.update(found, stamp)
        self.output.publish(people, message.header, image, self.detector.skeleton)
        self.health.facts["people"] = str(len(people))


def main() -> int:
    """Run the node; its exit code."""
    return run(KeypointsNode)


if __name__ == "__main__":
    sys.exit(main())
