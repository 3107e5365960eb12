"""Node that shows images, people and actions in Rerun: image, keypoints, poses, action -> viewer.

No other node waits for it: its subscriptions are best effort, and images are dropped while it or
its viewer is too slow.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import get_native_id
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from rclpy.subscription import Subscription

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.lifting.settings import FieldOfViewSettings
from pose_action_ros.msg import Action, Keypoints, Poses
from pose_action_ros.nodes.base import NodeSettings
from pose_action_ros.nodes.camera_model import CameraModel, CameraModelSettings
from pose_action_ros.nodes.conversions import (
    estimate_from_action,
    people_from_keypoints,
    people_from_poses,
)
from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.images import ImageInputSettings, ImageReader, subscribe_image
from pose_action_ros.nodes.running import run_process
from pose_action_ros.nodes.stage import Stage, StageNode
from pose_action_ros.nodes.stamp_join import Joined, StampJoin
from pose_action_ros.nodes.stamps import nanoseconds_of
from pose_action_ros.nodes.topics import subscribe
from pose_action_ros.output.settings import VIEWER, check_view
from pose_action_ros.output.view import View
from pose_action_ros.poses import UNTRACKED, Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.settings import setting
from pose_action_ros.stamp_order import NANOSECONDS

WAITING = 3
"""Capacity of the queue of images, for a moment in which the viewer is busy."""
_NICENESS = 10  # of the thread that encodes images: the nodes of the pipeline come first
_WAITING_ACTIONS = 300  # ten people's actions of six seconds
_BREAK = 2.0  # [s] in the view between the parts of a stream of which the stamps jump
_RECENT = 10.0  # [s] from an image to an action that is still shown


@dataclass(frozen=True)
class ViewNodeSettings(FieldOfViewSettings, CameraModelSettings, ImageInputSettings, NodeSettings):
    """Parameters of view_node."""

    view: str = setting(
        VIEWER,
        "viewer: show in Rerun, or serve for a browser where there is no screen; NAME.rrd: write a "
        "file for Rerun",
    )
    viewer_memory: int = setting(
        1024,
        "most memory of the viewer, or of the server for a browser; the oldest images are dropped "
        "for new ones",
        unit="MB",
        low=16,
        high=65536,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_view(self.view)


@dataclass(frozen=True)
class Shown:
    """The results for one image; see output.view.Results."""

    index: int
    stamp: float
    image: npt.NDArray[np.uint8] | None
    intrinsics: Intrinsics
    keypoints: Sequence[Pose2D]
    poses: Sequence[Pose3D]
    actions: Sequence[ActionEstimate]


class ViewStage(Stage):
    """Viewer, and the camera that it shows.

    Attributes:
        view: Rerun.
        camera: updated from camera_info.
        read: converts the messages of images.
        images, lost: numbers of results shown since the last report, and of those without image.
    """

    def __init__(self, node: Node, settings: ViewNodeSettings) -> None:
        super().__init__(node)
        self.camera = CameraModel(settings.rectified, settings.field_of_view)
        self.read = ImageReader(settings.image_transport)
        self.images = self.lost = 0
        namespace = node.get_namespace().strip("/")
        title = f"pose_action_ros {namespace}".rstrip()
        memory = f"{settings.viewer_memory}MB"
        self.view = View(settings.view, title, live=True, memory=memory)

    def apply(self, settings: Any) -> None:
        """Do nothing: no parameter changes while running."""

    def close(self) -> None:
        """Complete the file, or end the server; a viewer with a window goes on."""
        self.view.close()
        self.view.disconnect()
        super().close()

    def rest(self) -> None:
        """Do not wait for a kept camera_info any longer."""
        self.camera.rest()

    def findings(self) -> list[Finding]:
        """Warn of lost images, of depth images and of problems of camera_info."""
        shown, lost = self.images, self.lost
        self.images = self.lost = 0
        text = f"the images of {lost} of {shown} results did not arrive"
        missing = [Finding(Level.WARN, text)] if lost else []
        return [*missing, *self.read.findings(), *self.camera.findings()]


class ViewNode(StageNode[ViewNodeSettings, Joined]):
    """The node."""

    viewing: ViewStage

    def __init__(self, **arguments: Any) -> None:
        self._actions: deque[tuple[Action, int]] = deque(maxlen=_WAITING_ACTIONS)
        self._index, self._lost, self._newest = 0, 0, -_BREAK
        self._lowered = 0  # the thread that has the lower priority
        self._shift: float | None = None  # [s] from the node's timeline to that of the view
        super().__init__("view_node", ViewNodeSettings, "poses", waiting=WAITING, **arguments)

    def make_stages(self) -> tuple[Stage, ...]:
        """Open the viewer or the file."""
        self._index, self._newest, self._shift = 0, -_BREAK, None
        self.viewing = ViewStage(self, self.settings)
        address = self.viewing.view.address
        if address:
            self.get_logger().info(f"the results are shown at {address}")
        return (self.viewing,)

    def facts(self) -> dict[str, str]:
        """Viewer or file, and address of the web viewer."""
        address = self.viewing.view.address
        return {"view": self.settings.view} | ({"address": address} if address else {})

    def make_inputs(self) -> list[Subscription[Any]]:
        """Subscribe to poses, keypoints, images, actions, interactions and camera_info."""
        join = StampJoin(self.take, self._now)
        self._actions.clear()
        return [
            subscribe(self, Poses, "poses", join.add_poses, depth=10),
            subscribe(self, Keypoints, "keypoints", join.add_keypoints, depth=10),
            subscribe_image(self, self.settings.image_transport, join.add_image),
            subscribe(self, Action, "action", self._keep, depth=30),
            subscribe(self, Action, "interaction", self._keep, depth=30),
            *self.viewing.camera.subscribe(self),
        ]

    def _keep(self, message: Action) -> None:
        """Keep an action with its time of arrival [ns], until the next image is shown."""
        self._actions.append((message, self._now()))

    def _now(self) -> int:
        """Time of the node's clock [ns]."""
        return int(self.get_clock().now().nanoseconds)

    def restart(self) -> None:
        """Go on behind the newest image, whatever the stamps are."""
        self._shift = None

    def process(self, message: Joined, stamp: float) -> float:
        """Show one image and its results."""
        self._lower_priority()
        if self._shift is None:
            self._shift = self._newest + _BREAK - stamp
        keypoints, poses = (
            people_from_keypoints(message.keypoints),
            people_from_poses(message.poses),
        )
        image = None if message.image is None else self.viewing.read(message.image)
        size = message.keypoints.width, message.keypoints.height
        self._newest = stamp + self._shift
        results = Shown(
            self._index,
            self._newest,
            image,
            self.viewing.camera.intrinsics(*size),
            [one for one in keypoints if one.person_id != UNTRACKED],
            [one for one in poses if one.person_id != UNTRACKED],
            self._estimates(),
        )
        self.viewing.view.add(results)
        self._index += 1
        self.viewing.images += 1
        if image is None:
            self.viewing.lost += 1
            self._lost += 1
        self._add_latency("poses", message.header.stamp, self._newest, message.arrival)
        self._add_latency("shown", message.header.stamp, self._newest, self._now())
        self.health.facts["people"] = str(len(results.keypoints))
        self.health.facts["without image"] = str(self._lost)
        self.health.facts["camera"] = self.viewing.camera.origin
        return 0.0

    def _lower_priority(self) -> None:
        """Let other threads of this machine go first; Linux has a niceness for each thread."""
        thread = get_native_id()
        if self._lowered != thread:
            self._lowered = thread
            os.nice(_NICENESS)

    def _estimates(self) -> list[ActionEstimate]:
        """The actions that have arrived, with their times in the view; none of another part."""
        assert self._shift is not None
        estimates = []
        for message, arrival in [self._actions.popleft() for _ in range(len(self._actions))]:
            stamp, start = (
                self.timeline.seconds(one) + self._shift
                for one in (message.header.stamp, message.window_start)
            )
            if abs(stamp - self._newest) > _RECENT:
                continue
            try:
                estimates.append(estimate_from_action(message, stamp, start))
            except InputError as error:
                self.failed(error)
            else:
                self._add_latency("action", message.header.stamp, stamp, arrival)
        return estimates

    def _add_latency(self, name: str, stamp: Any, shown: float, now: int) -> None:
        """Add the time from a stamp to now [ns], at a time in the view [s]."""
        self.viewing.view.add_latency(name, shown, (now - nanoseconds_of(stamp)) / NANOSECONDS)


def main() -> NoReturn:
    """Run the node as this process."""
    run_process(ViewNode)


if __name__ == "__main__":
    main()
