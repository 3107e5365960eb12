"""Joints without a keypoint: behind the person's own body, or hidden by something else.

The network estimates all joints. Behind the own body it does so from the rest of the pose, as the
far arm of a person who walks by. Legs behind a table or below the image may do anything; they are
missing, and so is every joint that nothing of the body hides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.lifting.placement import Placement
from pose_action_ros.poses import UNTRACKED, Pose2D
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MEMORY = 0.5
"""Time [s] for which a joint is inferred after its last keypoint: detectors miss single images."""

_OWN = [name for name in HUMAN36M_17.joints if name in COCO_18.joints and name != "neck"]
_ROWS, _KEYPOINTS = (
    np.array([skeleton.index(name) for name in _OWN]) for skeleton in (HUMAN36M_17, COCO_18)
)
_FACE_NAMES = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_SHOULDERS, _HIPS, _FACE = (
    [COCO_18.index(name) for name in names]
    for names in (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), _FACE_NAMES)
)
_HEAD = [HUMAN36M_17.index("nose"), HUMAN36M_17.index("head_top")]

PARTS = (
    ("left_shoulder", "left_hip", 0.10),
    ("right_shoulder", "right_hip", 0.10),
    ("neck", "mid_hip", 0.12),
    ("neck", "head_top", 0.10),
    *(
        (f"{side}_{upper}", f"{side}_{lower}", radius)
        for side in ("left", "right")
        for upper, lower, radius in (
            ("shoulder", "elbow", 0.06),
            ("elbow", "wrist", 0.06),
            ("hip", "knee", 0.09),
            ("knee", "ankle", 0.07),
        )
    ),
)
"""Parts of the body that hide others: two joints, and the radius [m] at standard height."""
_FROM = np.array([HUMAN36M_17.index(first) for first, _, _ in PARTS])
_TO = np.array([HUMAN36M_17.index(second) for _, second, _ in PARTS])
_RADII = np.array([radius for _, _, radius in PARTS])
_ENDS = np.zeros((len(HUMAN36M_17), len(PARTS)), dtype=np.bool_)
_ENDS[_FROM, np.arange(len(PARTS))] = _ENDS[_TO, np.arange(len(PARTS))] = True


def given_joints(keypoints: Flags) -> Flags:
    """(N, 17) Human3.6M joints that keypoints show; (N, 18) True for COCO-18 keypoints.

    A joint of both skeletons needs its own keypoint, the neck a shoulder, the middle of the hips a
    hip, the spine both, and the top of the head a part of the face.
    """
    flags = np.zeros((len(keypoints), len(HUMAN36M_17)), dtype=np.bool_)
    flags[:, _ROWS] = keypoints[:, _KEYPOINTS]
    shoulders, hips = keypoints[:, _SHOULDERS].any(axis=1), keypoints[:, _HIPS].any(axis=1)
    flags[:, HUMAN36M_17.index("neck")] = shoulders
    flags[:, HUMAN36M_17.index("mid_hip")] = hips
    flags[:, HUMAN36M_17.index("spine")] = shoulders & hips
    flags[:, HUMAN36M_17.index("head_top")] = keypoints[:, _FACE].any(axis=1)
    return flags


def heads(people: Sequence[Pose2D]) -> Flags:
    """(N, 17) True for the joints of a detected head top, in skeletons without a face."""
    flags = np.zeros((len(people), len(HUMAN36M_17)), dtype=np.bool_)
    for row, person in enumerate(people):
        joints = person.skeleton.joints
        if "head_top" in joints and not set(joints) & set(_FACE_NAMES):
            flags[row, _HEAD] = person.present[person.skeleton.index("head_top")]
    return flags


def behind_own_body(joints: Array, given: Flags, placement: Placement) -> Flags:
    """(N, 17) True for joints that parts of the same body hide.

    Args:
        joints: (N, 17, 3) [m] relative to the root, of people of standard height.
        given: (N, 17) joints that keypoints show; the others can be hidden, and hide nothing.
        placement: of the roots; without one, nothing is behind anything.
    """
    hidden = np.zeros(given.shape, dtype=np.bool_)
    partial = placement.solved & given.any(axis=1) & ~given.all(axis=1)
    placed = joints + placement.at(placement.depths)[:, None]
    people, missing = np.nonzero(partial[:, None] & ~given)
    hidden[people, missing] = _hidden(placed[people], given[people], missing)
    return hidden


def _hidden(joints: Array, given: Flags, missing: npt.NDArray[np.intp]) -> Flags:
    """(R,) True for one missing joint in each of R poses (R, 17, 3) that a given part hides."""
    start, end = joints[:, _FROM], joints[:, _TO]  # (R, P, 3)
    joint = joints[np.arange(len(joints)), missing][:, None]  # (R, 1, 3)
    origin = start[..., :2] / start[..., 2:]
    way, offset = end[..., :2] / end[..., 2:] - origin, joint[..., :2] / joint[..., 2:] - origin
    share = (offset * way).sum(axis=-1) / np.maximum((way**2).sum(axis=-1), 1e-9)
    share = share.clip(0, 1)  # (R, P)
    apart = np.linalg.norm(offset - share[..., None] * way, axis=-1)
    depth = start[..., 2] + share * (end[..., 2] - start[..., 2])
    hides = given[:, _FROM] & given[:, _TO] & ~_ENDS[missing]
    behind = hides & (depth < joint[..., 2]) & (apart * depth < _RADII)
    return np.asarray(behind.any(axis=1))


class RecentJoints:
    """When each joint of each person was last known."""

    def __init__(self) -> None:
        self._stamps: dict[int, Array] = {}  # (17,) [s] by id

    def __call__(self, ids: Sequence[int], known: Flags, stamp: float) -> Flags:
        """(N, 17) True for joints that are known, or were at most MEMORY before.

        Args:
            ids: of the people in this image; an UNTRACKED person has no earlier image.
            known: (N, 17).
            stamp: of the image [s]; a time before the last one of a person forgets that person.
        """
        self._stamps = {
            person: last
            for person, last in self._stamps.items()
            if 0 <= stamp - last.max() <= MEMORY
        }
        recent = known.copy()
        for row, person in enumerate(ids):
            if person != UNTRACKED and known[row].any():
                last = self._stamps.setdefault(person, np.full(known.shape[1], -np.inf))
                last[known[row]] = stamp
                recent[row] = stamp - last <= MEMORY
        return recent
