"""People with exact joints before a camera, for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import INPUT_ROWS, OUTPUT_ROWS, PERSON
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]

CAMERA = Intrinsics(1280, 720, 900.0, 900.0, 639.5, 359.5)

# x right, y down, z away [m], relative to the hips, of a person facing the camera.
_STANDING = {
    "mid_hip": (0, 0, 0),
    "spine": (0, -0.24, 0),
    "neck": (0, -0.49, 0.01),
    "nose": (0, -0.66, -0.10),
    "head_top": (0, -0.80, 0.01),
    "left_eye": (0.03, -0.69, -0.08),
    "left_ear": (0.07, -0.67, 0.01),
    "left_shoulder": (0.175, -0.49, 0.01),
    "left_elbow": (0.25, -0.25, 0.05),
    "left_wrist": (0.22, -0.02, -0.06),
    "left_hip": (0.095, 0, 0),
    "left_knee": (0.10, 0.41, -0.03),
    "left_ankle": (0.11, 0.82, 0.02),
}


def standing() -> Array:
    """(21, 3) PERSON joints relative to the hips, optical frame."""
    joints = np.zeros((len(PERSON), 3))
    for name, place in _STANDING.items():
        joints[PERSON.index(name)] = place
        if name.startswith("left_"):
            other = PERSON.index("right_" + name.removeprefix("left_"))
            joints[other] = [-place[0], place[1], place[2]]
    return joints


def upright() -> Array:
    """(21, 3) PERSON joints relative to the hips, z up, of a person facing x."""
    return np.asarray(standing()[..., [2, 0, 1]] * [-1, 1, -1])


def random_person(seed: int) -> Array:
    """(21, 3) PERSON joints with noise, otherwise like standing()."""
    rng = np.random.default_rng(seed)
    return np.asarray(standing() + rng.normal(0, 0.08, (len(PERSON), 3)))


def human36m(joints: Array) -> Array:
    """(17, 3) root-relative Human3.6M joints of PERSON joints (21, 3)."""
    lifted = joints[OUTPUT_ROWS]
    return np.asarray(lifted - lifted[0])


def keypoints_at(joints: Array, position: npt.ArrayLike, camera: Intrinsics = CAMERA) -> Pose2D:
    """Exact COCO-18 keypoints of PERSON joints (21, 3) with the hips at position (3,)."""
    points = camera.project(joints[INPUT_ROWS] + np.asarray(position, dtype=np.float64))
    return Pose2D(COCO_18, points, np.ones(18), person_id=7)


def without(person: Pose2D, *names: str) -> Pose2D:
    """Remove joints of a person."""
    scores = person.scores.copy()
    scores[[COCO_18.index(name) for name in names]] = 0.0
    return Pose2D(COCO_18, person.points, scores, person.person_id)


def walk(subject: str = "anna", action: str = "walking", frames: int = 60) -> Capture:
    """A person who walks along x at 30 Hz."""
    joints = np.stack([-standing()[:, 2], -standing()[:, 0], 0.9 - standing()[:, 1]], axis=-1)
    steps = np.arange(frames)[:, None, None] * [0.02, 0, 0]
    return Capture("walk", subject, action, joints + steps, 30.0, np.ones(len(PERSON), np.bool_))
