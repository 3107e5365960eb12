"""The interface of every 2D pose detector."""

from __future__ import annotations

from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton

Image = npt.NDArray[np.uint8]


class Detector(Protocol):
    """Finds people and their joints in the successive images of one camera.

    Attributes:
        skeleton: of its poses.
        settings: may be replaced between images; only live settings take effect.
    """

    skeleton: Skeleton
    settings: DetectorSettings

    @property
    def engine(self) -> str:
        """Name of the inference engine; it may change between images."""
        ...

    @property
    def surplus(self) -> int:
        """Number of people that the last search found beyond max_people."""
        ...

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image.

        Args:
            image: (H, W, 3) uint8, BGR.

        Returns:
            One pose per person [px], person_id UNTRACKED, highest score first.

        Raises:
            InputError: another array.
            EngineError: the inference engine failed.
        """
        ...

    def reset(self) -> None:
        """Remove the state of earlier images."""
        ...

    @property
    def state(self) -> dict[str, Any]:
        """The state of earlier images, in values that JSON keeps exactly; may be set."""
        ...

    @state.setter
    def state(self, state: dict[str, Any]) -> None: ...


class Stateless:
    """Base of detectors to which every image is a new one; see Detector."""

    def reset(self) -> None:
        """Do nothing."""

    @property
    def state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        pass


class Wrapper:
    """Base of a detector around another one, which has the settings and the state; see Detector."""

    def __init__(self, detector: Detector) -> None:
        self._detector, self.skeleton = detector, detector.skeleton

    @property
    def settings(self) -> DetectorSettings:
        """See Detector."""
        return self._detector.settings

    @settings.setter
    def settings(self, settings: DetectorSettings) -> None:
        self._detector.settings = settings

    @property
    def engine(self) -> str:
        """See Detector."""
        return self._detector.engine

    @property
    def surplus(self) -> int:
        """See Detector."""
        return self._detector.surplus

    def reset(self) -> None:
        """See Detector."""
        self._detector.reset()

    @property
    def state(self) -> dict[str, Any]:
        """See Detector."""
        return self._detector.state

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._detector.state = state


def check_image(image: Image) -> None:
    """Raise InputError unless the image is (H, W, 3) uint8 with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"got an image of shape {image.shape} and type {image.dtype}, "
            "expected (H, W, 3) uint8 in BGR; convert it, e.g. with cv2.cvtColor"
        )


def halved(image: Image, factor: float) -> tuple[Image, float]:
    """The image reduced by half as often as the factor allows, and its scale.

    Averaging keeps thin limbs in large images visible; halves are the fastest for OpenCV.
    """
    scale = 1.0
    while factor * scale >= 2 and min(image.shape[:2]) >= 2:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * height, : 2 * width]
        half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
        image, scale = half.astype(np.uint8, copy=False), scale / 2
    return image, scale
