"""What every 2D pose detector is, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D
from pose_action_ros.settings import setting
from pose_action_ros.skeletons import Skeleton

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class DetectorSettings:
    """How people are found in an image."""

    detector: str = setting("blazepose", "2D pose detector", choices=("blazepose",))
    detector_model: str = setting(
        "", "a .task file to use instead of the detector's own model; empty for its own"
    )
    detector_threads: int = setting(2, "CPU threads of the detector", low=1, high=64)
    max_people: int = setting(4, "most people reported per image", low=1, high=32, live=True)
    min_person_score: float = setting(
        0.5, "people the detector is less sure of are left out", low=0.0, high=1.0, live=True
    )
    min_joint_score: float = setting(
        0.3, "joints the detector is less sure of are missing", low=0.0, high=1.0, live=True
    )
    search_interval: int = setting(
        5,
        "while people are followed, the whole image is searched for more only this often",
        unit="images",
        low=1,
        high=1000,
        live=True,
    )


class Detector(Protocol):
    """Finds people and their joints in images of one camera, in their order.

    Attributes:
        skeleton: of the poses it gives.
        engine: name of what runs its network.
        settings: the live ones may be replaced between images.
    """

    skeleton: Skeleton
    engine: str
    settings: DetectorSettings

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image.

        Args:
            image: (H, W, 3) uint8, BGR.

        Returns:
            One pose a person [px of that image], person_id UNTRACKED, surest first.

        Raises:
            InputError: not such an image.
            EngineError: the inference engine failed.
        """
        ...

    def reset(self) -> None:
        """Forget what earlier images showed."""
        ...


def check_image(image: Image) -> None:
    """InputError unless the image is (H, W, 3) uint8 with at least one pixel."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"got an image of shape {image.shape} and type {image.dtype}, "
            "expected (H, W, 3) uint8 in BGR; convert it, e.g. with cv2.cvtColor"
        )
