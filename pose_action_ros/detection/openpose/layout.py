"""Channels of OpenPose's networks: parts, background, and two for every limb.

Source: OpenPose, pose/poseParameters.cpp, which lists joints, pairs and field channels.

A cell is one value of a map. Points on a map are in cells: x right, y down, the centre of the first
cell at (0, 0), so that the map covers -0.5 to width - 0.5. A cell covers `stride` (8) pixels of the
network's input; `to_pixels` converts to pixels, with the centre of the first pixel at 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import BODY_25, COCO_18, MPI_15, Skeleton

Array = npt.NDArray[np.float64]
Pairs = tuple[tuple[int, int], ...]

STRIDE = 8
"""Pixels of the network's input for each cell of its output."""


_FOOT = ("big_toe", "small_toe", "heel")
_ARM = ("shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle", *_FOOT)
_HEAD = ("head_top", "nose", "left_eye", "right_eye", "left_ear", "right_ear")
_FEET = tuple(f"{side}_{part}" for side in ("left", "right") for part in _FOOT)


@dataclass(frozen=True)
class MapLayout:
    """The channels of one kind of OpenPose network.

    Attributes:
        name: of its skeleton.
        skeleton: the heat map of joint j is channel j.
        limbs: joint indices (from, to), in OpenPose's order.
        fields: channels of x and of y, the next one, of each limb's part affinity field.
        associating: numbers of the limbs that only extend people: they never start a person and
            are not drawn.
        uncounted: joints that do not count for the least number of parts of a person.
        extremities: joints of each arm and each leg.
        head: joints of the head.
        background: True if the channel after the parts is the background.
        channels: total number.
    """

    name: str
    skeleton: Skeleton
    limbs: Pairs
    fields: Pairs
    associating: tuple[int, ...]
    uncounted: tuple[int, ...]
    extremities: tuple[frozenset[int], ...]
    head: frozenset[int]
    background: bool
    channels: int

    @property
    def parts(self) -> int:
        """Number of heat maps of joints, which come first."""
        return len(self.skeleton)

    @cached_property
    def limb_joints(self) -> npt.NDArray[np.intp]:
        """(L, 2) `limbs` as an array."""
        return np.array(self.limbs, dtype=np.intp)

    @cached_property
    def field_channels(self) -> npt.NDArray[np.intp]:
        """Channel (L,) of x of each limb's field; y is the next channel."""
        return np.array(self.fields, dtype=np.intp)[:, 0]

    @cached_property
    def only_associate(self) -> npt.NDArray[np.bool_]:
        """True (L,) for the limbs that are `associating`."""
        return np.isin(np.arange(len(self.limbs)), self.associating)


def _layout(
    skeleton: Skeleton,
    limbs: str,
    fields: str,
    associating: tuple[int, ...] = (),
    uncounted: tuple[str, ...] = (),
) -> MapLayout:
    """Build a layout from OpenPose's lists; `fields` are counted from the first field channel."""
    pairs, first = _pairs(limbs), len(skeleton) + 1
    return MapLayout(
        name=skeleton.name,
        skeleton=skeleton,
        limbs=pairs,
        fields=tuple((first + x, first + y) for x, y in _pairs(fields)),
        associating=associating,
        uncounted=tuple(skeleton.index(joint) for joint in uncounted),
        extremities=tuple(
            _among(skeleton, [f"{side}_{part}" for part in parts])
            for side in ("left", "right")
            for parts in (_ARM, _LEG)
        ),
        head=_among(skeleton, _HEAD),
        background=True,
        channels=first + 2 * len(pairs),
    )


def _among(skeleton: Skeleton, joints: Iterable[str]) -> frozenset[int]:
    """Indices of those of the joints that the skeleton has."""
    return frozenset(skeleton.index(joint) for joint in joints if joint in skeleton.joints)


def _pairs(numbers: str) -> Pairs:
    """Parse pairs from `a-b c-d ...`."""
    pairs = (pair.split("-") for pair in numbers.split())
    return tuple((int(one), int(other)) for one, other in pairs)


BODY_25_MAPS = _layout(
    BODY_25,
    "1-8 1-2 1-5 2-3 3-4 5-6 6-7 8-9 9-10 10-11 8-12 12-13 13-14 1-0 0-15 15-17 0-16 16-18 2-17 "
    "5-18 14-19 19-20 14-21 11-22 22-23 11-24",
    "0-1 14-15 22-23 16-17 18-19 24-25 26-27 6-7 2-3 4-5 8-9 10-11 12-13 30-31 32-33 36-37 34-35 "
    "38-39 20-21 28-29 40-41 42-43 44-45 46-47 48-49 50-51",
    associating=(18, 19),
    uncounted=_FEET,
)

COCO_18_MAPS = _layout(
    COCO_18,
    "1-2 1-5 2-3 3-4 5-6 6-7 1-8 8-9 9-10 1-11 11-12 12-13 1-0 0-14 14-16 0-15 15-17 2-16 5-17",
    "12-13 20-21 14-15 16-17 22-23 24-25 0-1 2-3 4-5 6-7 8-9 10-11 28-29 30-31 34-35 32-33 36-37 "
    "18-19 26-27",
    associating=(17, 18),
)

MPI_15_MAPS = _layout(
    MPI_15,
    "0-1 1-2 2-3 3-4 1-5 5-6 6-7 1-14 14-8 8-9 9-10 14-11 11-12 12-13",
    "0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15 16-17 18-19 20-21 22-23 24-25 26-27",
)

LAYOUTS: Mapping[str, MapLayout] = {
    layout.name: layout for layout in (BODY_25_MAPS, COCO_18_MAPS, MPI_15_MAPS)
}


def layout_named(name: str) -> MapLayout:
    """The layout of a name; InputError lists the names if there is none."""
    try:
        return LAYOUTS[name]
    except KeyError:
        raise InputError(
            f"unknown layout of maps {name!r}; known layouts are {', '.join(LAYOUTS)}"
        ) from None


def layout_with_channels(channels: int) -> MapLayout:
    """The layout with a number of channels; InputError lists the numbers if there is none."""
    known = {layout.channels: layout for layout in LAYOUTS.values()}
    if channels not in known:
        names = ", ".join(f"{count} ({layout.name})" for count, layout in known.items())
        raise InputError(
            f"got maps of {channels} channels, expected {names}; is it another network?"
        )
    return known[channels]


def to_pixels(points: npt.ArrayLike, scale: npt.ArrayLike = STRIDE) -> Array:
    """Convert cells to pixels (..., 2) of the network's input.

    Args:
        points: (..., 2) [cells].
        scale: pixels for each cell; one number, or (2,) in x and in y.
    """
    pixels: Array = (np.asarray(points, dtype=np.float64) + 0.5) * np.asarray(scale) - 0.5
    return pixels


def to_cells(points: npt.ArrayLike, scale: npt.ArrayLike = STRIDE) -> Array:
    """Convert pixels (..., 2) to cells (..., 2): the inverse of `to_pixels`."""
    cells: Array = (np.asarray(points, dtype=np.float64) + 0.5) / np.asarray(scale) - 0.5
    return cells
