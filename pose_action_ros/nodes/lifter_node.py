"""Node that lifts people from 2D to 3D: keypoints -> poses, with camera_info where published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import JointState
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from pose_action_ros.drawing.markers import BONES
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.msg import Keypoints, Poses
from pose_action_ros.nodes import markers
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.body_topics import HumansSettings, body_name
from pose_action_ros.nodes.camera_model import CameraModel, CameraModelSettings
from pose_action_ros.nodes.conversions import people_from_keypoints, poses_message
from pose_action_ros.nodes.health import Finding
from pose_action_ros.nodes.human_models import HumanModels
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.nodes.upright_frame import UprightFrame, UprightFrameSettings
from pose_action_ros.poses import UNTRACKED, Pose3D
from pose_action_ros.skeletons import HUMAN36M_17


@dataclass(frozen=True)
class LifterStageSettings(
    LifterSettings, CameraModelSettings, HumansSettings, UprightFrameSettings
):
    """Settings of LifterStage."""


@dataclass(frozen=True)
class LifterNodeSettings(LifterStageSettings, NodeSettings):
    """Parameters of lifter_node."""


class LifterStage(Stage):
    """Lifter and camera model; poses, ~/markers, ~/joint_angles, TF, and human models if ros4hri.

    Attributes:
        lifter: may be shared with a pipeline.
        camera: updated from camera_info.
    """

    def __init__(self, node: Node, settings: LifterStageSettings, lifter: Lifter) -> None:
        super().__init__(node)
        self.lifter = lifter
        self.camera = CameraModel(settings.rectified, settings.field_of_view)
        self._models = HumanModels(node) if settings.ros4hri else None
        self._poses = self._add(Poses, "poses")
        self._markers = self._add(MarkerArray, "~/markers")
        self._angles = self._add(JointState, "~/joint_angles")
        self._bones = markers.MarkerSet(BONES)
        self._tf = markers.tf_publisher(node)
        if self._tf is not None:
            self.publishers.append(self._tf)
        kind = None if self._tf is None else self._tf.msg_type
        self._upright = UprightFrame(node, settings.upright_frame, kind)

    def close(self) -> None:
        """Destroy the publishers and release the model."""
        if self._models is not None:
            self._models.close()
        self._upright.close()
        super().close()
        del self.lifter

    def apply(self, settings: LifterStageSettings) -> None:
        """Use the live settings; the distances of tracked people are kept."""
        self.lifter.settings = settings

    def findings(self) -> list[Finding]:
        """Problems of camera_info."""
        return self.camera.findings()

    def rest(self) -> None:
        """Do not wait for a kept camera_info any longer."""
        self.camera.rest()

    def publish(self, poses: Sequence[Pose3D], header: Header) -> list[Pose3D]:
        """Publish the poses with at least one joint, of one image; return them."""
        people = [pose for pose in poses if pose.present.any()]
        self._poses.publish(poses_message(people, header, HUMAN36M_17))
        self._upright.publish(header)
        if self._markers.get_subscription_count():
            self._markers.publish(self._bones.array(markers.bones(people, header), header))
        if self._angles.get_subscription_count():
            self._angles.publish(self._joint_state(people, header))
        limbs = self._models.publish(people, header) if self._models is not None else []
        if self._tf is not None and self._tf.get_subscription_count():
            bodies = (markers.body_transform(one, self._body_name(one), header) for one in people)
            frames = [one for one in bodies if one is not None]
            self._tf.publish(self._tf.msg_type(transforms=frames + limbs))
        return people

    def _joint_state(self, people: Sequence[Pose3D], header: Header) -> JointState:
        """Angles of all tracked people [rad], named body_<id>/<angle>; NaN if missing."""
        tracked = [person for person in people if person.person_id != UNTRACKED]
        names = [f"body_{self._body_name(one)}/{angle}" for one in tracked for angle in ANGLES]
        points = np.array([one.points for one in tracked]).reshape(-1, len(HUMAN36M_17), 3)
        return JointState(header=header, name=names, position=joint_angles(points).ravel().tolist())

    def _body_name(self, pose: Pose3D) -> str:
        ros4hri = self._models is not None
        return body_name(self._node.get_namespace(), pose.person_id, ros4hri=ros4hri)


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
        lost = self.health.lost
        keypoints = subscribe(self, Keypoints, "keypoints", self.take, depth=10, lost=lost)
        return [keypoints, *self.lifter.camera.subscribe(self)]

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


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(LifterNode)


if __name__ == "__main__":
    main()
