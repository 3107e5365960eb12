"""The result of the pipeline for one image: people, each with id, keypoints, 3D pose and action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate

if TYPE_CHECKING:
    from pose_action_ros.sources import Header

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Person:
    """One person in one frame.

    Attributes:
        id: number of the track, stable over time.
        keypoints: joints in the image [px].
        pose: joints in space [m].
        action: the newest estimate; label "unknown" and score 0 before the first.
    """

    id: int
    keypoints: Pose2D
    pose: Pose3D
    action: ActionEstimate

    def __str__(self) -> str:
        action = f"{self.action.label} ({self.action.score:.2f})"
        return f"person {self.id}: {action}; {self.keypoints.summary}; {self.pose.summary}"

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def box(self) -> Array | None:
        """(4,) left, top, right, bottom [px] of the joints; None when all are missing."""
        return self.keypoints.box()


@dataclass(frozen=True, eq=False)
class Frame:
    """The result for one image.

    Attributes:
        index: number of the image, from 0; an image that could not be read leaves a gap.
        stamp: time of the image [s].
        image: (H, W, 3) BGR; None when only detections were given.
        people: all people in the image.
        intrinsics: of the camera, as given or assumed.
        actions: the estimates that are new with this image, of interactions too.
        header: of the image message; None outside a bag.
        late: True for an image that was not processed, because its stamp is not newer than the
            newest; see StampOrder.
    """

    index: int
    stamp: float
    image: Image | None
    people: tuple[Person, ...]
    intrinsics: Intrinsics
    actions: tuple[ActionEstimate, ...] = ()
    header: Header | None = None
    late: bool = False

    def __str__(self) -> str:
        size = f"{self.intrinsics.width}x{self.intrinsics.height} px"
        nothing = "late, not processed" if self.late else "no people"
        people = "".join(f"\n  {person}" for person in self.people) or f"\n  {nothing}"
        return f"frame {self.index} at {self.stamp:.3f} s, {size}{people}"

    def __repr__(self) -> str:
        people = ", ".join(f"person {person.id} {person.action.label}" for person in self.people)
        return f"<Frame {self.index} at {self.stamp:.3f} s: {people or 'no people'}>"

    @property
    def keypoints(self) -> tuple[Pose2D, ...]:
        """Keypoints of all people [px]."""
        return tuple(person.keypoints for person in self.people)

    @property
    def poses(self) -> tuple[Pose3D, ...]:
        """3D poses of all people [m], in the order of the keypoints."""
        return tuple(person.pose for person in self.people)
