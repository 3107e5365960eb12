"""The camera that keypoints are lifted with: from camera_info, or assumed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sensor_msgs.msg import CameraInfo

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.messages.camera_info import intrinsics_from, scaled, unsupported_lens
from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.settings import Settings, setting

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraModelSettings(Settings):
    """How camera_info is read."""

    rectified: bool = setting(
        False, "the images are undistorted already: use P of camera_info and no lens distortion"
    )


class CameraModel:
    """Remembers the newest camera_info; what is wrong with it is said once.

    Args:
        rectified: see CameraModelSettings.
        field_of_view: [deg] of the wider image side, while no camera_info is usable.

    Attributes:
        origin: where the newest intrinsics came from, for people.
    """

    def __init__(self, rectified: bool, field_of_view: float) -> None:
        self.origin = ""
        self._rectified = rectified
        self._field_of_view = field_of_view
        self._calibrated: Intrinsics | None = None
        self._message: CameraInfo | None = None
        self._wrong: list[str] = []  # with the newest camera_info
        self._misfit = ""  # between it and the newest image
        self._said: set[str] = set()

    def update(self, message: CameraInfo) -> None:
        """Take a camera_info; a bad one is as none."""
        if self._message is not None and _same(message, self._message):
            return
        self._message, self._wrong, self._misfit = message, [], ""
        try:
            self._calibrated = intrinsics_from(message, rectified=self._rectified)
        except InputError as error:
            self._calibrated = None
            self._wrong.append(f"camera_info is not used: {error}")
        lens = None if self._rectified else unsupported_lens(message)
        if lens is not None:
            self._wrong.append(lens)
        for text in self._wrong:
            self._say(text)

    def intrinsics(self, width: int, height: int) -> Intrinsics:
        """Of an image of this size [px]."""
        if self._calibrated is not None:
            try:
                camera = scaled(self._calibrated, width, height)
            except InputError as error:
                self._misfit = f"camera_info is not used: {error}"
                self._say(self._misfit)
            else:
                self._misfit, self.origin = "", "camera_info"
                return camera
        self.origin = f"assumed {self._field_of_view:g} degrees"
        return Intrinsics.from_field_of_view(width, height, self._field_of_view)

    def findings(self) -> list[Finding]:
        """Why the newest camera_info is not used, or not all of it."""
        texts = (*self._wrong, *filter(None, [self._misfit]))
        return [Finding(Level.WARN, text) for text in texts]

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            _LOG.warning("%s", text)


def _same(one: CameraInfo, other: CameraInfo) -> bool:
    """Whether two messages say the same camera; stamps do not matter."""
    plain = ("width", "height", "distortion_model", "d", "binning_x", "binning_y", "roi")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        (getattr(one, name) == getattr(other, name)).all() for name in ("k", "p")
    )
