"""The interface of every source of images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.poses import Pose2D

if TYPE_CHECKING:
    from pose_action_ros.simulation import SimulatedPerson

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Header:
    """Header of an image message.

    Attributes:
        stamp: time at which the image was taken [ns]; for an image without a stamp, the time of
            its recording.
        frame_id: of the camera.
        received: time at which the message was recorded [ns].
    """

    stamp: int
    frame_id: str
    received: int


@dataclass(frozen=True, eq=False)
class SourceFrame:
    """One image of a source.

    Attributes:
        index: number of the image, from 0; an image that could not be read leaves a gap.
        stamp: [s] since the first image, rising, also in a loop and over a jump of the clock.
        image: (H, W, 3) BGR.
        truth: true poses of the people; only of a simulated source.
        people: detections that come with the image [px]; None for none.
        header: of the image message; None outside a bag.
        part: number of jumps of the clock before the image: it does not continue the images of
            another part.
        scale: factors (x, y) from the pixels of a film to those of the image, which are square.
    """

    index: int
    stamp: float
    image: Image
    truth: tuple[SimulatedPerson, ...] = ()
    people: tuple[Pose2D, ...] | None = None
    header: Header | None = None
    part: int = 0
    scale: tuple[float, float] = (1.0, 1.0)


class Source(Protocol):
    """An open source.

    Iteration yields the frames as fast as they are consumed, those of a camera as they come. A
    new iteration restarts at the first frame where that is possible.
    """

    @property
    def rate(self) -> float:
        """Images per second."""

    @property
    def intrinsics(self) -> Intrinsics | None:
        """Intrinsics of the camera; None if unknown."""

    @property
    def uncalibrated(self) -> str:
        """Reason why a bag has no usable intrinsics; empty for other kinds of source."""

    @property
    def length(self) -> int | None:
        """Number of images; None if there is no end or the number is unknown."""

    @property
    def skipped(self) -> int:
        """Number of images that could not be read so far."""

    @property
    def late(self) -> int:
        """Number of images so far that were dropped because they are late, see StampOrder."""

    @property
    def damage(self) -> str:
        """One sentence about lost parts, complete after the iteration; empty for none."""

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames.

        Raises:
            SourceError: nothing can be read.
        """
        ...

    def skip_until(self, stamp: float) -> bool:
        """Skip the frames before a time [s].

        Returns:
            False if skipping saves no work; the frames are then yielded all the same.
        """
        ...

    def close(self) -> None:
        """Release the file or device; may be called repeatedly."""
        ...
