"""Camera of a node: the intrinsics of its images, from camera_info or assumed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo

from pose_action_ros.camera import Intrinsics
from pose_action_ros.messages.camera_info import RECTIFIED, calibration
from pose_action_ros.nodes.health import SILENCE, Finding, Level
from pose_action_ros.nodes.topics import KeptMessages, subscribe
from pose_action_ros.settings import Settings, setting

_LOG = logging.getLogger(__name__)
_USUAL_SIZE = (640, 480)  # [px] of images, before the first one


@dataclass(frozen=True)
class CameraModelSettings(Settings):
    """Use of camera_info."""

    rectified: bool = setting(
        False,
        "the images are undistorted already: use camera_info_rect beside camera_info where it is "
        "published, else P of camera_info, and no lens distortion",
    )


class CameraModel:
    """Intrinsics from the newest usable camera_info, or assumed; logs each problem once.

    Messages and images may come from different threads.

    Args:
        rectified: see CameraModelSettings.
        field_of_view: [deg] of the wider image side, while no camera_info is usable.
        clock: monotonic time [s].

    Attributes:
        origin: of the newest intrinsics, for diagnostics.
    """

    def __init__(
        self, rectified: bool, field_of_view: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self.origin = ""
        self._rectified, self._field_of_view, self._clock = rectified, field_of_view, clock
        self._topic = "camera_info"
        self._kept: list[KeptMessages] = []
        self._newest: CameraInfo | None = None
        self._usable: CameraInfo | None = None  # the newest one with a usable K
        self._beside = False  # True once there was a camera_info_rect
        self._size: tuple[int, int] | None = None  # of the newest image [px]
        self._current: Intrinsics | None = None  # for images of that size
        self._since: float | None = None  # time of the first image
        self._problems: list[str] = []
        self._logged: set[str] = set()
        self._lock = Lock()

    def subscribe(self, node: Node) -> list[Subscription[Any]]:
        """Subscribe to camera_info, and to camera_info_rect beside it for rectified images.

        A camera_info that is remapped to a camera_info_rect is one of rectified images.
        """
        subscriptions = self._subscribe(node)
        self._kept = [KeptMessages(node, one) for one in subscriptions]
        return subscriptions

    def rest(self) -> None:
        """Do not wait for kept messages any longer."""
        for kept in self._kept:
            kept.close()
        self._kept = []

    def _subscribe(self, node: Node) -> list[Subscription[Any]]:
        first = subscribe(node, CameraInfo, "camera_info", self.update, depth=1)
        self._topic = first.topic_name
        if self._topic.endswith(RECTIFIED):
            self._rectified = True
            return [first]
        if not self._rectified:
            return [first]
        beside = self._topic + RECTIFIED
        return [first, subscribe(node, CameraInfo, beside, self.update_rectified, depth=1)]

    def update(self, message: CameraInfo) -> None:
        """Use a camera_info from now on, as far as it is usable."""
        if not self._beside:
            self._take(message)

    def update_rectified(self, message: CameraInfo) -> None:
        """Use a camera_info_rect from now on, and no camera_info."""
        self._beside = True
        self._take(message)

    def _take(self, message: CameraInfo) -> None:
        if self._newest is not None and _same(message, self._newest):
            return
        usual = message.width or _USUAL_SIZE[0], message.height or _USUAL_SIZE[1]
        with self._lock:
            self._newest = message
            self._current = self._resolve(self._size or usual)

    def intrinsics(self, width: int, height: int) -> Intrinsics:
        """The intrinsics for an image of this size [px]."""
        if self._since is None:
            self._since = self._clock()
        if missing := self._missing():
            self._log(missing)
        with self._lock:
            if self._current is None or self._size != (width, height):
                self._size = (width, height)
                self._current = self._resolve(self._size)
            return self._current

    def findings(self) -> list[Finding]:
        """Problems of the newest camera_info, or its absence."""
        texts = filter(None, [*self._problems, self._missing()])
        return [Finding(Level.WARN, text) for text in texts]

    def _missing(self) -> str:
        """Sentence about images without any camera_info for some time; else empty."""
        if self._newest or self._since is None or self._clock() - self._since <= SILENCE:
            return ""
        return f"no camera_info on {self._topic}: {self._assumption}"

    @property
    def _assumption(self) -> str:
        return f"a field of view of {self._field_of_view:g} degrees is assumed"

    def _resolve(self, size: tuple[int, int]) -> Intrinsics:
        """Use the newest camera_info, else an earlier usable one, else the field of view."""
        camera, problems = self._read(self._newest, size)
        if camera is not None:
            self._usable = self._newest
        else:
            camera, _ = self._read(self._usable, size)
            instead = self._assumption if camera is None else "an earlier one is used"
            problems = [f"{problem}; {instead}" for problem in problems]
        topic = self._topic + RECTIFIED if self._beside else self._topic
        self._problems = [f"{topic} {problem}" for problem in problems]
        for text in self._problems:
            self._log(text)
        if camera is not None:
            self.origin = "camera_info"
            return camera
        self.origin = f"assumed {self._field_of_view:g} degrees"
        return Intrinsics.from_field_of_view(*size, self._field_of_view)

    def _read(
        self, message: CameraInfo | None, size: tuple[int, int]
    ) -> tuple[Intrinsics | None, list[str]]:
        """The intrinsics of a message, and its problems."""
        if message is None:
            return None, []
        found = calibration(message, size, rectified=self._rectified)
        return found.intrinsics, list(found.problems)

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
