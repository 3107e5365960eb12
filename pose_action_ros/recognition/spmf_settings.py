"""Choices of Enhanced-SPMF that the paper leaves open; they are stored in the model's card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.settings import Settings, setting
from pose_action_ros.skeletons import skeleton_named

JET, LEVEL = "jet", "level"


@dataclass(frozen=True)
class SpmfSettings(Settings):
    """Settings of the images; a trained model only works with its own."""

    skeleton: str = setting("human36m_17", "joint order of the poses")
    people: int = setting(1, "people in an image; two for interactions", low=1, high=2)
    min_score: float = setting(0.3, "joints with a lower score are missing", low=0.0, high=1.0)
    frames: int = setting(32, "poses in a window", low=2, high=512)
    smoothing: int = setting(5, "frames of the Savitzky-Golay filter, odd; 1 for none", low=1)
    smoothing_order: int = setting(2, "order of its polynomial", low=0, high=5)
    joints: str = setting(
        "left_wrist right_wrist left_elbow right_elbow left_ankle right_ankle left_knee right_knee "
        "nose left_shoulder right_shoulder mid_hip",
        "joints of the drawn pairs, from top to bottom; empty for all in the skeleton's order",
    )
    body_view: bool = setting(
        True, "turn about the vertical: one person seen from the front, two from the side"
    )
    colours: str = setting(
        JET,
        "jet: distances in the JET colours above orientations, as in the paper; level: each "
        "distance as one channel beside three of the orientation",
        choices=(JET, LEVEL),
    )
    reach: float = setting(
        1.6,
        "distance that has the last colour; 0 for the greatest in the window, as in the paper",
        unit="m",
        low=0.0,
        high=100.0,
    )
    own_reach: float = setting(
        0.12,
        "way of a joint in a frame that has the last colour; 0 to draw no ways (j = k)",
        unit="m",
        low=0.0,
        high=10.0,
    )
    height: int = setting(
        48, "rows of the image; 0 for one for each pair and way", unit="px", low=0
    )
    width: int = setting(32, "columns of the image; 0 for all 2 frames - 1", unit="px", low=0)
    clip_limit: float = setting(
        1.0, "contrast limit of the equalisation of JET colours; 0 for none", low=0.0, high=40.0
    )
    tiles: int = setting(1, "tiles of the equalisation per image side", low=1, high=32)

    @property
    def columns(self) -> int:
        """Columns before resizing: postures and, between them, motions."""
        return 2 * self.frames - 1

    @property
    def halves(self) -> int:
        """Parts of the image with a row for each feature: distances above orientations, or one."""
        return 2 if self.colours == JET else 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the image."""
        height = self.height or self.halves * (len(pairs(self)[0]) + self.own_rows)
        return height, self.width or self.columns, 3 if self.colours == JET else 4

    @property
    def rows(self) -> int:
        """Rows of features: of each half of an image in JET colours, of a whole one of levels."""
        return self.shape[0] // self.halves

    @property
    def own_rows(self) -> int:
        """Rows for the ways of joints."""
        return len(drawn_joints(self)) if self.own_reach else 0

    @property
    def pair_rows(self) -> int:
        """Rows for pairs."""
        return self.rows - self.own_rows

    @property
    def poses(self) -> tuple[int, int]:
        """Joints, those of all people, and coordinates of one frame."""
        return self.people * len(skeleton_named(self.skeleton)), 3


def check(settings: SpmfSettings) -> None:
    """Raise InputError if settings within their limits contradict each other."""
    height, halves = settings.shape[0], settings.halves
    if height % halves:
        raise InputError(f"got height {height}, expected an even number of rows")
    if settings.pair_rows < 1:
        raise InputError(
            f"got height {height}, expected more than {halves * settings.own_rows}: "
            f"{settings.own_rows} of {settings.rows} rows are for the ways of joints, and pairs "
            "need some, too"
        )
    if settings.smoothing % 2 == 0 or settings.smoothing > settings.frames:
        raise InputError(
            f"got smoothing {settings.smoothing}, expected an odd number of at most "
            f"{settings.frames} frames"
        )


@lru_cache(maxsize=16)
def drawn_joints(settings: SpmfSettings) -> npt.NDArray[np.intp]:
    """Joints (D,) that are drawn, those of the second person after those of the first.

    Raises:
        InputError: a joint is unknown or named twice, or there are too few.
    """
    skeleton = skeleton_named(settings.skeleton)
    names = settings.joints.split() or list(skeleton.joints)
    order = np.array([skeleton.index(name) for name in names], dtype=np.intp)
    if len(order) < 2 or len(set(names)) != len(names):
        raise InputError(f"got joints {settings.joints!r}, expected at least two different names")
    return np.concatenate([order + person * len(skeleton) for person in range(settings.people)])


@lru_cache(maxsize=16)
def pairs(settings: SpmfSettings) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """First and second joint (P,) of every pair, from the top row to the bottom."""
    joints = drawn_joints(settings)
    first, second = np.triu_indices(len(joints), k=1)
    return joints[first], joints[second]
