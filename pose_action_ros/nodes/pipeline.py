"""All stages in one process, without copies of images between them: image -> action.

Publishes what keypoints_node, lifter_node and action_node do, under the same names.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo, CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from pose_action_ros.nodes.action_output import ActionOutput
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.camera_model import CameraModel, CameraModelSettings
from pose_action_ros.nodes.health import Finding
from pose_action_ros.nodes.humans import HumansSettings
from pose_action_ros.nodes.images import picture_in
from pose_action_ros.nodes.keypoints_node import ImageInputSettings
from pose_action_ros.nodes.keypoints_output import KeypointsOutput
from pose_action_ros.nodes.poses_output import PosesOutput
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.stage import StageNode
from pose_action_ros.nodes.subscriptions import subscribe, subscribe_image
from pose_action_ros.nodes.timeline import Timeline
from pose_action_ros.pipeline import Frame, Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.skeletons import HUMAN36M_17


@dataclass(frozen=True)
class PipelineNodeSettings(
    PipelineSettings, ImageInputSettings, CameraModelSettings, HumansSettings, NodeSettings
):
    """Parameters of pipeline: those of the three nodes together."""


class PipelineNode(StageNode[PipelineNodeSettings, ImageMessage | CompressedImage]):
    """See the module; ~/overlay, ~/markers and ~/spmf as of the three nodes."""

    pipeline: Pipeline
    outputs: tuple[KeypointsOutput, PosesOutput, ActionOutput] | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__("pipeline", PipelineNodeSettings, "image", **arguments)
        self._timeline = Timeline()
        self._camera = CameraModel(self.settings.rectified, self.settings.field_of_view)

    def open(self) -> None:
        """Load all models."""
        self.pipeline = Pipeline(self.settings)
        keypoints = KeypointsOutput(
            self, ros4hri=self.settings.ros4hri, memory=self.settings.track_memory
        )
        poses = PosesOutput(self, ros4hri=self.settings.ros4hri)
        self.outputs = keypoints, poses, ActionOutput(self)
        self.health.facts["detector"] = self.settings.detector
        assert self.pipeline.detector is not None
        self.health.facts["detector engine"] = self.pipeline.detector.engine
        self.health.facts["lifter"] = self.settings.lifter_model
        self.health.facts["lifter engine"] = self.pipeline.lifter.engine
        self._tell()

    def _tell(self) -> None:
        """What recognises, for diagnostics."""
        recogniser = self.pipeline.recogniser
        assert recogniser is not None
        self.health.facts["classifier"] = recogniser.settings.action_model
        self.health.facts["classifier engine"] = recogniser.engine
        self.health.facts["labels"] = str(len(recogniser.labels))

    def close(self) -> None:
        """Take the publishers down and give the models back."""
        if self.outputs is not None:
            for output in self.outputs:
                output.close()
            self.outputs = None
            del self.pipeline

    def apply(self, settings: PipelineNodeSettings) -> None:
        """What is remembered of people stays, unless the action model changes."""
        if self.outputs is not None:
            self.pipeline.apply(settings)
            self.outputs[0].memory = settings.track_memory
            self._tell()

    def listen(self) -> list[Subscription[Any]]:
        """To images and the camera."""
        return [
            subscribe_image(self, self.settings.image_transport, self.take),
            subscribe(self, CameraInfo, "camera_info", self._camera.update, depth=1),
        ]

    def troubles(self) -> list[Finding]:
        """Of the camera."""
        return self._camera.findings()

    def process(self, message: ImageMessage | CompressedImage) -> None:
        """One image."""
        image = picture_in(message)
        height, width = image.shape[:2]
        stamp = self._timeline.seconds(message.header.stamp)
        if self._timeline.jumped_back(stamp):
            self.get_logger().warning("time jumped backwards: everybody is forgotten")
            self.pipeline.reset()
        with self.health.inferring():
            result = self.pipeline(image, stamp, self._camera.intrinsics(width, height))
        self._publish(result, message, image)
        self.health.facts["people"] = str(len(result.keypoints))
        self.health.facts["camera"] = self._camera.origin

    def _publish(self, result: Frame, message: Any, image: Any) -> None:
        assert self.outputs is not None
        keypoints, poses, action = self.outputs
        header, recogniser = message.header, self.pipeline.recogniser
        assert self.pipeline.detector is not None
        assert recogniser is not None
        keypoints.publish(result.keypoints, header, image, self.pipeline.detector.skeleton)
        people = [pose for pose in result.poses if pose.present.any()]
        poses.publish(people, header, HUMAN36M_17)
        starts = [self._timeline.stamp(estimate.window_start) for estimate in result.actions]
        for sent in action.publish(result.actions, starts, people, header):
            keypoints.label(sent)
        action.publish_images(result.actions, recogniser, header)


def main() -> int:
    """Run the node; its exit code."""
    return run(PipelineNode)


if __name__ == "__main__":
    sys.exit(main())
