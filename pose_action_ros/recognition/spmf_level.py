"""Enhanced-SPMF as levels: a distance and three axes of an orientation in four channels.

Channel 0 is distance / reach, 0 to 255, and channels 1 to 3 are 127.5 (1 + orientation). A cell of
the image is the mean of the known distances and orientations in its part, so that missing legs do
not change the rows that arms and legs share; it is 0 in all channels where none is known. The image
is not equalised.

Many windows are drawn together, in single precision.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pose_action_ros.recognition.spmf_settings import SpmfSettings, drawn_joints, pairs
from pose_action_ros.recognition.spmf_steps import (
    TINY,
    Array,
    Features,
    Image,
    across,
    by_area,
    front_turn,
    in_time,
    smoothed,
)

Single = npt.NDArray[np.float32]

CHANNELS = 5
"""Of a column: level, three axes of the orientation, and 1 if both joints are known."""
KNOWN = 4
NEAREST = 1e-4
"""Distance [m] below which joints coincide and have no direction, beyond single precision."""
TOGETHER = 16
"""Windows drawn at once; their features fit into the cache."""
_LEAST = 1e-6  # share of a cell below which nothing in it is known


def painted(features: Features, reach: float | Array, fading: float | Array) -> Array:
    """Levels and orientations (5, C, P) of distances and differences over C columns.

    Args:
        features: from `measured`.
        reach: distance of the highest level [m], for each row or all.
        fading: length below which an orientation fades, as it is mostly noise [m].
    """
    difference, distance, known = features
    channels = np.empty((CHANNELS, *distance.shape))
    np.minimum(distance * (1 / reach), 1, out=channels[0])
    np.multiply(difference, 1 / np.maximum(distance, fading), out=channels[1:KNOWN])
    channels[KNOWN] = known
    return channels


def finished(columns: Array, side: Array, settings: SpmfSettings) -> Image:
    """The image of columns (2N-1, 5, rows): resized in time, people turned.

    Args:
        columns: from `painted`, with their rows resized.
        side: (2,) sum of `across` over the window.
        settings: choices.
    """
    rows, width, _ = settings.shape
    cells = in_time(columns, settings)
    cosine, sine = front_turn(side, settings)
    turn = 127.5 * np.array(
        [[2, 0, 0, 0], [0, cosine, 0, sine], [0, 0, 1, 0], [0, -sine, 0, cosine]]
    )
    known = cells[KNOWN]
    planes = turn @ cells[:KNOWN] / np.maximum(known, _LEAST)
    planes[1:] += 127.5
    planes += 0.5
    planes *= known > _LEAST
    return np.asarray(planes.T.astype(np.uint8).reshape(rows, width, KNOWN))


def drawn(windows: Array, settings: SpmfSettings) -> Image:
    """Images (B, rows, width, 4) of windows (B, N, J, 3)."""
    images = np.empty((len(windows), *settings.shape), np.uint8)
    for start in range(0, len(windows), TOGETHER):
        part = slice(start, start + TOGETHER)
        images[part] = _drawn(windows[part], settings)
    return images


def _drawn(windows: Array, settings: SpmfSettings) -> Image:
    channels = _features(_joints(windows, settings), settings)
    cells = _resized(channels, settings)  # (rows, 4 or 5, B, width)
    if settings.body_view:
        _turn(cells[:, 1:KNOWN], across(windows, settings).sum(axis=-2), settings)
    planes = cells[:, :KNOWN]
    if cells.shape[1] > KNOWN:
        known = cells[:, KNOWN:]
        planes /= np.maximum(known, _LEAST)
    planes[:, :1] *= 255
    planes[:, 1:] += 1
    planes[:, 1:] *= 127.5
    planes += 0.5
    if cells.shape[1] > KNOWN:
        planes *= known > _LEAST
    return planes.astype(np.uint8).transpose(2, 0, 3, 1)


def _joints(windows: Array, settings: SpmfSettings) -> Single:
    """(J, 3, B, N) smoothed joints about their middle, where single precision is sufficient."""
    poses = smoothed(windows, np.arange(settings.frames), settings)
    known = np.isfinite(poses)
    count = np.maximum(known.sum(axis=(1, 2), keepdims=True), 1)
    poses -= np.where(known, poses, 0.0).sum(axis=(1, 2), keepdims=True) / count
    return np.ascontiguousarray(poses.transpose(2, 3, 0, 1), np.float32)


def _features(joints: Single, settings: SpmfSettings) -> Single:
    """Levels, orientations and, if a joint is missing, 1 where known: (P+D, 4 or 5, B, 2N-1).

    The columns are all postures and then all motions.
    """
    (first, second), frames = pairs(settings), settings.frames
    count, ways = len(first), drawn_joints(settings)[: settings.own_rows]
    whole = bool(np.isfinite(joints).all())
    size = (count + len(ways), KNOWN if whole else CHANNELS, joints.shape[2], settings.columns)
    channels = np.empty(size, np.float32)
    difference = channels[:, 1:KNOWN]
    before, after = joints[first], joints[second]
    np.subtract(before, after, out=difference[:count, ..., :frames])
    np.subtract(before[..., :-1], after[..., 1:], out=difference[:count, ..., frames:])
    if len(ways):
        _own_ways(joints[ways], difference[count:])
    distance = np.sqrt(np.einsum("piwc,piwc->pwc", difference, difference))
    if not whole:
        known = np.isfinite(distance)
        channels[:, KNOWN] = known
        channels[:, 1:KNOWN][~np.broadcast_to(known[:, None], difference.shape)] = 0
        distance[~known] = 0
    reach = np.full((len(channels), 1, 1), settings.own_reach, np.float32)
    fading = reach.copy()
    fading[:count] = NEAREST
    np.multiply(difference, 1 / np.maximum(distance, fading)[:, None], out=difference)
    reach = np.broadcast_to(reach, (len(channels), size[2], 1)).copy()
    reach[:count] = settings.reach or np.maximum(distance[:count].max(axis=(0, 2)), TINY)[:, None]
    np.minimum(distance / reach, 1, out=channels[:, 0])
    return channels


def _own_ways(joints: Single, out: Single) -> None:
    """Ways of joints (D, 3, B, N) to the next frame; postures have the mean of two ways."""
    frames = joints.shape[-1]
    ways = out[..., frames:]
    np.subtract(joints[..., 1:], joints[..., :-1], out=ways)
    out[..., 0], out[..., frames - 1] = ways[..., 0], ways[..., -1]
    out[..., 1 : frames - 1] = (ways[..., 1:] + ways[..., :-1]) / 2


def _resized(channels: Single, settings: SpmfSettings) -> Single:
    """(rows, 4 or 5, B, width) cells of features from `_features`."""
    pair_weights, own, to_columns = _weights(settings)
    count = pair_weights.shape[1]
    cells = np.empty((settings.rows, *channels.shape[1:3], settings.shape[1]), np.float32)
    pair_rows = pair_weights @ channels[:count].reshape(count, -1)
    np.matmul(
        pair_rows.reshape(-1, settings.columns),
        to_columns,
        out=cells[: -own or None].reshape(-1, settings.shape[1]),
    )
    if own:
        cells[-own:] = channels[count:] @ to_columns
    return cells


@lru_cache(maxsize=16)
def _weights(settings: SpmfSettings) -> tuple[Single, int, Single]:
    """Weights (rows of pairs, P) and (2N-1, width), postures first, and rows of own ways."""
    by_row = by_area(len(pairs(settings)[0]), settings.pair_rows).T
    order = [*range(0, settings.columns, 2), *range(1, settings.columns, 2)]
    by_column = by_area(settings.columns, settings.shape[1])[order]
    return (
        np.ascontiguousarray(by_row, np.float32),
        settings.own_rows,
        np.ascontiguousarray(by_column, np.float32),
    )


def _turn(axes: Single, sides: Array, settings: SpmfSettings) -> None:
    """Turn orientations (rows, 3, B, width) about the vertical, in place."""
    turns = np.array([front_turn(side, settings) for side in sides], np.float32)
    cosine, sine = turns[:, :1], turns[:, 1:]
    x, z = axes[:, 0].copy(), axes[:, 2]
    axes[:, 0] = cosine * x + sine * z
    axes[:, 2] = cosine * z - sine * x
