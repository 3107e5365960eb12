"""`--export bvh`: people as animated skeletons with bones of constant length.

A joint's rotation is Rz Rx Ry in its parent's frame (M. Meredith, S. Maddock, Motion Capture File
Formats Explained, 2001). At rest a person stands in the shape of a T and faces +Z; centimetres.
Each bone has the direction of the pose and its median length. Hips and Spine2 turn with the lines
of the hips and of the shoulders, all other joints with as little twist as possible.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.output.exports.even_track import EvenTrack, even_track
from pose_action_ros.pose_tracks import PoseTrack

_LOG = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

_CENTIMETRES = 100.0


@dataclass(frozen=True)
class Bone:
    """One joint of the file and the bone that begins there.

    Attributes:
        parent: name in BONES; empty for the root.
        start: joint of the pose at its place.
        end: joint of the pose at which the bone points; empty where there is none.
        rest: from `start` to `end` at rest of an adult of 1.70 m [m]; of a bone without `end` its
            own.
    """

    parent: str
    start: str
    end: str
    rest: tuple[float, float, float]


BONES: Mapping[str, Bone] = {
    "Hips": Bone("", "mid_hip", "", (0, 0.1, 0)),
    "Spine": Bone("Hips", "mid_hip", "spine", (0, 0.23, 0)),
    "Spine1": Bone("Spine", "spine", "neck", (0, 0.25, 0)),
    "Spine2": Bone("Spine1", "neck", "", (0, 0.1, 0)),
    "Neck": Bone("Spine2", "neck", "nose", (0, 0.1, 0.08)),
    "Head": Bone("Neck", "nose", "head_top", (0, 0.12, -0.06)),
    "LeftShoulder": Bone("Spine2", "neck", "left_shoulder", (0.17, 0, 0)),
    "LeftArm": Bone("LeftShoulder", "left_shoulder", "left_elbow", (0.28, 0, 0)),
    "LeftForeArm": Bone("LeftArm", "left_elbow", "left_wrist", (0.25, 0, 0)),
    "LeftHand": Bone("LeftForeArm", "left_wrist", "", (0.08, 0, 0)),
    "RightShoulder": Bone("Spine2", "neck", "right_shoulder", (-0.17, 0, 0)),
    "RightArm": Bone("RightShoulder", "right_shoulder", "right_elbow", (-0.28, 0, 0)),
    "RightForeArm": Bone("RightArm", "right_elbow", "right_wrist", (-0.25, 0, 0)),
    "RightHand": Bone("RightForeArm", "right_wrist", "", (-0.08, 0, 0)),
    "LeftHip": Bone("Hips", "mid_hip", "left_hip", (0.1, 0, 0)),
    "LeftUpLeg": Bone("LeftHip", "left_hip", "left_knee", (0, -0.42, 0)),
    "LeftLeg": Bone("LeftUpLeg", "left_knee", "left_ankle", (0, -0.41, 0)),
    "LeftFoot": Bone("LeftLeg", "left_ankle", "", (0, 0, 0.12)),
    "RightHip": Bone("Hips", "mid_hip", "right_hip", (-0.1, 0, 0)),
    "RightUpLeg": Bone("RightHip", "right_hip", "right_knee", (0, -0.42, 0)),
    "RightLeg": Bone("RightUpLeg", "right_knee", "right_ankle", (0, -0.41, 0)),
    "RightFoot": Bone("RightLeg", "right_ankle", "", (0, 0, 0.12)),
}
"""Bones by their name in the file, parents first, named as in MotionBuilder.

