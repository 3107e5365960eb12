"""Other people before other cameras doing the same: more recordings out of one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.recordings import Recording, Sighting
from pose_action_ros.lab.training.action.seen import seen_without_images
from pose_action_ros.lab.training.action.turns import turn
from pose_action_ros.simulation import FIGURE, VirtualCamera
from pose_action_ros.skeletons import HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

HELD = 0.5  # how often who was not seen yet is taken to have stood there as first seen
SWIVEL = 20.0  # [degrees] standard deviation of where elbows are, hands staying
FOOT = 0.08  # [m] of an ankle over the floor
STYLES = {
    # bones that end at these joints: standard deviation of their turn [degrees]; how much of their
    # length varies
    ("elbow",): (4.0, 0.06),
    ("wrist",): (4.0, 0.06),
    ("knee",): (4.0, 0.05),
    ("ankle",): (4.0, 0.05),
    ("spine", "neck", "nose", "head_top", "shoulder"): (4.0, 0.05),
    ("hip",): (3.0, 0.1),
}


def filmed_again(poses: Recording, rng: Rng) -> Sighting:
    """What a detector and the tracker may give of somebody like the one recorded, from elsewhere.

    Args:
        poses: root-relative; stamps and labels stay.
        rng: source of chance: body, posture, camera, errors of a detector.
    """
    points = restyled(_filled(poses), rng)
    upright = points @ _TO_WORLD  # (T, 17, 3), z up
    ankles = upright[:, [HUMAN36M_17.index(f"{side}_ankle") for side in ("left", "right")], 2]
    lowest = np.nanmin(ankles, initial=0.0)
    camera = VirtualCamera.random(rng, distance=(1.5, 5.0))
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    angle = toward + np.pi / 2 + rng.normal(0, 0.5)
    upright = upright @ turn(2, angle).T - np.array([0.0, 0.0, lowest - FOOT])
    joints = convert(upright, HUMAN36M_17, FIGURE)
    return seen_without_images(joints, poses.stamps, poses.labels, camera, rng)


_TO_WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Row vectors of the optical frame (y down) to the world's (z up)."""


def _filled(poses: Recording) -> Array:
    """(T, 17, 3) with joints that are missing for a while between where they are known."""
    points = poses.points.copy()
    for joint in points.transpose(1, 2, 0).reshape(-1, len(points)):
        known = np.isfinite(joint)
        if known.any():
            joint[~known] = np.interp(poses.stamps[~known], poses.stamps[known], joint[known])
    return points


def restyled(points: Array, rng: Rng) -> Array:
    """Poses (T, 17, 3) of somebody of other proportions, posture and vigour.

    Limbs are held a little differently throughout, a turn of an upper arm takes its forearm along;
    elbows are elsewhere while hands, which make the action, stay; movements are larger or smaller.
    Joints whose parent is missing are missing.
    """
    parts = {joint: _style(joint, rng) for joint in HUMAN36M_17.joints[1:]}
    turns = {HUMAN36M_17.joints[HUMAN36M_17.root]: np.eye(3)}
    changed = points.copy()
    for parent, child in HUMAN36M_17.bones:
        above, name = HUMAN36M_17.joints[parent], HUMAN36M_17.joints[child]
        own, length = parts[name]
        turns[name] = turns[above] @ own
        bone = points[:, child] - points[:, parent]
        changed[:, child] = changed[:, parent] + length * bone @ turns[name]
    for side in ("left", "right"):
        _swivel(changed, side, float(rng.normal(0, np.radians(SWIVEL))))
    return _exaggerated(changed, rng.uniform(0.85, 1.2))


def _swivel(points: Array, side: str, angle: float) -> None:
    """Turn the elbow about the line from shoulder to wrist, in place (Rodrigues)."""
    shoulder, elbow, wrist = (
        points[:, HUMAN36M_17.index(f"{side}_{part}")] for part in ("shoulder", "elbow", "wrist")
    )
    line = wrist - shoulder
    axis = line / np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-6)
    arm = elbow - shoulder
    along = np.sum(arm * axis, axis=1, keepdims=True) * axis
    turned = along + (arm - along) * np.cos(angle) + np.cross(axis, arm) * np.sin(angle)
    points[:, HUMAN36M_17.index(f"{side}_elbow")] = shoulder + turned


def _style(joint: str, rng: Rng) -> tuple[Array, float]:
    """Turn (3, 3) and factor of the length of the bone that ends at the joint."""
    part = joint.removeprefix("left_").removeprefix("right_")
    angle, length = next(style for names, style in STYLES.items() if part in names)
    matrix = np.eye(3)
    for axis in range(3):
        matrix = matrix @ turn(axis, float(rng.normal(0, np.radians(angle))))
    return matrix, float(np.exp(rng.normal(0, length)))


def sometimes_held(points: Array, rng: Rng) -> Array:
    """A window (N, 17, 3), half of the time with the first pose seen in place of those before."""
    seen = np.flatnonzero(np.isfinite(points).any(axis=(1, 2)))
    if not len(seen) or rng.random() > HELD:
        return points
    held = points.copy()
    held[: seen[0]] = points[seen[0]]
    return held


def _exaggerated(points: Array, factor: float) -> Array:
    """Ways from the mean posture are larger by a factor."""
    known = np.isfinite(points)
    mean = np.nan_to_num(points).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(mean + factor * (points - mean))
