"""Capture: a motion with the person's own bones, and the joints that its source defines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.person import PERSON

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Capture:
    """One recorded motion of one person.

    Attributes:
        name: unique in its data set, such as "walking/walking_3".
        subject: of the data set, empty if the source has none.
        action: label, or name of the motion.
        joints: (T, 21, 3) [m] PERSON joints, z up, own bones, position and heading as recorded;
            the floor is at z = 0 where the source has a floor.
        rate: frames per second [Hz].
        defined: (21,) true for joints as PERSON defines them; the others are approximate and
            belong into no loss and no figure.

    Raises:
        InputError: no frames, wrong shapes, or numbers that are not finite.
    """

    name: str
    subject: str
    action: str
    joints: Array
    rate: float
    defined: Flags

    def __post_init__(self) -> None:
        count = len(PERSON)
        if self.joints.shape[1:] != (count, 3) or self.defined.shape != (count,):
            raise InputError(
                f"recording {self.name}: got joints {self.joints.shape} and flags "
                f"{self.defined.shape}, expected (T, {count}, 3) and ({count},)"
            )
        if not len(self.joints) or not np.isfinite(self.joints).all():
            raise InputError(
                f"recording {self.name}: got {len(self.joints)} frames, expected at least one, "
                "all of finite numbers; leave the recording out"
            )


def check_subject(subjects: Collection[str], name: str) -> None:
    """Check that a subject, to hold out or to measure, is in the data set.

    Raises:
        SettingError: it is not; the message lists the subjects.
    """
    if name not in subjects:
        raise SettingError(
            f"subject: got {name!r}, expected one of the subjects {', '.join(sorted(subjects))}"
        )