BVH has no field for the unit. The reader of motion capture knows it by these names, see
lab/datasets/joint_names.yaml.
"""
_CHANNELS = "Zrotation Xrotation Yrotation"


def write_bvh_files(folder: Path, tracks: Sequence[PoseTrack]) -> None:
    """Write person_<id>.bvh for each track; OSError if one cannot be written.

    A missing joint moves on a line between the images that show it. People without visible
    hips are left out.
    """
    for track in tracks:
        even = even_track(track, longest_gap=np.inf)
        joints = {name: _without_gaps(even.points[:, row]) for row, name in enumerate(even.joints)}
        if np.isnan(joints["mid_hip"]).all():
            _LOG.warning("person %d: no BVH file, since no hips are visible", track.person_id)
            continue
        path = folder / f"person_{track.person_id}.bvh"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in _lines(even, joints))


def _without_gaps(points: Array) -> Array:
    """(T, 3) with the first and the last position held; NaN where all are missing."""
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(known):
        return points
    places = np.arange(len(points))
    return np.column_stack([np.interp(places, known, column[known]) for column in points.T])


def _lines(track: EvenTrack, joints: Mapping[str, Array]) -> Iterator[str]:
    ends = _ends(joints)
    yield "HIERARCHY"
    yield from _block("Hips", ends, "")
    yield "MOTION"
    yield f"Frames: {len(track.points)}"
    yield f"Frame Time: {1 / track.rate:.8f}"
    turns = _rotations(joints)
    angles = np.concatenate([_angles(turns, name) for name in _written_order("Hips")], axis=1)
    values = np.concatenate([joints["mid_hip"] * _CENTIMETRES, angles], axis=1)
    for row in values.tolist():
        yield " ".join(f"{value:.4f}" for value in row)


def _ends(joints: Mapping[str, Array]) -> dict[str, Array]:
    """(3,) end of each bone from its start at rest [m], with the median lengths of the person."""
    known: dict[str, float] = {}
    for name, bone in BONES.items():
        if bone.end:
            lengths = np.linalg.norm(joints[bone.end] - joints[bone.start], axis=1)
            if np.isfinite(lengths).any():
                known[name] = float(np.nanmedian(lengths))
    usual = {name: float(np.linalg.norm(bone.rest)) for name, bone in BONES.items()}
    scale = float(np.median([known[name] / usual[name] for name in known])) if known else 1.0
    return {
        name: np.array(bone.rest) * (known.get(name, scale * usual[name]) / usual[name])
        for name, bone in BONES.items()
    }


def _children(name: str) -> list[str]:
    return [child for child, bone in BONES.items() if bone.parent == name]


def _written_order(name: str) -> list[str]:
    """The names in the order of the file: each before its children, these one after the other."""
    return [name, *(below for child in _children(name) for below in _written_order(child))]


def _block(name: str, ends: Mapping[str, Array], indent: str) -> Iterator[str]:
    bone, children = BONES[name], _children(name)
    above = BONES[bone.parent] if bone.parent else bone
    offset = np.zeros(3) if bone.start == above.start else ends[bone.parent]
    yield f"{indent}{'JOINT' if bone.parent else 'ROOT'} {name}"
    yield f"{indent}{{"
    yield f"{indent}\tOFFSET {_numbers(offset)}"
    position = "" if bone.parent else "Xposition Yposition Zposition "
    yield f"{indent}\tCHANNELS {3 if bone.parent else 6} {position}{_CHANNELS}"
    for child in children:
        yield from _block(child, ends, indent + "\t")
    if not children:
        yield from (
            f"{indent}\tEnd Site",
            f"{indent}\t{{",
            f"{indent}\t\tOFFSET {_numbers(ends[name])}",
            f"{indent}\t}}",
        )
    yield f"{indent}}}"


def _numbers(point: Array) -> str:
    return " ".join(f"{value * _CENTIMETRES:.4f}" for value in point)


def _rotations(joints: Mapping[str, Array]) -> dict[str, Array]:
    """(T, 3, 3) rotation of each bone from rest, in the frame of the file."""
    count = len(joints["mid_hip"])
    turns: dict[str, Array] = {}
    for name, bone in BONES.items():
        above = turns[bone.parent] if bone.parent else np.tile(np.eye(3), (count, 1, 1))
        if name == "Hips":
            turns[name] = _frame(joints, "hip", "spine", "mid_hip", above)
        elif name == "Spine2":
            turns[name] = _frame(joints, "shoulder", "neck", "spine", above)
        elif bone.end:
            direction = joints[bone.end] - joints[bone.start]
            turns[name] = _turned(above, np.array(bone.rest), direction)
        else:
            turns[name] = above
    return turns


def _frame(joints: Mapping[str, Array], pair: str, top: str, bottom: str, above: Array) -> Array:
    """Rotation with X along the line from right to left and Y near that from bottom to top."""
    left = _unit(joints[f"left_{pair}"] - joints[f"right_{pair}"])
    forward = _unit(np.cross(left, joints[top] - joints[bottom]))
    frame = np.stack([left, np.cross(forward, left), forward], axis=-1)
    return np.where(np.isnan(frame).any(axis=(1, 2), keepdims=True), above, frame)


def _turned(above: Array, rest: Array, direction: Array) -> Array:
    """The parent's rotation and the smallest one that turns the bone into its direction.

    The rotation from unit vector a to b is I + K + K K / (1 + a b), K the matrix of a x b.
    """
    start, end = _unit(above @ rest), _unit(direction)
    axis, cosine = np.cross(start, end), (start * end).sum(axis=1)
    matrix = np.zeros((len(axis), 3, 3))
    matrix[:, [2, 0, 1], [1, 2, 0]] = axis
    matrix -= matrix.transpose(0, 2, 1)
    opposite = cosine < -1 + 1e-9  # half a turn about any perpendicular axis
    scale = 1 / np.where(opposite, 1.0, 1 + cosine)
    small = np.eye(3) + matrix + matrix @ matrix * scale[:, None, None]
    side = _unit(np.cross(start, np.where(np.abs(start[:, :1]) < 0.9, (1, 0, 0), (0, 1, 0))))
    half = 2 * side[:, :, None] * side[:, None, :] - np.eye(3)
    turn = np.where(opposite[:, None, None], half, small) @ above
    return np.where(np.isnan(turn).any(axis=(1, 2), keepdims=True), above, turn)


def _unit(vectors: Array) -> Array:
    """(T, 3) unit vectors; NaN for vectors without length."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Array = vectors / np.where(lengths > 1e-9, lengths, np.nan)
    return unit


def _angles(turns: Mapping[str, Array], name: str) -> Array:
    """(T, 3) rotations about Z, X and Y in the parent's frame [degrees], without jumps."""
    parent = BONES[name].parent
    local = turns[parent].transpose(0, 2, 1) @ turns[name] if parent else turns[name]
    angles = np.column_stack(
        [
            np.arctan2(-local[:, 0, 1], local[:, 1, 1]),
            np.arcsin(np.clip(local[:, 2, 1], -1, 1)),
            np.arctan2(-local[:, 2, 0], local[:, 2, 2]),
        ]
    )
    return np.degrees(np.unwrap(angles, axis=0))
