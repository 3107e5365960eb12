"""Human3.6M recordings, independent of the file layout, and the protocol of Martinez et al. 2017.

Protocol: 16 keypoints [px] as input; 16 joints relative to the hip, the 17th, as output. Networks
standardise each dimension of both by the training subjects (two_stream.Standardise). The error is
MPJPE over 17 joints, as it is (protocol 1) or after alignment of each pose (protocol 2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.human36m.cameras import Camera
from pose_action_ros.skeletons import HUMAN36M_17, Skeleton

Array = npt.NDArray[np.float64]

SUBJECTS = (1, 5, 6, 7, 8, 9, 11)
"""Subjects with published 3D poses."""
TRAIN_SUBJECTS = (1, 5, 6, 7, 8)
TEST_SUBJECTS = (9, 11)

ACTIONS = (
    *("Directions", "Discussion", "Eating", "Greeting", "Phoning", "Photo", "Posing", "Purchases"),
    *("Sitting", "SittingDown", "Smoking", "Waiting", "WalkDog", "Walking", "WalkTogether"),
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
"""The protocol's 16 keypoints: all joints but the nose."""

DAMAGED = (11, "Directions", "54138969")
"""Subject, sequence and camera of the only damaged video; it has no detections."""

HOURGLASS = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("mid_hip", "spine", "neck", "head_top"),
    *("right_wrist", "right_elbow", "right_shoulder"),
    *("left_shoulder", "left_elbow", "left_wrist"),
)
"""Joint order of the stacked hourglass detector."""

_KEYPOINT_ROWS = [HUMAN36M_17.index(name) for name in KEYPOINTS.joints]
# Rows of the HUMAN36M_17 joints among the 32 of the data set; the others do not move.
_MOVING = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
_LONG_NAMES = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog"}


@dataclass(frozen=True, eq=False)
class CameraRecording:
    """One sequence in the view of one camera.

    Attributes:
        subject: number, one of SUBJECTS.
        action: one of ACTIONS, without the trial.
        sequence: action and trial, "Walking 1".
        camera: of this view.
        joints: (T, 17, 3) [m] HUMAN36M_17 joints in the camera's optical frame.
        exact: (T, 17, 2) [px] projections of the joints.
        detected: (T, 16, 2) [px] detected KEYPOINTS, NaN where missing; None without detections.
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
        """(T, 16, 2) [px] projections of KEYPOINTS."""
        return self.exact[:, _KEYPOINT_ROWS]


def view(
    subject: int,
    sequence: str,
    camera: Camera,
    world: Array,
    detected: Array | None,
    *,
    every: int = 1,
) -> CameraRecording:
    """Transform a sequence to the view of a camera.

    Some videos have more frames than their motion capture: the longer one is cut.

    Args:
        subject: number.
        sequence: name as in the file.
        camera: of that subject.
        world: (T, 32, 3), or (T, 17, 3) without static joints, [m] in the world frame.
        detected: (T', 16, 2) [px] detected KEYPOINTS, or None.
        every: keep one frame of this many.

    Raises:
        InputError: wrong shapes, or an action not in ACTIONS.
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
    action, sequence = parse_name(sequence)
    return CameraRecording(
        subject, action, sequence, camera, joints, camera.project(joints), detected
    )


def parse_name(sequence: str) -> tuple[str, str]:
    """Action and sequence of a file name: "Walking_1" gives "Walking" and "Walking 1".

    InputError lists the actions when it names none.
    """
    name, _, trial = re.sub(r"[ _](\d+)$", r"/\1", sequence).partition("/")
    action = _LONG_NAMES.get(name, name)
    if action not in ACTIONS:
        raise InputError(f"got a sequence {sequence!r}, expected one of {', '.join(ACTIONS)}")
    return action, f"{action} {trial}".strip()


def check_selection(subjects: Sequence[int], every: int) -> None:
    """Raise InputError for a subject without published 3D poses or `every` below 1."""
    unknown = sorted(set(subjects) - set(SUBJECTS))
    if unknown:
        raise InputError(f"Human3.6M has no 3D poses of subjects {unknown}, only of {SUBJECTS}")
    if every < 1:
        raise InputError(f"got one frame of every {every}, expected 1 or more")
