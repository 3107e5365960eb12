"""Skeletons with ids and labels, drawn into an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.drawing.colours import Colour, colour_of
from pose_action_ros.drawing.text import Image, check_image, plate, unit
from pose_action_ros.poses import UNTRACKED, Pose2D

_PERSON_COLOURS: tuple[Colour, ...] = (
    (40, 40, 40),
    (150, 60, 150),
    (40, 110, 40),
    (40, 60, 180),
    (150, 110, 20),
    (20, 130, 170),
)
_STRONG = 0.5
"""Score from which a bone is drawn at full width."""
_FRACTION_BITS = 4
"""Lines are placed to 1/16 pixel."""

Points = npt.NDArray[np.float64]


def draw_people(
    image: Image, people: Sequence[Pose2D], labels: Mapping[int, str] | None = None
) -> None:
    """Draw each person's bones and joints, and the id with the label over the head.

    Bones with a low score are thinner and darker. Missing joints and joints far outside the image
    are left out.

    Args:
        image: (H, W, 3) uint8 BGR, changed in place.
        people: to be drawn, in pixels of `image`.
        labels: text by person id, for example "waving_left 0.93".

    Raises:
        InputError: the image cannot be drawn into.
    """
    check_image(image)
    for person in people:
        near = person.present & _near(person.points, image.shape)
        if near.any():
            _draw_bones(image, person, near)
            _draw_joints(image, person, near)
            _draw_label(image, person, near, (labels or {}).get(person.person_id, ""))


def _near(points: Points, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """(J,) which joints are at most ten images away: further ones overflow OpenCV's integers."""
    limit = 10 * max(shape[:2])
    near: npt.NDArray[np.bool_] = np.abs(np.nan_to_num(points, nan=np.inf)).max(axis=1) < limit
    return near


def _fixed(points: Points) -> npt.NDArray[np.int64]:
    """Points in OpenCV's fixed-point integers; where NaN, 0."""
    return np.rint(np.nan_to_num(points) * (1 << _FRACTION_BITS)).astype(np.int64)


def _draw_bones(image: Image, person: Pose2D, near: npt.NDArray[np.bool_]) -> None:
    known = np.where(near[:, None], person.points, np.nan)
    ends = _fixed(known).tolist()
    for parent, child in person.skeleton.bones:
        if near[parent] and near[child]:
            weight = _weight(min(person.scores[parent], person.scores[child]))
            shade = [weight * channel for channel in colour_of(person.skeleton, child)]
            thickness = max(1, round(weight * 3 * unit(image)))
            line = (ends[parent], ends[child], shade, thickness)
            cv2.line(image, *line, cv2.LINE_AA, _FRACTION_BITS)


def _weight(score: float) -> float:
    """How strongly a bone is drawn, 0.3 to 1."""
    return min(max(score / _STRONG, 0.3), 1.0)


def _draw_joints(image: Image, person: Pose2D, near: npt.NDArray[np.bool_]) -> None:
    radius = round(2.5 * unit(image) * (1 << _FRACTION_BITS))
    for joint in np.flatnonzero(near):
        centre = _fixed(person.points[joint]).tolist()
        colour = colour_of(person.skeleton, int(joint))
        cv2.circle(image, centre, radius, colour, cv2.FILLED, cv2.LINE_AA, _FRACTION_BITS)


def _draw_label(image: Image, person: Pose2D, near: npt.NDArray[np.bool_], label: str) -> None:
    """The id and label above the highest joint, when any of the person is in the image."""
    known = person.points[near]
    low, high = known.min(axis=0), known.max(axis=0)
    height, width = image.shape[:2]
    if (high < 0).any() or low[0] >= width or low[1] >= height:
        return
    tracked = person.person_id != UNTRACKED
    text = " ".join(part for part in (f"#{person.person_id}" if tracked else "", label) if part)
    if text:
        # Heads reach above their highest joint (eyes or ears) by about an eighth of the body.
        above = low[1] - 0.08 * (high[1] - low[1]) - 4 * unit(image)
        colour = _PERSON_COLOURS[person.person_id % len(_PERSON_COLOURS)]
        plate(image, text, float(low[0] + high[0]) / 2, above, colour)
