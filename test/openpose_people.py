"""People on a map of cells, for tests of OpenPose's decoding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection.openpose import DecodedPeople, MapLayout
from pose_action_ros.skeletons import Skeleton

Array = npt.NDArray[np.float64]

# A person facing the camera: x right and y down from the hips, in heights.
_STANDING = {
    "head_top": (0, -0.49),
    "nose": (0, -0.42),
    "neck": (0, -0.31),
    "spine": (0, -0.16),
    "mid_hip": (0, 0),
    "left_eye": (0.03, -0.45),
    "left_ear": (0.06, -0.42),
    "left_shoulder": (0.12, -0.30),
    "left_elbow": (0.19, -0.15),
    "left_wrist": (0.25, -0.01),
    "left_hip": (0.07, 0.01),
    "left_knee": (0.09, 0.24),
    "left_ankle": (0.10, 0.46),
    "left_big_toe": (0.15, 0.51),
    "left_small_toe": (0.19, 0.49),
    "left_heel": (0.07, 0.50),
}


def standing(skeleton: Skeleton) -> Array:
    """(J, 2) an upright person of height 1, hips at the origin."""
    return np.array([_place(joint) for joint in skeleton.joints])


def _place(joint: str) -> tuple[float, float]:
    side, _, rest = joint.partition("_")
    if side == "right":
        x, y = _STANDING[f"left_{rest}"]
        return -x, y
    return _STANDING[joint]


def random_person(skeleton: Skeleton, seed: int, height: float, place: npt.ArrayLike) -> Array:
    """(J, 2) [cells] a person in a random posture, hips near a place."""
    rng = np.random.default_rng(seed)
    joints = standing(skeleton) + rng.normal(0, 0.02, (len(skeleton), 2))
    return np.asarray(joints * height + np.asarray(place))


def row_of_people(skeleton: Skeleton, count: int, seed: int, size: tuple[int, int]) -> Array:
    """(count, J, 2) [cells] people side by side in up to two rows; missing outside of the map."""
    rows = 1 if count < 10 else 2
    columns = -(-count // rows)
    step = np.array([size[1] / columns, size[0] / rows])
    height = min(0.82 * step[1], 2.0 * step[0])
    places = [(number % columns, number // columns) for number in range(count)]
    people = [
        random_person(skeleton, seed + number, height, (place + np.array([0.5, 0.48])) * step - 0.5)
        for number, place in enumerate(places)
    ]
    return cut(np.stack(people), size)


def cut(people: Array, size: tuple[int, int]) -> Array:
    """The people without the joints outside the map."""
    inside = (people > -0.5) & (people < np.array(size[::-1]) - 0.5)
    return np.where(inside.all(axis=-1, keepdims=True), people, np.nan)


def matched(decoded: DecodedPeople, people: Array) -> Array:
    """(P, J, 2) of each of the people the decoded one nearest to them, once each.

    Fails when there are more or fewer.
    """
    assert len(decoded) == len(people)
    apart = np.linalg.norm(decoded.points[:, None] - people, axis=-1)  # (P, P, J)
    nearest = np.nanmean(
        np.where(np.isfinite(people[..., 0]), np.nan_to_num(apart, nan=50.0), np.nan), axis=-1
    ).argmin(axis=0)
    assert len(set(nearest)) == len(people)
    return np.asarray(decoded.points[nearest])


def mirrored(layout: MapLayout, maps: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Maps (H, W, C) of the mirrored image, left and right exchanged."""
    swap = layout.skeleton.mirror.tolist()
    channels, signs = np.arange(layout.channels), np.ones(layout.channels, dtype=np.float32)
    channels[: layout.parts] = swap
    for (start, end), (x, y) in zip(layout.limbs, layout.fields, strict=True):
        other = layout.fields[layout.limbs.index((swap[start], swap[end]))]
        channels[[x, y]] = other
        signs[x] = -1
    return np.ascontiguousarray((maps[:, ::-1, channels] * signs).astype(np.float32))
