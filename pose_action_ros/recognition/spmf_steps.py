"""Steps that all forms of Enhanced-SPMF share: smoothing, lengths, resizing, and the viewpoint."""

from __future__ import annotations

from functools import lru_cache
from math import hypot

import numpy as np
import numpy.typing as npt

from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Features = tuple[Array, Array, Mask]
Bands = tuple[tuple[slice, slice, Array], ...]
Image = npt.NDArray[np.uint8]

TINY = 1e-6  # [m]; axes shorter than this have no direction
SIDES = ("hip", "shoulder")  # ends of the axis from right to left
BAND = 8  # cells that are resized at once from their part of the source
_ROUNDING = 1e-9  # of a cell


def smoothed(window: Array, frames: npt.NDArray[np.intp], settings: SpmfSettings) -> Array:
    """Frames (..., F, J, 3) of windows (..., N, J, 3) after the Savitzky-Golay filter.

    A joint that is missing in one of the frames of a sum is not smoothed.
    """
    weights = savitzky_golay(settings)[frames]
    shape = (*window.shape[:-3], len(frames), *window.shape[-2:])
    missing = np.isnan(window[..., 0])
    flat = window.reshape(*window.shape[:-2], -1)
    if not missing.any():
        return np.asarray((weights @ flat).reshape(shape))
    result = (weights @ np.nan_to_num(flat)).reshape(shape)
    touched = (weights != 0).astype(float) @ missing > 0
    result[touched] = window[..., frames, :, :][touched]
    return np.asarray(result)


@lru_cache(maxsize=16)
def savitzky_golay(settings: SpmfSettings) -> Array:
    """(N, N) matrix of the filter, with the polynomials fitted to the ends."""
    count, width = settings.frames, settings.smoothing
    powers = np.vander(np.arange(float(width)), min(settings.smoothing_order, width - 1) + 1)
    fitted = powers @ np.linalg.pinv(powers)  # (width, width): values of the fitted polynomial
    matrix = np.zeros((count, count))
    for frame in range(count):
        first = min(max(frame - width // 2, 0), count - width)  # frame of the fitted part
        matrix[frame, first : first + width] = fitted[frame - first]
    return matrix


def measured(difference: Array) -> Features:
    """Differences (3, C, P) with 0 where missing, their lengths, and True where known."""
    known = ~np.isnan(difference[0])
    if not known.all():
        difference = np.where(known, difference, 0.0)
    return difference, np.sqrt(np.einsum("icp,icp->cp", difference, difference)), known


def pair_reach(distance: Array, settings: SpmfSettings) -> float:
    """Distance of pairs with the last colour [m]."""
    return settings.reach or max(float(distance.max()), TINY)


def resize(values: Array, bands: Bands, out: Array) -> None:
    """Resize the last axis of values into out."""
    for source, cells, weights in bands:
        np.matmul(values[..., source], weights, out=out[..., cells])


def banded(weights: Array) -> Bands:
    """Weights (source, target) in parts that are not all 0: source, target and weights."""
    bands = []
    for start in range(0, weights.shape[1], BAND):
        cells = slice(start, start + BAND)
        used = np.flatnonzero(weights[:, cells].any(axis=1))
        source = slice(int(used[0]), int(used[-1]) + 1)
        bands.append((source, cells, np.ascontiguousarray(weights[source, cells])))
    return tuple(bands)


@lru_cache(maxsize=16)
def to_width(settings: SpmfSettings) -> Bands:
    """Weights that resize the columns of postures and motions to the width of the image."""
    return banded(by_area(settings.columns, settings.shape[1]))


@lru_cache(maxsize=32)
def by_area(source: int, target: int) -> Array:
    """Weights (source, target) of resizing by area: a target cell is the mean of its part."""
    edges = np.linspace(0, source, target + 1)
    cells = np.arange(source)[:, None]
    overlap = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    return np.where(overlap > _ROUNDING, overlap, 0.0) * target / source


def in_time(columns: Array, settings: SpmfSettings) -> Array:
    """Channels (channels, rows x width) of columns (2N-1, channels, rows), resized in time."""
    lines = columns.reshape(len(columns), -1).T
    cells = np.empty((len(lines), settings.shape[1]))
    resize(lines, to_width(settings), cells)
    return cells.reshape(columns.shape[1], -1)


def across(poses: Array, settings: SpmfSettings) -> Array:
    """The horizontal axis x, z (..., 2) [m] that lies across the picture after `front_turn`.

    The axis of one person points from the right to the left hip and shoulder, that of two people
    from the first root joint to the second. 0 where its joints are missing.

    Args:
        poses: (..., J, 3) [m], y vertical; NaN where missing.
        settings: of the joints.
    """
    start, end = _ends(settings)
    axes = poses.take(end, axis=-2) - poses.take(start, axis=-2)
    return np.asarray(np.where(np.isnan(axes), 0.0, axes).sum(axis=-2)[..., ::2])


@lru_cache(maxsize=16)
def _ends(settings: SpmfSettings) -> tuple[list[int], list[int]]:
    """Joints at the start and at the end of the axes."""
    skeleton = skeleton_named(settings.skeleton)
    if settings.people == 2:
        return [skeleton.root], [len(skeleton) + skeleton.root]
    right, left = ([skeleton.index(f"{of}_{part}") for part in SIDES] for of in ("right", "left"))
    return right, left


def front_turn(axis: Array, settings: SpmfSettings) -> tuple[float, float]:
    """Cosine and sine of the turn about the vertical that maps an axis x, z (2,) to x.

    x' = c x + s z and z' = c z - s x; no turn without `body_view`, or for an axis without length.
    """
    x, z = float(axis[0]), float(axis[1])
    length = hypot(x, z)
    return (x / length, z / length) if settings.body_view and length > TINY else (1.0, 0.0)
