"""Enhanced-SPMF of a moving window: each new pose only costs its own columns.

The differences of joints are linear in the poses. Those of a few columns are the product of a
matrix of frames (_Chosen), which also smooths, the window, and a matrix of joints (_Rows). Both are
sparse, but two such products are faster in NumPy than many steps on small arrays. All further steps
are those of enhanced_spmf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition.enhanced_spmf import FORMS
from pose_action_ros.recognition.spmf_settings import SpmfSettings, check, drawn_joints, pairs
from pose_action_ros.recognition.spmf_steps import (
    Bands,
    Image,
    across,
    banded,
    by_area,
    measured,
    pair_reach,
    resize,
    savitzky_golay,
    smoothed,
)

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


class SpmfStream:
    """The image of enhanced_spmf for the newest poses.

    The filter smooths the frames at both ends of the window with polynomials of their own, so that
    their columns are painted each time; the others are painted once. If colours depend on the whole
    window (`reach` 0), all columns are painted each time.

    Args:
        settings: see enhanced_spmf.

    Raises:
        InputError: the settings contradict each other.
    """

    def __init__(self, settings: SpmfSettings) -> None:
        check(settings)
        self._settings = settings
        self._poses = _Newest(settings.frames, settings.poses, np.nan)
        self._sides = _Newest(settings.frames, (2,), 0.0)
        self._form = FORMS[settings.colours]
        self._columns = _Newest(settings.columns, (self._form.channels, settings.rows), 0.0)
        self._new = settings.frames  # poses since the columns were painted

    def push(self, pose: Array) -> None:
        """Add the pose (J, 3) of the next frame; NaN where a joint is missing.

        Raises:
            InputError: another number of joints.
        """
        if pose.shape != self._settings.poses:
            raise InputError(f"got a pose of {pose.shape}, expected {self._settings.poses}")
        self._poses.moved(1)[-1] = pose
        self._sides.moved(1)[-1] = across(pose[None], self._settings)[0]
        self._new = min(self._new + 1, self._settings.frames)

    @property
    def poses(self) -> Array:
        """(N, J, 3) the newest poses as they were pushed; NaN before the first."""
        return self._poses.moved(0)

    def image(self) -> Image:
        """Image (height, width, channels) of the newest poses, black for missing poses."""
        columns = self._columns.moved(min(2 * self._new, self._settings.columns))
        chosen = _changed(self._settings, self._new)
        fresh = _painted(self._poses.moved(0), chosen, self._settings).transpose(1, 0, 2)
        columns[: chosen.left] = fresh[: chosen.left]
        columns[chosen.left - len(fresh) :] = fresh[chosen.left :]
        self._new = 0
        return self._form.finished(columns, self._sides.moved(0).sum(axis=0), self._settings)


class _Newest:
    """The newest rows of a table, contiguous; they are moved only when the buffer is full.

    Args:
        count: rows.
        shape: of a row.
        start: initial value.
    """

    def __init__(self, count: int, shape: tuple[int, ...], start: float) -> None:
        self._room = np.full((2 * count, *shape), start)
        self._count, self._first = count, 0

    def moved(self, by: int) -> Array:
        """Drop the first `by` rows; return (count, ...) rows to read and write.

        The last `by` rows have to be written.
        """
        count, room, first = self._count, self._room, self._first + by
        if first + count > len(room):
            room[: count - by] = room[first : self._first + count]
            first = 0
        self._first = first
        return room[first : first + count]


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Columns to paint, and the matrices that give their differences from poses.

    Attributes:
        left: number of columns at the start of the window, the others are at its end.
        raw: (3C, N) from unsmoothed poses to the first joints, the second joints and the ways of
            each column, if no joint is missing.
        frames: (F,) frames used.
        joints: (3C, F) like raw, from smoothed frames.
        used: like joints, not 0 where a frame is used.
    """

    left: int
    raw: Array
    frames: Indices
    joints: Array
    used: Array


@lru_cache(maxsize=16)
def _changed(settings: SpmfSettings, new: int) -> _Chosen:
    """Columns that change with a number of new poses.

    They belong to frames that are smoothed differently, and to the ways of joints beside them.
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
    """(channels, C, rows) chosen columns of a window (N, J, 3)."""
    rows = _rows(settings)
    features = measured(_differences(window, chosen, settings))
    reach = rows.reach
    if not settings.reach:
        count = len(pairs(settings)[0])
        reach = reach.copy()
        reach[:count] = pair_reach(features[1][:, :count], settings)
    channels = FORMS[settings.colours].painted(features, reach, rows.fading)
    result = np.empty((*channels.shape[:2], settings.rows))
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
    """Content of the rows before they are resized: pairs, then ways.

    Attributes:
        joints: (3J, P+D) 1 for the first joint and -1 for the second of a pair, 1 for a way.
        reach, fading: (P+D,) [m] see `painted`.
        bands: weights that resize the pairs.
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
        np.repeat([FORMS[settings.colours].nearest, settings.own_reach], [count, ways]),
        banded(weights),
    )
