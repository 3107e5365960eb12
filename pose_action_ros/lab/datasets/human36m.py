"""Human3.6M (Ionescu et al. 2014): what its recordings are, whichever files they come from.

The data need a licence from its authors; this package has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m_cameras import Camera
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton

Array = npt.NDArray[np.float64]

SUBJECTS = (1, 5, 6, 7, 8, 9, 11)
"""Those whose 3D poses are published."""

ACTIONS = (
    "Directions",
    "Discussion",
    "Eating",
    "Greeting",
    "Phoning",
    "Photo",
    "Posing",
    "Purchases",
    "Sitting",
    "SittingDown",
    "Smoking",
    "Waiting",
    "WalkDog",
    "Walking",
    "WalkTogether",
)

KEYPOINTS = Skeleton(
    "human36m_16",
    tuple(name for name in HUMAN36M_17.joints if name != "nose"),
    tuple(
        parent.replace("nose", "neck")
        for name, parent in zip(HUMAN36M_17.joints, HUMAN36M_17.parents, strict=True)
        if name != "nose"
    ),
)
"""The 16 joints a 2D detector gives in the protocol of Martinez et al. 2017: all but the nose."""

HOURGLASS = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("mid_hip", "spine", "neck", "head_top"),
    *("right_wrist", "right_elbow", "right_shoulder"),
    *("left_shoulder", "left_elbow", "left_wrist"),
)
"""The joints of the stacked hourglass, in its order."""

_SEEN = [HUMAN36M_17.index(name) for name in KEYPOINTS.joints]
# Where the joints of HUMAN36M_17 are among the 32 of the data set, the rest of which do not move.
_MOVING = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
_LONG_NAMES = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog"}


@dataclass(frozen=True, eq=False)
class Recording:
    """One sequence as one camera sees it.

    Attributes:
        subject: number, one of SUBJECTS.
        action: one of ACTIONS, without the trial.
        sequence: action and trial, "Walking 1".
        camera: that sees it.
        joints: (T, 17, 3) [m] HUMAN36M_17 joints in the camera's optical frame.
        exact: (T, 17, 2) [px] where the camera sees them.
        detected: (T, 16, 2) [px] where a detector found the joints of KEYPOINTS, NaN for one it
            did not; None without detections.
    """

    subject: int
    action: str
    sequence: str
    camera: Camera
    joints: Array
    exact: Array
    detected: Array | None

    @property
    def exact_keypoints(self) -> Array:
        """(T, 16, 2) [px] `exact` in the joints of KEYPOINTS."""
        return self.exact[:, _SEEN]


def record(
    subject: int,
    sequence: str,
    camera: Camera,
    world: Array,
    detected: Array | None,
    *,
    every: int = 1,
) -> Recording:
    """Put a sequence before a camera.

    Some videos have frames more than their motion capture: the longer one is cut.

    Args:
        subject: number.
        sequence: as a file names it.
        camera: of that subject.
        world: (T, 32, 3) or, static joints removed, (T, 17, 3) [m] in the world.
        detected: (T', 16, 2) [px] in the joints of KEYPOINTS, or None.
        every: keep one frame of so many.

    Raises:
        InputError: arrays of other shapes, or an action that is none of ACTIONS.
    """
    if world.ndim != 3 or world.shape[1:] not in {(32, 3), (17, 3)}:
        raise InputError(f"got 3D poses {world.shape}, expected (T, 32, 3) or (T, 17, 3)")
    if detected is not None:
        if detected.shape[1:] != (len(KEYPOINTS), 2):
            raise InputError(f"got detections {detected.shape}, expected (T, {len(KEYPOINTS)}, 2)")
        world = world[: len(detected)]
        detected = detected[: len(world) : every]
    world = world[::every]
    moving = world[:, _MOVING] if world.shape[1] == 32 else world
    joints = camera.from_world(moving)
    action, sequence = names_of(sequence)
    return Recording(subject, action, sequence, camera, joints, camera.project(joints), detected)


def names_of(sequence: str) -> tuple[str, str]:
    """Action and sequence of a file's name: "Walking_1" gives "Walking" and "Walking 1".

    InputError lists the actions when it is none.
    """
    name, _, trial = re.sub(r"[ _](\d+)$", r"/\1", sequence).partition("/")
    action = _LONG_NAMES.get(name, name)
    if action not in ACTIONS:
        raise InputError(f"got a sequence {sequence!r}, expected one of {', '.join(ACTIONS)}")
    return action, f"{action} {trial}".strip()


def check_choice(subjects: Sequence[int], every: int) -> None:
    """InputError when a number is no subject with published 3D poses, or `every` is below 1."""
    unknown = sorted(set(subjects) - set(SUBJECTS))
    if unknown:
        raise InputError(f"Human3.6M has no 3D poses of subjects {unknown}, only of {SUBJECTS}")
    if every < 1:
        raise InputError(f"got one frame of every {every}, expected 1 or more")


@contextmanager
def told_of(where: object) -> Iterator[None]:
    """An InputError raised inside says first where the data came from."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
