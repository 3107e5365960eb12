"""What every source of images offers."""

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
    """What a message with an image says beside it.

    Attributes:
        stamp: when the image was taken [ns].
        frame_id: of the camera.
        received: when the message was recorded [ns].
    """

    stamp: int
    frame_id: str
    received: int


@dataclass(frozen=True, eq=False)
class SourceFrame:
    """One image of a source.

    Attributes:
        index: counts the images of the source from 0; one that could not be read leaves a gap.
        stamp: [s] since the first image, never decreasing, also when the source is looped.
        image: (H, W, 3) BGR.
        truth: the people that are really there; of a simulated source only.
        people: who was found in it already [px]; None when nobody has looked.
        header: of the message in which it came; None where it came in none.
    """

    index: int
    stamp: float
    image: Image
    truth: tuple[SimulatedPerson, ...] = ()
    people: tuple[Pose2D, ...] | None = None
    header: Header | None = None


class Source(Protocol):
    """An opened source.

    Iterating gives its frames as fast as they are taken (a camera: as they come); a new iteration
    starts again where that is possible.
    """

    @property
    def rate(self) -> float:
        """Images per second."""

    @property
    def intrinsics(self) -> Intrinsics | None:
        """Of the camera; None when not known."""

    @property
    def length(self) -> int | None:
        """Number of images; None when there is no end or it is not known."""

    @property
    def skipped(self) -> int:
        """Images that could not be read so far."""

    @property
    def damage(self) -> str:
        """What of it is lost, in one sentence, once it has been read; empty for nothing."""

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames.

        Raises:
            SourceError: nothing can be read.
        """
        ...

    def skip_until(self, stamp: float) -> bool:
        """Leave out what comes before a time [s], for who cannot keep up.

        Returns:
            False when leaving images out would save no work; then they are given all the same.
        """
        ...

    def close(self) -> None:
        """Give the file or device back; harmless when repeated."""
        ...
