"""Enhanced-SPMF of a window that moves: each new pose costs only its own columns.

From poses to the differences of joints all is linear. So those of a few columns are the window
between two matrices: one of frames (_Chosen), which smooths, too, and one of joints (_Rows). Most
of both is 0, but two such products take NumPy less time than many steps on small arrays would. What
follows is done as in enhanced_spmf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition.enhanced_spmf import (
    CHANNELS,
    TINY,
    Bands,
    Image,
    banded,
    by_area,
    finished,
    measured,
    painted,
    pair_reach,
    resize,
    savitzky_golay,
    smoothed,
)
from pose_action_ros.recognition.facing import across
from pose_action_ros.recognition.spmf_settings import SpmfSettings, check, drawn_joints, pairs

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


class SpmfStream:
    """The image of enhanced_spmf for the newest poses.

    The filter smooths the frames at both ends of the window with polynomials of their own, so their
    columns are painted each time; those between stay as they were once painted. Where colours
    depend on the whole window (`reach` 0) all columns are painted anew.

    Args:
        settings: as of enhanced_spmf.

    Raises:
        InputError: the settings do not go together.
    """

    def __init__(self, settings: SpmfSettings) -> None:
        check(settings)
        self._settings = settings
        self._poses = _Newest(settings.frames, settings.poses, np.nan)
        self._sides = _Newest(settings.frames, (2,), 0.0)
        self._columns = _Newest(settings.columns, (CHANNELS, settings.shape[0] // 2), 0.0)
        self._new = settings.frames  # poses that came since the columns were painted

    def push(self, pose: Array) -> None:
        """Take in the pose (J, 3) one frame after the last; NaN where a joint is missing.

        Raises:
            InputError: another number of joints.
        """
        if pose.shape != self._settings.poses:
            raise InputError(f"got a pose of {pose.shape}, expected {self._settings.poses}")
        self._poses.moved(1)[-1] = pose
        self._sides.moved(1)[-1] = across(pose[None], self._settings)[0]
        self._new = min(self._new + 1, self._settings.frames)

    def image(self) -> Image:
        """(height, width, 3) RGB of the newest poses, black where there are none yet."""
        columns = self._columns.moved(min(2 * self._new, self._settings.columns))
        chosen = _changed(self._settings, self._new)
        fresh = _painted(self._poses.moved(0), chosen, self._settings).transpose(1, 0, 2)
        columns[: chosen.left] = fresh[: chosen.left]
        columns[chosen.left - len(fresh) :] = fresh[chosen.left :]
        self._new = 0
        return finished(columns, self._sides.moved(0).sum(axis=0), self._settings)


class _Newest:
    """The newest rows of a table, in one piece; all are moved only when the room for more is full.

    Args:
        count: rows.
        shape: of one.
        start: value of all at first.
    """

    def __init__(self, count: int, shape: tuple[int, ...], start: float) -> None:
        self._room = np.full((2 * count, *shape), start)
        self._count, self._first = count, 0

    def moved(self, by: int) -> Array:
        """(count, ...) rows to read and write, after the first `by` of them went.

        The last ones are then yet to be written.
        """
        count, room, first = self._count, self._room, self._first + by
        if first + count > len(room):
            room[: count - by] = room[first : self._first + count]
            first = 0
        self._first = first
        return room[first : first + count]


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Columns to paint, and how their differences come from poses.

    Attributes:
        left: how many of them are the window's first, the others are its last.
        raw: (3C, N) for each column the first joints, the second joints and the ways from poses
            as they came, when none is missing.
        frames: (F,) frames they need.
        joints: (3C, F) as raw from these frames, smoothed.
        used: as joints, not 0 where a frame is used.
    """

    left: int
    raw: Array
    frames: Indices
    joints: Array
    used: Array


