"""Node that lifts people from 2D to 3D: keypoints -> poses, with camera_info where published."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.messages.camera_info import intrinsics_from, scaled, unsupported_lens
from pose_action_ros.msg import Keypoints, Poses
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.conversions import people_from_keypoints, poses_message
from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.humans import HumansSettings, body_name
from pose_action_ros.nodes.running import run
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.poses import Pose3D
from pose_action_ros.settings import Settings, setting
from pose_action_ros.skeletons import HUMAN36M_17

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraModelSettings(Settings):
    """Use of camera_info."""

    rectified: bool = setting(
        False, "the images are undistorted already: use P of camera_info and no lens distortion"
    )


@dataclass(frozen=True)
class LifterStageSettings(LifterSettings, CameraModelSettings, HumansSettings):
    """Settings of LifterStage."""


@dataclass(frozen=True)
class LifterNodeSettings(LifterStageSettings, NodeSettings):
    """Parameters of lifter_node."""


class CameraModel:
    """Intrinsics of the camera from the newest camera_info, or assumed; logs each problem once.

    Args:
        rectified: see CameraModelSettings.
        field_of_view: [deg] of the wider image side, while no camera_info is usable.

    Attributes:
        origin: of the newest intrinsics, for diagnostics.
    """

    def __init__(self, rectified: bool, field_of_view: float) -> None:
        self.origin = ""
        self._rectified = rectified
        self._field_of_view = field_of_view
        self._calibrated: Intrinsics | None = None
        self._message: CameraInfo | None = None
        self._problems: list[str] = []  # of the newest camera_info
        self._misfit = ""  # between it and the newest image
        self._logged: set[str] = set()

    def update(self, message: CameraInfo) -> None:
        """Use a camera_info from now on; a bad one is ignored."""
        if self._message is not None and _same(message, self._message):
            return
        self._message, self._problems, self._misfit = message, [], ""
        try:
            self._calibrated = intrinsics_from(message, rectified=self._rectified)
        except InputError as error:
            self._calibrated = None
            self._problems.append(f"camera_info is not used: {error}")
        lens = None if self._rectified else unsupported_lens(message)
        if lens is not None:
            self._problems.append(lens)
        for text in self._problems:
            self._log(text)

    def intrinsics(self, width: int, height: int) -> Intrinsics:
        """The intrinsics for an image of this size [px]."""
        if self._calibrated is not None:
            try:
                camera = scaled(self._calibrated, width, height)
            except InputError as error:
                self._misfit = f"camera_info is not used: {error}"
                self._log(self._misfit)
            else:
                self._misfit, self.origin = "", "camera_info"
                return camera
        self.origin = f"assumed {self._field_of_view:g} degrees"
        return Intrinsics.from_field_of_view(width, height, self._field_of_view)

    def findings(self) -> list[Finding]:
        """Problems of the newest camera_info."""
        texts = (*self._problems, *filter(None, [self._misfit]))
        return [Finding(Level.WARN, text) for text in texts]

    def _log(self, text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            _LOG.warning("%s", text)


def _same(one: CameraInfo, other: CameraInfo) -> bool:
    """True if two messages describe the same camera, whatever their stamps."""
    plain = ("width", "height", "distortion_model", "d", "binning_x", "binning_y", "roi")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        (getattr(one, name) == getattr(other, name)).all() for name in ("k", "p")
    )


class LifterStage(Stage):
    """Lifter and camera model; poses, ~/markers, and TF frames of bodies.

    Attributes:
        lifter: may be shared with a pipeline.
        camera: updated from camera_info.
    """

    def __init__(self, node: Node, settings: LifterStageSettings, lifter: Lifter) -> None:
        super().__init__(node)
        self.lifter = lifter
        self.camera = CameraModel(settings.rectified, settings.field_of_view)
        self._ros4hri = settings.ros4hri
        self._poses = self._add(Poses, "poses")
        self._markers = self._add(MarkerArray, "~/markers")
        self._bones = markers.MarkerSet(markers.BONES)
        self._tf = markers.tf_publisher(node)
        if self._tf is not None:
            self.publishers.append(self._tf)

    def close(self) -> None:
        """Destroy the publishers and release the model."""
        super().close()
        del self.lifter

    def apply(self, settings: LifterStageSettings) -> None:
        """Use the live settings; the distances of tracked people are kept."""
        self.lifter.settings = settings

    def findings(self) -> list[Finding]:
        """Problems of camera_info."""
        return self.camera.findings()

    def subscribe_camera(self) -> Subscription[Any]:
        """Subscribe to camera_info."""
        return subscribe(self._node, CameraInfo, "camera_info", self.camera.update, depth=1)

    def publish(self, poses: Sequence[Pose3D], header: Header) -> list[Pose3D]:
        """Publish the poses with at least one joint, of one image; return them."""
        people = [pose for pose in poses if pose.present.any()]
        self._poses.publish(poses_message(people, header, HUMAN36M_17))
        if self._markers.get_subscription_count():
            self._markers.publish(self._bones.array(markers.bones(people, header), header))
        if self._tf is not None and self._tf.get_subscription_count():
            transforms = (
                markers.body_transform(one, self._body_name(one), header) for one in people
            )
            frames = [one for one in transforms if one is not None]
            self._tf.publish(self._tf.msg_type(transforms=frames))
        return people

    def _body_name(self, pose: Pose3D) -> str:
        return body_name(self._node.get_namespace(), pose.person_id, ros4hri=self._ros4hri)


class LifterNode(StageNode[LifterNodeSettings, Keypoints]):
    """The node."""

    lifter: LifterStage

    def __init__(self, **arguments: Any) -> None:
        super().__init__("lifter_node", LifterNodeSettings, "keypoints", waiting=0, **arguments)

    def make_stages(self) -> tuple[Stage, ...]:
        """Load the lifter."""
        self.lifter = LifterStage(self, self.settings, Lifter(self.settings))
        return (self.lifter,)

    def facts(self) -> dict[str, str]:
        """Model and engine."""
        return {"model": self.settings.lifter_model, "engine": self.lifter.lifter.engine}

    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to keypoints and camera_info."""
        keypoints = subscribe(self, Keypoints, "keypoints", self.take, depth=10)
        return [keypoints, self.lifter.subscribe_camera()]

    def restart(self) -> None:
        """Drop the distances."""
        self.lifter.lifter.reset()

    def process(self, message: Keypoints, stamp: float) -> float:
        """Process the people of one image."""
        people = people_from_keypoints(message)
        intrinsics = self.lifter.camera.intrinsics(message.width, message.height)
        begin = perf_counter()
        poses = self.lifter.lifter(people, intrinsics, stamp)
        inference = perf_counter() - begin
        published = self.lifter.publish(poses, message.header)
        self.health.facts["people"] = str(len(published))
        self.health.facts["camera"] = self.lifter.camera.origin
        return inference


def main() -> int:
    """Run the node; its exit code."""
    return run(LifterNode)


if __name__ == "__main__":
    sys.exit(main())
