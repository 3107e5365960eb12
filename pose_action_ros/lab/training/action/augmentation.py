"""Random changes to poses: other cameras, other lifters, other bodies and postures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from pose_action_ros.skeletons import HUMAN36M_17, Skeleton

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

HOLD = 0.5  # share of windows with a missing beginning that is filled with the first pose
RESTYLED = 0.6  # share of windows with another style
WARPED = 0.5  # share of windows with another time course
WARPS = (0.05, 0.035)  # standard deviation of the shifts by one and by two half waves [windows]
SWIVEL = 20.0  # rotation of the elbow about the line from shoulder to wrist [degrees]
STYLES = {
    # bones that end at these joints: standard deviations of their rotation [degrees] and of the
    # logarithm of their length
    ("elbow",): (4.0, 0.06),
    ("wrist",): (4.0, 0.06),
    ("knee",): (4.0, 0.05),
    ("ankle",): (4.0, 0.05),
    ("spine", "neck", "nose", "head_top", "shoulder"): (4.0, 0.05),
    ("hip",): (3.0, 0.1),
}


def _rows(*parts: str) -> list[int]:
    return [HUMAN36M_17.index(f"{side}_{part}") for part in parts for side in ("left", "right")]


HIDDEN = (
    (_rows("knee", "ankle"), 0.1),
    (_rows("ankle"), 0.04),
    ([HUMAN36M_17.root, *_rows("hip", "knee", "ankle")], 0.03),
    (_rows("wrist"), 0.02),
)
"""Joints that are missing in a whole window, and the share of the windows."""
GAP = 0.15
"""Share of windows in which a detector loses an arm for a while."""
GAP_LENGTH = (0.1, 0.6)
"""How long, as a share of the window."""

BEGUN = 0.3
"""Share of windows in which the track began: a film, or a person who comes into the image."""
LATE = 0.7
"""Greatest missing part of such a window; the first answer needs the rest."""


def rotation(axis: int, angle: float) -> Array:
    """(3, 3) rotation about axis 0, 1 or 2 by an angle [rad]."""
    matrix = np.eye(3)
    first, second = [other for other in range(3) if other != axis]
    matrix[[first, second], [first, second]] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def mirror(points: Array, skeleton: Skeleton) -> Array:
    """Mirror poses (..., J, 3): left and right joints are swapped and x is negated."""
    return points[..., skeleton.mirror, :] * [-1.0, 1.0, 1.0]


def disturb(points: Array, rng: Rng) -> Array:
    """Vary camera tilt, proportions, lifting errors and missing joints of a window (N, 17, 3)."""
    root = points[:, :1]
    relative = (points - root if np.isfinite(root).all() else points) @ _tilt(rng)
    frames, joints = points.shape[:2]
    relative *= rng.uniform(0.85, 1.15, 3)
    relative += rng.normal(0, 0.02 * rng.exponential(), (joints, 3))  # constant errors
    relative += rng.normal(0, 0.0015 * rng.exponential(), (frames, joints, 3))  # jitter
    if rng.random() < 0.15:
        relative[:, rng.integers(joints)] = np.nan
    for rows, share in HIDDEN:
        if rng.random() < share:
            relative[:, rows] = np.nan
    if rng.random() < GAP:
        _lose_arm(relative, rng)
    if rng.random() < BEGUN:
        relative[: rng.integers(1, int(LATE * frames))] = np.nan
    return np.asarray(relative)


def _lose_arm(points: Array, rng: Rng) -> None:
    """Remove a wrist, or elbow and wrist, for a part of a window (N, 17, 3), in place."""
    frames, side = len(points), ("left", "right")[rng.integers(2)]
    count = int(rng.uniform(*GAP_LENGTH) * frames)
    first = int(rng.integers(frames - count + 1))
    for part in ("wrist", "elbow")[: int(rng.integers(1, 3))]:
        points[first : first + count, HUMAN36M_17.index(f"{side}_{part}")] = np.nan


def _tilt(rng: Rng) -> Array:
    """(3, 3) small rotation about the two horizontal axes: a camera that is not level."""
    pitch, roll = rng.normal(0, np.radians(7), 2)
    return rotation(0, pitch) @ rotation(2, roll)


def hold_first_pose(points: Array, rng: Rng) -> Array:
    """Fill the missing beginnings of windows (B, T, 17, 3) with their first pose, of a part."""
    held = points.copy()
    for window in held[rng.random(len(points)) < HOLD]:
        present = np.flatnonzero(np.isfinite(window).any(axis=(1, 2)))
        if len(present):
            window[: present[0]] = window[present[0]]
    return held


def restyle(points: Array, rng: Rng) -> Array:
    """Poses (B, T, 17, 3) of B people, each with other proportions, posture and vigour.

    Bones are rotated by constant angles, the rotation of an upper arm includes its forearm. Elbows
    move, hands, which define the action, stay. Movements become larger or smaller. A joint with a
    missing parent is missing.
    """
    count = len(points)
    parts = {joint: _style(joint, count, rng) for joint in HUMAN36M_17.joints[1:]}
    root = HUMAN36M_17.joints[HUMAN36M_17.root]
    rotations = {root: np.broadcast_to(np.eye(3), (count, 3, 3))}
    changed = points.copy()
    for parent, child in HUMAN36M_17.bones:
        above, name = HUMAN36M_17.joints[parent], HUMAN36M_17.joints[child]
        own, length = parts[name]
        rotations[name] = rotations[above] @ own
        bone = points[:, :, child] - points[:, :, parent]
        turned = bone @ rotations[name] * length[:, None, None]
        changed[:, :, child] = changed[:, :, parent] + turned
    for side in ("left", "right"):
        _swivel(changed, side, rng.normal(0, np.radians(SWIVEL), count))
    return _exaggerate(changed, rng.uniform(0.85, 1.2, count))


def vary_style(points: Array, rng: Rng) -> Array:
    """Restyle a part of windows (B, T, 17, 3), and change the time course of a part."""
    changed = points.copy()
    chosen = rng.random(len(points)) < RESTYLED
    changed[chosen] = restyle(points[chosen], rng)
    warped = rng.random(len(points)) < WARPED
    changed[warped] = warp_time(changed[warped], rng)
    return changed


def warp_time(points: Array, rng: Rng) -> Array:
    """Let the movements of windows (B, T, 17, 3) speed up and slow down; both ends stay.

    Simulated strokes have minimum jerk, those of real people only nearly. A joint is missing where
    a pose beside the moment misses it.
    """
    count, frames = points.shape[:2]
    share = np.linspace(0, 1, frames)
    waves = np.stack([np.sin(np.pi * share), np.sin(2 * np.pi * share)])
    moments = share + (rng.normal(0, WARPS, (count, 2)) @ waves)
    moments = np.maximum.accumulate(np.clip(moments, 0, 1), axis=1) * (frames - 1)
    before = np.minimum(moments.astype(np.intp), frames - 2)
    after = (moments - before)[..., None, None]
    rows = np.arange(count)[:, None]
    mixed = (1 - after) * points[rows, before] + after * points[rows, before + 1]
    warped: Array = np.where(after == 0, points[rows, before], mixed)
    return warped


def _style(joint: str, count: int, rng: Rng) -> tuple[Array, Array]:
    """Rotations (count, 3, 3) and length factors (count,) of the bone that ends at the joint."""
    part = joint.removeprefix("left_").removeprefix("right_")
    angle, length = next(style for names, style in STYLES.items() if part in names)
    turns = Rotation.from_rotvec(rng.normal(0, np.radians(angle), (count, 3)))
    return turns.as_matrix(), np.exp(rng.normal(0, length, count))


def _swivel(points: Array, side: str, angles: Array) -> None:
    """Rotate elbows (B, T, 17, 3) about the line from shoulder to wrist by (B,) [rad], in place."""
    shoulder, elbow, wrist = (
        points[:, :, HUMAN36M_17.index(f"{side}_{part}")] for part in ("shoulder", "elbow", "wrist")
    )
    line = wrist - shoulder
    axis = line / np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-6)
    arm = elbow - shoulder
    along = np.sum(arm * axis, axis=-1, keepdims=True) * axis
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    rotated = along + (arm - along) * cos + np.cross(axis, arm) * sin  # Rodrigues
    points[:, :, HUMAN36M_17.index(f"{side}_elbow")] = shoulder + rotated


def _exaggerate(points: Array, factors: Array) -> Array:
    """Scale displacements from each person's mean posture by a factor; (B, T, 17, 3) by (B,)."""
    present = np.isfinite(points)
    total = np.nan_to_num(points).sum(axis=1, keepdims=True)
    mean = total / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.asarray(mean + factors[:, None, None, None] * (points - mean))
