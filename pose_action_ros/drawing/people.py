"""People with ids and labels, and captions, drawn into an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.drawing.colours import Colour, colour_of
from pose_action_ros.errors import InputError
from pose_action_ros.poses import UNTRACKED, Pose2D

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_PERSON_COLOURS: tuple[Colour, ...] = (
    (40, 40, 40),
    (150, 60, 150),
    (40, 110, 40),
    (40, 60, 180),
    (150, 110, 20),
    (20, 130, 170),
)
_STRONG = 0.5
"""Least score of a bone that is drawn at full width."""
_FRACTION_BITS = 4
"""Coordinates have a resolution of 1/16 pixel."""
_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_HEIGHT_AT_SCALE_1 = 22
"""Height of a capital letter of the font [px]."""
_SMALLEST = 0.42
"""Least scale of the font; below it OpenCV 5 merges words."""


def draw_people(
    image: Image, people: Sequence[Pose2D], labels: Mapping[int, str] | None = None
) -> None:
    """Draw bones and joints of each person, and the id with the label over the head.

    Bones with a low score are thinner and darker. Missing joints and joints far outside the image
    are not drawn.

    Args:
        image: (H, W, 3) uint8 BGR, changed in place.
        people: 2D poses in pixels of `image`.
        labels: text by person id, for example "waving_left 0.93".

    Raises:
        InputError: the image cannot be drawn into.
    """
    _check_image(image)
    for person in people:
        near = person.present & _near(person.points, image.shape)
        if near.any():
            _draw_bones(image, person, near)
            _draw_joints(image, person, near)
            _draw_label(image, person, near, (labels or {}).get(person.person_id, ""))


def _near(points: Points, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """(J,) True for joints at most ten images away; others overflow OpenCV's integers."""
    limit = 10 * max(shape[:2])
    near: npt.NDArray[np.bool_] = np.abs(np.nan_to_num(points, nan=np.inf)).max(axis=1) < limit
    return near


def _fixed(points: Points) -> npt.NDArray[np.int64]:
    """Convert points to OpenCV's fixed-point integers; NaN becomes 0."""
    return np.rint(np.nan_to_num(points) * (1 << _FRACTION_BITS)).astype(np.int64)


def _draw_bones(image: Image, person: Pose2D, near: npt.NDArray[np.bool_]) -> None:
    ends = _fixed(np.where(near[:, None], person.points, np.nan)).tolist()
    for parent, child in person.skeleton.bones:
        if near[parent] and near[child]:
            weight = _weight(min(person.scores[parent], person.scores[child]))
            shade = [weight * channel for channel in colour_of(person.skeleton, child)]
            thickness = max(1, round(weight * 3 * _unit(image)))
            line = (ends[parent], ends[child], shade, thickness)
            cv2.line(image, *line, cv2.LINE_AA, _FRACTION_BITS)


def _weight(score: float) -> float:
    """Weight of a bone, 0.3 to 1."""
    return min(max(score / _STRONG, 0.3), 1.0)


def _draw_joints(image: Image, person: Pose2D, near: npt.NDArray[np.bool_]) -> None:
    radius = round(2.5 * _unit(image) * (1 << _FRACTION_BITS))
    for joint in np.flatnonzero(near):
        centre = _fixed(person.points[joint]).tolist()
        colour = colour_of(person.skeleton, int(joint))
        cv2.circle(image, centre, radius, colour, cv2.FILLED, cv2.LINE_AA, _FRACTION_BITS)


def _draw_label(image: Image, person: Pose2D, near: npt.NDArray[np.bool_], label: str) -> None:
    """Draw the id and label above the highest joint, if the person is in the image."""
    points = person.points[near]
    low, high = points.min(axis=0), points.max(axis=0)
    height, width = image.shape[:2]
    if (high < 0).any() or low[0] >= width or low[1] >= height:
        return
    tracked = person.person_id != UNTRACKED
    text = " ".join(part for part in (f"#{person.person_id}" if tracked else "", label) if part)
    if text:
        # Heads reach above their highest joint (eyes or ears) by about an eighth of the body.
        above = low[1] - 0.08 * (high[1] - low[1]) - 4 * _unit(image)
        colour = _PERSON_COLOURS[person.person_id % len(_PERSON_COLOURS)]
        _draw_text(image, text, float(low[0] + high[0]) / 2, above, colour)


def _check_image(image: Image) -> None:
    """Raise InputError unless `image` can be drawn into."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(
            f"got an image of shape {image.shape} and type {image.dtype}, "
            "expected (height, width, 3) of uint8"
        )
    if not (image.flags.c_contiguous and image.flags.writeable):
        raise InputError("the image to draw into must be contiguous and writeable; copy it")


def _unit(image: Image) -> float:
    """Scale of all drawing [px]: 1 in an image of 480 rows, at least 0.5."""
    height, width = image.shape[:2]
    return float(max(min(height, width) / 480, 0.5))


def _scale(image: Image) -> float:
    """Scale of the font; smaller text is not readable."""
    return max(0.55 * _unit(image), _SMALLEST)


def _draw_text(image: Image, text: str, centre: float, bottom: float, colour: Colour) -> None:
    """Draw text on a filled rectangle that is moved into the image.

    Args:
        image: (H, W, 3) BGR, changed in place.
        text: one line.
        centre: column of its middle [px], unless it is moved.
        bottom: row of its lower edge [px], unless it is moved.
        colour: of the rectangle; the text is black or white, for contrast.
    """
    scale = _scale(image)
    thickness = max(1, round(1.2 * _unit(image)))
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, thickness)
    letter = _HEIGHT_AT_SCALE_1 * scale
    pad = letter / 2
    left = _inside(centre - width / 2 - pad, width + 2 * pad, image.shape[1])
    top = _inside(bottom - letter - 2 * pad, letter + 2 * pad, image.shape[0])
    corner = (round(left + width + 2 * pad), round(top + letter + 2 * pad))
    cv2.rectangle(image, (round(left), round(top)), corner, colour, cv2.FILLED)
    ink = _BLACK if np.dot(colour, (0.114, 0.587, 0.299)) > 130 else _WHITE
    start = (round(left + pad), round(top + pad + letter))
    cv2.putText(image, text, start, _FONT, scale, ink, thickness, cv2.LINE_AA)


def _inside(start: float, length: float, size: int) -> float:
    """Move `start` so that start to start + length is within 0 to size; 0 if it is too long."""
    return max(0.0, min(start, size - length))


def draw_caption(image: Image, lines: Sequence[str]) -> None:
    """Draw lines of text into the upper left corner.

    Args:
        image: (H, W, 3) uint8 BGR, changed in place.
        lines: top to bottom.

    Raises:
        InputError: the image cannot be drawn into.
    """
    _check_image(image)
    height = 2 * _scale(image) * _HEIGHT_AT_SCALE_1
    for row, text in enumerate(lines):
        _draw_text(image, text, 0, (row + 1) * height, _BLACK)
