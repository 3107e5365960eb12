"""PERSON: the input and output joints of a lifter in one skeleton, and the proportions of bodies.

World frame of all data sets: REP-103, z up, metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, Skeleton

Array = npt.NDArray[np.float64]

_TREE: Final = {
    "mid_hip": "",
    "spine": "mid_hip",
    "neck": "spine",
    "nose": "neck",
    "head_top": "neck",
    **{
        f"{side}_{joint}": parent.format(side)
        for side in ("right", "left")
        for joint, parent in {
            "eye": "nose",
            "ear": "nose",
            "shoulder": "neck",
            "elbow": "{}_shoulder",
            "wrist": "{}_elbow",
            "hip": "mid_hip",
            "knee": "{}_hip",
            "ankle": "{}_knee",
        }.items()
    },
}
PERSON: Final = Skeleton("person_21", tuple(_TREE), tuple(_TREE.values()))
"""All joints of coco_18 and human36m_17, parents before their children."""

INPUT_ROWS: Final = np.array([PERSON.index(name) for name in COCO_18.joints])
"""(18,) rows of the COCO-18 joints in PERSON."""

OUTPUT_ROWS: Final = np.array([PERSON.index(name) for name in HUMAN36M_17.joints])
"""(17,) rows of the Human3.6M joints in PERSON."""

# Fractions of the standing height: Winter 2009, figure 4.1 (after Drillis and Contini 1966).
PROPORTIONS: Final[Mapping[str, float]] = {
    "spine": 0.144,
    "neck": 0.144,
    "knee": 0.245,
    "ankle": 0.246,
}
"""Length of the bone that ends in a joint, the same for both sides."""
_LEG: Final = ("knee", "ankle")

# Offsets forward, left and up from the head top along the head's axes, fractions of the height.
_FACE: Final[Mapping[str, tuple[float, float, float]]] = {
    "nose": (0.065, 0.0, -0.081),
    "left_eye": (0.052, 0.018, -0.062),
    "right_eye": (0.052, -0.018, -0.062),
    "left_ear": (0.0, 0.043, -0.073),
    "right_ear": (0.0, -0.043, -0.073),
}


@dataclass(frozen=True, eq=False)
class Head:
    """A recorded head.

    Attributes:
        up: (T, 3) direction from the neck to the vertex.
        left: (T, 3) approximate direction of the left ear.
        end: (T, 3) [m] point below the vertex; None for the neck.
        above: distance from `end` to the vertex over the standing height.
    """

    up: Array
    left: Array
    end: Array | None = None
    above: float = 0.208


def person_from(points: Mapping[str, Array], vertebrae: Array, head: Head) -> Array:
    """Convert a person recorded by motion capture, with joint centres and bones as recorded.

    Neck and mid hip are the middles of the shoulders and the hips; the spine is half way along the
    line from mid hip over the vertebrae to the neck; nose, eyes and ears are those of an average
    head of the person's standing height.

    Args:
        points: (T, 3) [m] of the hips, knees, ankles, shoulders, elbows and wrists, by names as in
            "left_hip"; y up, z forward, x left.
        vertebrae: (T, V, 3) [m] on the line of the trunk, from below to above, same frame.
        head: same frame.

    Returns:
        (T, 21, 3) [m] PERSON joints, z up, x forward, y left.
    """
    joints = np.zeros((len(head.up), len(PERSON), 3))
    for name, values in points.items():
        joints[:, PERSON.index(name)] = values
    hips, neck = ((points[f"left_{end}"] + points[f"right_{end}"]) / 2 for end in _ENDS)
    trunk = np.concatenate([hips[:, None], vertebrae, neck[:, None]], axis=1)
    for name, values in (("mid_hip", hips), ("neck", neck), ("spine", _halfway(trunk))):
        joints[:, PERSON.index(name)] = values
    _place_head(joints, head, float(np.median(standing_heights(joints))))
    turned: Array = joints[..., [2, 0, 1]]
    return turned


_ENDS: Final = ("hip", "shoulder")  # of the trunk


def _halfway(line: Array) -> Array:
    """(T, 3) middle of a line (T, K, 3) by its mean lengths."""
    lengths = np.linalg.norm(np.diff(line, axis=1), axis=-1).mean(axis=0)
    ends = np.cumsum(lengths)
    step = int(np.searchsorted(ends, ends[-1] / 2))
    part = 1 - (ends[step] - ends[-1] / 2) / max(lengths[step], 1e-9)
    middle: Array = line[:, step] + part * (line[:, step + 1] - line[:, step])
    return middle


def standing_heights(joints: Array) -> Array:
    """(...,) standing heights [m] of people (..., 21, 3) from the bones of legs and trunk."""

    def length(name: str) -> Array:
        child = PERSON.index(name)
        parent = PERSON.index(PERSON.parents[child])
        bone: Array = np.linalg.norm(joints[..., child, :] - joints[..., parent, :], axis=-1)
        return bone

    legs = sum(length(f"{side}_{joint}") for side in ("left", "right") for joint in _LEG)
    measured = sum(PROPORTIONS[name] for name in ("spine", "neck", *_LEG))
    heights: Array = (length("spine") + length("neck") + legs / 2) / measured
    return heights


def _place_head(joints: Array, head: Head, height: float) -> None:
    """Set head top, nose, eyes and ears of people (T, 21, 3) in place."""
    up, forward = unit_vectors(head.up), unit_vectors(np.cross(head.left, head.up))
    axes = np.stack([forward, np.cross(up, forward), up], axis=1)  # (T, 3, 3), rows
    start = joints[:, PERSON.index("neck")] if head.end is None else head.end
    top = start + height * head.above * up
    joints[:, PERSON.index("head_top")] = top
    for name, offset in _FACE.items():
        joints[:, PERSON.index(name)] = top + height * np.einsum("c,tcd->td", offset, axes)


def unit_vectors(vectors: Array) -> Array:
    """Vectors (..., 3) of length 1 in the same directions."""
    unit: Array = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit
