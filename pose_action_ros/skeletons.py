"""Skeletons: the names, order and connections of joints.

A joint has the same name in every skeleton, and left and right are the person's own, so that poses
convert between skeletons by name.
Orders: OpenPose documentation (body_25, coco_18, mpi_15), COCO keypoints (coco_17), MediaPipe Pose
(blazepose_33), Martinez et al. 2017 (human36m_17), Li et al. 2010 (msr_20), Yun et al. 2012
(sbu_15).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Skeleton:
    """An ordered set of named joints forming a tree.

    Attributes:
        name: in messages and model cards.
        joints: joint names, unique, in order.
        parents: name of each joint's parent, empty for the root.
    """

    name: str
    joints: tuple[str, ...]
    parents: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.joints)) != len(self.joints) or len(self.joints) != len(self.parents):
            raise InputError(f"skeleton {self.name!r}: joints must be unique, with one parent each")
        unknown = [parent for parent in self.parents if parent and parent not in self.joints]
        if unknown:
            raise InputError(f"skeleton {self.name!r}: parents {unknown} are not joints of it")

    def __len__(self) -> int:
        return len(self.joints)

    def index(self, joint: str) -> int:
        """Index of a joint; InputError lists all joints if there is none of that name."""
        try:
            return self._positions[joint]
        except KeyError:
            raise InputError(
                f"skeleton {self.name!r} has no joint {joint!r}; it has {', '.join(self.joints)}"
            ) from None

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {joint: position for position, joint in enumerate(self.joints)}

    @cached_property
    def root(self) -> int:
        """Index of the joint without a parent."""
        return self.parents.index("")

    @cached_property
    def bones(self) -> tuple[tuple[int, int], ...]:
        """(parent, child) indices, one for each joint except the root."""
        return tuple(
            (self.index(parent), child) for child, parent in enumerate(self.parents) if parent
        )

    @cached_property
    def mirror(self) -> npt.NDArray[np.intp]:
        """Permutation (J,) of the joints that swaps left and right."""
        return np.array([self.index(_other_side(joint)) for joint in self.joints], dtype=np.intp)


def _other_side(joint: str) -> str:
    if joint.startswith("left_"):
        return "right_" + joint.removeprefix("left_")
    if joint.startswith("right_"):
        return "left_" + joint.removeprefix("right_")
    return joint


def _skeleton(name: str, tree: str) -> Skeleton:
    """Build a skeleton from `joint < parent`, separated by commas and lines, in order."""
    pairs = [item.partition("<")[::2] for item in re.split(r"[,\n]", tree.strip())]
    return Skeleton(
        name,
        tuple(joint.strip() for joint, _ in pairs),
        tuple(parent.strip() for _, parent in pairs),
    )


BODY_25 = _skeleton(
    "body_25",
    """
    nose < neck
    neck < mid_hip, right_shoulder < neck, right_elbow < right_shoulder, right_wrist < right_elbow
    left_shoulder < neck, left_elbow < left_shoulder, left_wrist < left_elbow
    mid_hip, right_hip < mid_hip, right_knee < right_hip, right_ankle < right_knee
    left_hip < mid_hip, left_knee < left_hip, left_ankle < left_knee
    right_eye < nose, left_eye < nose, right_ear < right_eye, left_ear < left_eye
    left_big_toe < left_ankle, left_small_toe < left_big_toe
    left_heel < left_ankle
    right_big_toe < right_ankle, right_small_toe < right_big_toe
    right_heel < right_ankle
    """,
)

COCO_18 = _skeleton(
    "coco_18",
    """
    nose < neck
    neck, right_shoulder < neck, right_elbow < right_shoulder, right_wrist < right_elbow
    left_shoulder < neck, left_elbow < left_shoulder, left_wrist < left_elbow
    right_hip < neck, right_knee < right_hip, right_ankle < right_knee
    left_hip < neck, left_knee < left_hip, left_ankle < left_knee
    right_eye < nose, left_eye < nose, right_ear < right_eye, left_ear < left_eye
    """,
)

# OpenPose calls this spine "Chest"; it was trained on the middle of thorax and pelvis.
MPI_15 = _skeleton(
    "mpi_15",
    """
    head_top < neck
    neck, right_shoulder < neck, right_elbow < right_shoulder, right_wrist < right_elbow
    left_shoulder < neck, left_elbow < left_shoulder, left_wrist < left_elbow
    right_hip < spine, right_knee < right_hip, right_ankle < right_knee
    left_hip < spine, left_knee < left_hip, left_ankle < left_knee
    spine < neck
    """,
)

COCO_17 = _skeleton(
    "coco_17",
    """
    nose, left_eye < nose
    right_eye < nose, left_ear < left_eye, right_ear < right_eye, left_shoulder < nose
    right_shoulder < nose, left_elbow < left_shoulder, right_elbow < right_shoulder
    left_wrist < left_elbow, right_wrist < right_elbow, left_hip < left_shoulder
    right_hip < right_shoulder, left_knee < left_hip, right_knee < right_hip
    left_ankle < left_knee, right_ankle < right_knee
    """,
)

BLAZEPOSE_33 = _skeleton(
    "blazepose_33",
    """
    nose, left_eye_inner < nose, left_eye < left_eye_inner, left_eye_outer < left_eye
    right_eye_inner < nose, right_eye < right_eye_inner, right_eye_outer < right_eye
    left_ear < left_eye_outer, right_ear < right_eye_outer, left_mouth < nose
    right_mouth < nose, left_shoulder < nose, right_shoulder < nose, left_elbow < left_shoulder
    right_elbow < right_shoulder, left_wrist < left_elbow, right_wrist < right_elbow
    left_pinky < left_wrist, right_pinky < right_wrist, left_index < left_wrist
    right_index < right_wrist, left_thumb < left_wrist, right_thumb < right_wrist
    left_hip < left_shoulder, right_hip < right_shoulder, left_knee < left_hip
    right_knee < right_hip, left_ankle < left_knee, right_ankle < right_knee
    left_heel < left_ankle, right_heel < right_ankle, left_big_toe < left_heel
    right_big_toe < right_heel
    """,
)

HUMAN36M_17 = _skeleton(
    "human36m_17",
    """
    mid_hip, right_hip < mid_hip, right_knee < right_hip, right_ankle < right_knee
    left_hip < mid_hip, left_knee < left_hip, left_ankle < left_knee
    spine < mid_hip, neck < spine, nose < neck, head_top < nose
    left_shoulder < neck, left_elbow < left_shoulder, left_wrist < left_elbow
    right_shoulder < neck, right_elbow < right_shoulder, right_wrist < right_elbow
    """,
)

MSR_20 = _skeleton(
    "msr_20",
    """
    left_shoulder < neck, right_shoulder < neck, neck < spine, spine < mid_hip
    left_hip < mid_hip, right_hip < mid_hip, mid_hip, left_elbow < left_shoulder
    right_elbow < right_shoulder, left_wrist < left_elbow, right_wrist < right_elbow
    left_hand < left_wrist, right_hand < right_wrist, left_knee < left_hip
    right_knee < right_hip, left_ankle < left_knee, right_ankle < right_knee
    left_foot < left_ankle, right_foot < right_ankle, head < neck
    """,
)

SBU_15 = _skeleton(
    "sbu_15",
    """
    head < neck, neck < torso, torso
    left_shoulder < neck, left_elbow < left_shoulder, left_hand < left_elbow
    right_shoulder < neck, right_elbow < right_shoulder, right_hand < right_elbow
    left_hip < torso, left_knee < left_hip, left_foot < left_knee
    right_hip < torso, right_knee < right_hip, right_foot < right_knee
    """,
)

SKELETONS: Mapping[str, Skeleton] = {
    skeleton.name: skeleton
    for skeleton in (BODY_25, COCO_18, MPI_15, COCO_17, BLAZEPOSE_33, HUMAN36M_17, MSR_20, SBU_15)
}

# Joints defined as the middle of others; no other joints are derived.
_MIDPOINTS: Mapping[str, tuple[str, ...]] = {
    "neck": ("left_shoulder", "right_shoulder"),
    "mid_hip": ("left_hip", "right_hip"),
    "spine": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
}


def skeleton_named(name: str) -> Skeleton:
    """Return the skeleton of a name; InputError lists the skeletons if there is none."""
    try:
        return SKELETONS[name]
    except KeyError:
        raise InputError(
            f"unknown skeleton {name!r}; known skeletons are {', '.join(SKELETONS)}"
        ) from None


def convert(values: npt.ArrayLike, source: Skeleton, target: Skeleton) -> Array:
    """Reorder joints by name from one skeleton to another.

    Args:
        values: (..., J_source, D), NaN where a joint is missing.
        source: skeleton of `values`.
        target: skeleton of the result.

    Returns:
        (..., J_target, D). A target joint without a source joint is its midpoint (neck, mid_hip,
        spine) or NaN.

    Raises:
        InputError: the length of the second last axis is not the number of source joints.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim < 2 or array.shape[-2] != len(source.joints):
        raise InputError(
            f"got values of shape {array.shape} for skeleton {source.name!r}, "
            f"expected (..., {len(source)}, D)"
        )
    same, midpoints = _origins(source, target)
    result = np.full((*array.shape[:-2], len(target.joints), array.shape[-1]), np.nan)
    result[..., same[0], :] = array[..., same[1], :]
    for row, parts in midpoints:
        result[..., row, :] = array[..., parts, :].mean(axis=-2)
    return result


@lru_cache(maxsize=64)
def _origins(
    source: Skeleton, target: Skeleton
) -> tuple[tuple[list[int], list[int]], list[tuple[int, list[int]]]]:
    """Rows of the common joints, in target and source, and of midpoints with their parts."""
    same: tuple[list[int], list[int]] = ([], [])
    midpoints = []
    for row, joint in enumerate(target.joints):
        parts = _MIDPOINTS.get(joint, ())
        if joint in source.joints:
            same[0].append(row)
            same[1].append(source.index(joint))
        elif parts and all(part in source.joints for part in parts):
            midpoints.append((row, [source.index(part) for part in parts]))
    return same, midpoints