@lru_cache(maxsize=16)
def _changed(settings: SpmfSettings, new: int) -> _Chosen:
    """Columns that are not what they were before so many new poses.

    They are those of frames smoothed anew, and of a frame beside them the ways of joints.
    """
    half = settings.smoothing // 2  # frames at each end smoothed with fewer neighbours
    left, right = 2 * half + 1, 2 * (settings.frames - 1 - half - new)
    if right <= left or not settings.reach:
        left, right = 0, 0
    columns = np.r_[0:left, right : settings.columns]
    before, after = columns // 2, (columns + 1) // 2
    motion = after - before
    since = np.maximum(before - 1 + motion, 0)
    until = np.minimum(after + 1 - motion, settings.frames - 1)
    pick = np.eye(settings.frames)
    ways = (pick[until] - pick[since]) / (until - since)[:, None]
    joints = np.stack([pick[before], pick[after], ways], axis=1).reshape(-1, settings.frames)
    around = pick[since] + pick[before] + pick[until]
    used = np.stack([pick[before], pick[after], around], axis=1).reshape(-1, settings.frames)
    frames = np.flatnonzero(used.any(axis=0))
    raw = joints @ savitzky_golay(settings)
    return _Chosen(left, raw, frames, joints[:, frames], used[:, frames])


def _painted(window: Array, chosen: _Chosen, settings: SpmfSettings) -> Array:
    """(7, C, height/2) chosen columns of a window (N, J, 3)."""
    rows = _rows(settings)
    features = measured(_differences(window, chosen, settings))
    reach = rows.reach
    if not settings.reach:
        count = len(pairs(settings)[0])
        reach = reach.copy()
        reach[:count] = pair_reach(features[1][:, :count], settings)
    channels = painted(features, reach, rows.fading)
    result = np.empty((*channels.shape[:2], settings.shape[0] // 2))
    resize(channels, rows.bands, result)
    return result


def _differences(window: Array, chosen: _Chosen, settings: SpmfSettings) -> Array:
    """(3, C, P+D) of the chosen columns: of pairs and ways; NaN where a joint is missing."""
    joints = _rows(settings).joints
    if not np.isnan(window).any():
        return _by_coordinate(chosen.raw @ window.reshape(len(window), -1), joints) @ joints
    poses = smoothed(window, chosen.frames, settings)
    missing = np.isnan(poses[..., 0])
    poses = np.where(missing[..., None], 0.0, poses).reshape(len(poses), -1)
    result = _by_coordinate(chosen.joints @ poses, joints) @ joints
    result[:, (chosen.used @ missing).reshape(-1, len(joints)) @ abs(joints) > 0] = np.nan
    return np.asarray(result)


def _by_coordinate(picked: Array, joints: Array) -> Array:
    """(3, C, 3J) of coordinates (3C, 3J) for the joints (3J, P+D)."""
    return picked.reshape(len(picked), -1, 3).transpose(2, 0, 1).reshape(3, -1, len(joints))


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is drawn in the rows before they are resized: pairs, then ways.

    Attributes:
        joints: (3J, P+D) 1 for the first joint, -1 for the second, 1 for that whose way it is.
        reach, fading: (P+D,) [m] as of painted.
        bands: to resize pairs to the rows that the ways leave.
    """

    joints: Array
    reach: Array
    fading: Array
    bands: Bands


@lru_cache(maxsize=16)
def _rows(settings: SpmfSettings) -> _Rows:
    (first, second), ways, pick = pairs(settings), settings.own_rows, np.eye(settings.poses[0])
    count, height = len(first), settings.pair_rows
    joints = np.zeros((3, len(pick), count + ways))
    joints[0, :, :count], joints[1, :, :count] = pick[:, first], -pick[:, second]
    joints[2, :, count:] = pick[:, drawn_joints(settings)[:ways]]
    weights = np.zeros((count + ways, height + ways))
    weights[:count, :height] = by_area(count, height)
    weights[count:, height:] = np.eye(ways)
    return _Rows(
        joints.reshape(-1, count + ways),
        np.repeat([settings.reach, settings.own_reach], [count, ways]),
        np.repeat([TINY, settings.own_reach], [count, ways]),
        banded(weights),
    )
