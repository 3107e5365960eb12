"""What is right in the end: 3D joints and actions of all true people, also of missed ones.

Joints outside the image or behind another person do not count: a missing joint is right there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pose_action_ros.frame import Person
from pose_action_ros.metrics import joint_errors

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SETTLED = 1.0
"""Time [s] at the start of a scene without 3D figures: filters settle."""
WINDOW = 2.0
"""Time [s] at the start of a scene without answers: the window of poses fills."""
STRIDE = 0.2
"""Time between the answers that count [s]."""
THRESHOLD = 0.150
"""Greatest error of a right joint [m], as in PCK."""


@dataclass
class Outcome:
    """Figures of all images so far.

    Attributes:
        labels: of the action model; answers for people in other actions do not count.
        errors: [m] of each joint of each person found, after root alignment, in true size.
        joints: number of joints of true people that count.
        right: number of right answers, and of times that a person should have one.
    """

    labels: Sequence[str]
    errors: list[float] = field(default_factory=list)
    joints: int = 0
    right: tuple[int, int] = (0, 0)

    @property
    def mpjpe(self) -> float:
        """Mean error of the joints of people that were found [mm]; NaN without any."""
        return float(np.mean(self.errors)) * 1e3 if self.errors else float("nan")

    @property
    def pck(self) -> float:
        """Share of all true joints within THRESHOLD; those of missed people are not."""
        near = sum(error <= THRESHOLD for error in self.errors)
        return near / self.joints if self.joints else float("nan")

    @property
    def windows(self) -> float:
        """Share of right answers."""
        return self.right[0] / self.right[1] if self.right[1] else float("nan")

    def add_pose(self, person: Person | None, pose: Array, exposed: Flags, size: float) -> None:
        """Compare a true pose with the person found.

        Args:
            person: that was found; None if missed.
            pose: (17, 3) the truth [m].
            exposed: (17,) the joints that count.
            size: true height of the person over the one that the lifter assumes.
        """
        self.joints += int(exposed.sum())
        if person is not None:
            errors = joint_errors(person.pose.points * size, pose)[exposed]
            self.errors += errors[np.isfinite(errors)].tolist()

    def add_answer(self, person: Person | None, action: str) -> None:
        """Compare the true action with the newest answer for the person found."""
        if action not in self.labels:
            return
        right = person is not None and person.action.label == action
        self.right = (self.right[0] + int(right), self.right[1] + 1)


def answer_images(stamps: Sequence[float]) -> list[bool]:
    """True for the images at which answers count: the first after each STRIDE from WINDOW on."""
    due, chosen = WINDOW, []
    for stamp in stamps:
        chosen.append(stamp >= due - 1e-6)
        due += STRIDE if chosen[-1] else 0.0
    return chosen
