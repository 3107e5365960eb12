"""Node with all stages in one process, without copies of images between them: image -> action.

It publishes the topics of keypoints_node, lifter_node and action_node under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any, NoReturn

from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image as ImageMessage

from pose_action_ros.nodes.action_node import ActionStage
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.images import subscribe_image
from pose_action_ros.nodes.keypoints_node import KeypointsSettings, KeypointsStage
from pose_action_ros.nodes.lifter_node import LifterStage, LifterStageSettings
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings


@dataclass(frozen=True)
class PipelineNodeSettings(PipelineSettings, KeypointsSettings, LifterStageSettings, NodeSettings):
    """Parameters of pipeline: those of the three nodes together."""


class PipelineNode(StageNode[PipelineNodeSettings, ImageMessage | CompressedImage]):
    """The node; the stages share their models with the pipeline."""

    pipeline: Pipeline
    keypoints: KeypointsStage
    lifter: LifterStage
    action: ActionStage

    def __init__(self, **arguments: Any) -> None:
        super().__init__("pipeline", PipelineNodeSettings, "image", **arguments)

    def make_stages(self) -> tuple[Stage, ...]:
        """Load all models."""
        pipeline = self.pipeline = Pipeline(self.settings)
        assert pipeline.detector is not None
        assert pipeline.recogniser is not None
        self.keypoints = KeypointsStage(self, self.settings, pipeline.detector, pipeline.tracker)
        self.lifter = LifterStage(self, self.settings, pipeline.lifter)
        self.action = ActionStage(self, pipeline.recogniser)
        return self.keypoints, self.lifter, self.action

    def close(self) -> None:
        """Destroy the publishers and release the models."""
        if self.stages:
            del self.pipeline
        super().close()

    def apply(self, settings: PipelineNodeSettings) -> None:
        """Use the live settings; tracks are kept, unless the action model changes."""
        super().apply(settings)
        if self.stages:
            self.pipeline.recogniser = self.action.recogniser

    def facts(self) -> dict[str, str]:
        """Models and engines of the stages."""
        action = self.action.facts()
        return {
            "detector": self.settings.detector,
            "detector engine": self.keypoints.detector.engine,
            "lifter": self.settings.lifter_model,
            "lifter engine": self.lifter.lifter.engine,
            "classifier": action["model"],
            "classifier engine": action["engine"],
            "labels": action["labels"],
        }

    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to images and camera_info."""
        transport = self.settings.image_transport
        images = subscribe_image(self, transport, self.take, self.health.lost)
        return [images, *self.lifter.camera.subscribe(self)]

    def restart(self) -> None:
        """Drop all tracks and windows."""
        self.pipeline.reset()

    def process(self, message: ImageMessage | CompressedImage, stamp: float) -> float:
        """Process one image."""
        image, header = self.keypoints.read(message), message.header
        camera = self.lifter.camera.intrinsics(image.shape[1], image.shape[0])
        begin = perf_counter()
        frame = self.pipeline(image, stamp, camera)
        inference = perf_counter() - begin
        self.keypoints.publish(frame.keypoints, image, header)
        people = self.lifter.publish(frame.poses, header)
        for label in self.action.publish(frame.actions, people, header, self.timeline):
            self.keypoints.label(label)
        self.health.facts["people"] = str(len(frame.keypoints))
        self.health.facts["camera"] = self.lifter.camera.origin
        return inference


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(PipelineNode)


if __name__ == "__main__":
    main()
