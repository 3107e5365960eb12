"""Normalisation: keypoints independent of the person's position and size in the image.

A virtual camera at the position of the real one is turned to the person's torso, and its focal
length gives the person a standard size. Training and inference use the same function. The rotation
is that of perspective crop layers (Yu et al. 2021, arXiv 2011.13607); the size follows from the
least foreshortened bones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NORMALISATION = "torso-rays-2"
"""Name in model cards: a network runs only behind the normalisation it was trained with."""

STANDARD_HEIGHT = 1.70
"""Standing height [m] of the person that every network predicts."""

_TORSO = tuple(
    COCO_18.index(name) for name in ("right_shoulder", "left_shoulder", "right_hip", "left_hip")
)
_NECK = COCO_18.index("neck")

# Bone, and its length [m] in a person of standard height (Winter 2009, table 4.1, rounded).
_LENGTHS: tuple[tuple[str, str, float], ...] = (
    ("right_shoulder", "left_shoulder", 0.36),
    ("right_shoulder", "right_hip", 0.50),
    ("left_shoulder", "left_hip", 0.50),
    ("neck", "right_hip", 0.50),
    ("neck", "left_hip", 0.50),
    ("nose", "neck", 0.22),
    ("right_shoulder", "right_elbow", 0.29),
    ("left_shoulder", "left_elbow", 0.29),
    ("right_elbow", "right_wrist", 0.25),
    ("left_elbow", "left_wrist", 0.25),
    ("right_hip", "right_knee", 0.42),
    ("left_hip", "left_knee", 0.42),
    ("right_knee", "right_ankle", 0.42),
    ("left_knee", "left_ankle", 0.42),
)
_FROM = np.array([COCO_18.index(first) for first, _, _ in _LENGTHS])
_TO = np.array([COCO_18.index(second) for _, second, _ in _LENGTHS])
_METRES = np.array([length for _, _, length in _LENGTHS])

# Foreshortening only shortens bones, so that a high quantile gives the size; the maximum would
# follow single misplaced joints.
_QUANTILE = 0.8
_LEAST_BONES = 2
_LEAST_SIZE = 1e-4  # of a metre, per metre of distance: no person is visible from 10 km
_FARTHEST = 3.0  # [m] from the torso; a joint beyond is not this person's


@dataclass(frozen=True, eq=False)
class Normalised:
    """Network inputs of N people and the rotations to read the outputs.

    Attributes:
        features: (N, 18, 3) x, y [m at the torso's depth, person of standard height] and score of
            each COCO-18 joint in the virtual camera; zeros for a missing joint.
        rotations: (N, 3, 3) from the optical frame of the camera to the virtual camera's.
        sizes: (N,) apparent size of one metre: tangent of its visual angle; 0 if not liftable.
        liftable: (N,) True if enough of the torso is known; the other rows have no meaning.
    """

    features: Array
    rotations: Array
    sizes: Array
    liftable: Flags

    def __getitem__(self, rows: npt.NDArray[np.intp]) -> Normalised:
        """The people in these rows."""
        return Normalised(
            self.features[rows], self.rotations[rows], self.sizes[rows], self.liftable[rows]
        )


def normalise(rays: Array, scores: Array) -> Normalised:
    """Turn and scale the rays of N people.

    Args:
        rays: (N, 18, 2) x/z and y/z in the optical frame of each COCO-18 joint.
        scores: (N, 18) 0 to 1; 0 or a NaN ray is a missing joint.
    """
    rays, scores = _with_neck(rays, scores)
    known: Flags = scores > 0
    rotations, centred = _rotations(rays, known)
    plane, in_front = _turned(rays, rotations)
    known &= in_front
    sizes, sized = _sizes(plane, known)
    liftable = centred & sized
    metres = plane / np.where(liftable, sizes, 1.0)[:, None, None]  # (N, 18, 2)
    known &= np.linalg.norm(metres, axis=-1) < _FARTHEST
    features = np.dstack([metres, np.minimum(scores, 1.0)])  # (N, 18, 3)
    features = np.where((known & liftable[:, None])[..., None], features, 0.0)
    return Normalised(features, rotations, np.where(liftable, sizes, 0.0), liftable)


def virtual_to_optical(points: Array, rotations: Array) -> Array:
    """Points (N, J, 3) of the virtual cameras in the optical frame of the real one."""
    turned: Array = points @ rotations
    return turned


def optical_to_virtual(points: Array, rotations: Array) -> Array:
    """Points (N, J, 3) of the optical frame of the real camera in those of the virtual ones."""
    turned: Array = points @ rotations.transpose(0, 2, 1)
    return turned


def _with_neck(rays: Array, scores: Array) -> tuple[Array, Array]:
    """Copies with NaN and score 0 for missing joints, and with the neck.

    A missing neck is the middle of the shoulders, which is its definition.
    """
    finite: Flags = np.all(np.isfinite(rays), axis=-1)
    rays, scores = np.where(finite[..., None], rays, np.nan), np.where(finite, scores, 0.0)
    right, left = _TORSO[0], _TORSO[1]
    middle = (rays[:, right] + rays[:, left]) / 2
    least = np.minimum(scores[:, right], scores[:, left])
    missing = ~(scores[:, _NECK] > 0)
    rays[:, _NECK] = np.where(missing[:, None], middle, rays[:, _NECK])
    scores[:, _NECK] = np.where(missing, least, scores[:, _NECK])
    return rays, scores


def _rotations(rays: Array, known: Flags) -> tuple[Array, Flags]:
    """Rotations (N, 3, 3) to the torso without roll, and (N,) True if the torso is visible.

    The virtual camera yaws about the real one's y axis and then pitches, so that a level camera
    gives level virtual cameras.
    """
    torso = known[:, _TORSO]  # (N, 4)
    centred = torso.sum(axis=1) >= 2
    directions = np.concatenate([rays[:, _TORSO], np.ones((len(rays), 4, 1))], axis=-1)
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    centre = np.where(torso[..., None], directions, 0.0).sum(axis=1)  # (N, 3)
    forward = np.where(centred[:, None], centre, [0.0, 0.0, 1.0])
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    x, y, z = forward.T
    level = np.hypot(x, z)
    right = np.stack([z / level, np.zeros(len(rays)), -x / level], axis=1)
    down = np.stack([-x * y / level, level, -y * z / level], axis=1)  # forward cross right
    return np.stack([right, down, forward], axis=1), centred


def _turned(rays: Array, rotations: Array) -> tuple[Array, Flags]:
    """Rays (N, 18, 2) in the virtual cameras, and (N, 18) True if clearly in front of them."""
    directions = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1)
    turned = optical_to_virtual(directions, rotations)
    depth = turned[..., 2]
    in_front = depth > 0.1 * np.linalg.norm(turned, axis=-1)
    plane = turned[..., :2] / np.where(in_front, depth, 1.0)[..., None]
    return plane, in_front


def _sizes(plane: Array, known: Flags) -> tuple[Array, Flags]:
    """Apparent size (N,) of a metre, and (N,) True if it is defined."""
    present = known[:, _FROM] & known[:, _TO]  # (N, bones)
    spans = np.linalg.norm(plane[:, _FROM] - plane[:, _TO], axis=-1) / _METRES
    ordered = np.sort(np.where(present, spans, np.inf), axis=1)
    count = present.sum(axis=1)
    place = _QUANTILE * np.maximum(count - 1, 0)
    low = place.astype(np.intp)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(plane))
    enough = count >= _LEAST_BONES
    ordered[~enough] = 0.0
    sizes = ordered[rows, low] + (place - low) * (ordered[rows, high] - ordered[rows, low])
    return sizes, enough & (sizes > _LEAST_SIZE)
