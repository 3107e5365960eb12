"""People to measure lifters with: true poses, and the poses that a lifter gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]

COMMON = tuple(name for name in HUMAN36M_17.joints if name not in {"mid_hip", "spine", "nose"})
"""The 14 joints of LSP (Johnson and Everingham 2010), which most data sets have."""
COMMON_ROWS = [HUMAN36M_17.index(name) for name in COMMON]
_LEAST_JOINTS = 4  # of COMMON, so that every alignment is defined


@dataclass(frozen=True, eq=False)
class Truth:
    """True poses of N people.

    Attributes:
        joints: (N, 17, 3) [m] HUMAN36M_17 joints in the optical frame.
        groups: (N,) group names by grouping; "action" is always there.
        defined: (N, 17) True for joints that count; None for all.
        tracks: (N,) number of the track, a sequence of poses in time; None for single images.
        stamps: (N,) [s] of the images; None for single images.

    Raises:
        InputError: shapes do not fit, a number is not finite, or there are no actions.
    """

    joints: Array
    groups: Mapping[str, npt.ArrayLike]
    defined: Flags | None = None
    tracks: npt.NDArray[np.int64] | None = None
    stamps: Array | None = None

    def __post_init__(self) -> None:
        joints = checked_poses(self.joints, "the truth", None)
        if not np.isfinite(joints).all():
            raise InputError("the truth: got joints that are not finite, expected all finite")
        groups = {title: _labels(names, title, len(joints)) for title, names in self.groups.items()}
        if "action" not in groups:
            raise InputError(f"got groups {list(groups)}, expected 'action' and perhaps others")
        object.__setattr__(self, "joints", joints)
        object.__setattr__(self, "groups", groups)
        if self.defined is None:
            object.__setattr__(self, "defined", np.ones(joints.shape[:2], np.bool_))
        if (self.weights[:, COMMON_ROWS].sum(axis=1) < _LEAST_JOINTS).any():
            raise InputError(
                f"the truth: got poses with fewer than {_LEAST_JOINTS} joints that count of "
                f"{', '.join(COMMON)}; leave them out"
            )

    def __len__(self) -> int:
        return len(self.joints)

    @property
    def weights(self) -> Array:
        """(N, 17) 1 for joints that count, otherwise 0."""
        return np.asarray(self.defined, np.float64)


@dataclass(frozen=True, eq=False)
class Lifts:
    """Poses that a lifter gives for N people.

    Attributes:
        joints: (N, 17, 3) [m] HUMAN36M_17 joints in the optical frame; NaN for people without pose.
        scores: (N, 17) probability that the joint is within 150 mm of the truth; None without.
        reported: (N, 17) True for joints that the runtime reports; None for all.
    """

    joints: Array
    scores: Array | None = None
    reported: Flags | None = None


def checked_poses(poses: npt.ArrayLike, what: str, shape: tuple[int, ...] | None) -> Array:
    """Poses as an array of a shape, for None any (N, 17, 3); InputError names them by `what`."""
    array = np.asarray(poses, np.float64)
    expected = shape or (len(array), len(HUMAN36M_17), 3)
    if array.shape != expected or not len(array):
        raise InputError(f"{what}: got poses {array.shape}, expected {expected}, at least one")
    return array


def _labels(names: npt.ArrayLike, title: str, count: int) -> Labels:
    labels = np.asarray(names).astype(np.str_)
    if labels.shape != (count,):
        raise InputError(f"groups {title!r}: got {labels.shape}, expected ({count},)")
    return labels
