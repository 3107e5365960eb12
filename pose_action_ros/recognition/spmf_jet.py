"""Enhanced-SPMF in the paper's colours: distances in JET above orientations as red, green, blue."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from pose_action_ros.recognition.spmf_settings import SpmfSettings, drawn_joints, pairs
from pose_action_ros.recognition.spmf_steps import (
    Array,
    Features,
    Image,
    across,
    by_area,
    front_turn,
    in_time,
    measured,
    pair_reach,
    smoothed,
)

CHANNELS = 7
"""Of a column: three colours of JJD, three axes of JJO, and 1 if both joints are known."""
JJD, JJO, KNOWN = slice(0, 3), slice(3, 6), 6
NEAREST = 1e-6
"""Distance [m] below which joints coincide and have no direction."""


def drawn(window: Array, settings: SpmfSettings) -> Image:
    """The image (height, width, 3) RGB of a window (N, J, 3)."""
    side = across(window, settings).sum(axis=0)
    return finished(_columns(window, settings).transpose(1, 0, 2), side, settings)


def _columns(window: Array, settings: SpmfSettings) -> Array:
    """(7, 2N-1, height/2) columns of a window, smoothed and painted.

    Pairs are resized to the rows that are not used by the joints' own ways.
    """
    poses = smoothed(window, np.arange(settings.frames), settings)
    features = _pair_features(poses, settings)
    pairs_painted = painted(features, pair_reach(features[1], settings), NEAREST)
    bands = [pairs_painted @ by_area(pairs_painted.shape[2], settings.pair_rows)]
    if settings.own_reach:
        bands.append(
            painted(_own_features(poses, settings), settings.own_reach, settings.own_reach)
        )
    return np.concatenate(bands, axis=2)


def _pair_features(poses: Array, settings: SpmfSettings) -> Features:
    """PF and MF of F poses alternately, 0 where a joint is missing.

    Returns:
        (3, 2F-1, P) differences, (2F-1, P) distances [m], and True where both joints are known.
    """
    first, second = pairs(settings)
    coordinates = poses.transpose(2, 0, 1)  # (3, F, J)
    column = np.arange(2 * len(poses) - 1)
    before = coordinates[:, column // 2].take(first, axis=2)
    return measured(before - coordinates[:, (column + 1) // 2].take(second, axis=2))


def _own_features(poses: Array, settings: SpmfSettings) -> Features:
    """MF of each joint with itself, the way to the next frame; shapes as in _pair_features.

    The columns of postures have the mean of the ways before and after.
    """
    coordinates = poses[:, drawn_joints(settings)].transpose(2, 0, 1)  # (3, F, D)
    ways = np.diff(coordinates, axis=1)
    between = (ways[:, 1:] + ways[:, :-1]) / 2
    difference = np.empty((3, 2 * len(poses) - 1, coordinates.shape[2]))
    difference[:, 1::2] = ways
    difference[:, ::2] = np.concatenate([ways[:, :1], between, ways[:, -1:]], axis=1)
    return measured(difference)


def painted(features: Features, reach: float | Array, fading: float | Array) -> Array:
    """Colours and orientations (7, C, P) of distances and differences over C columns.

    Args:
        features: from `measured`.
        reach: distance of the last colour [m], for each row or all.
        fading: length below which an orientation fades, as it is mostly noise [m].
    """
    difference, distance, known = features
    levels = np.minimum(distance * (255 / reach) + 0.5, 255).astype(np.intp)
    channels = np.empty((CHANNELS, *distance.shape))
    np.take(_jet(), levels, axis=1, out=channels[JJD], mode="clip")
    np.multiply(difference, 1 / np.maximum(distance, fading), out=channels[JJO])
    channels[KNOWN] = known
    if not known.all():
        channels[JJD] *= known
    return channels


def finished(columns: Array, side: Array, settings: SpmfSettings) -> Image:
    """The image of columns (2N-1, 7, height/2): resized in time, people turned, equalised.

    Args:
        columns: from `painted`, with their rows resized.
        side: (2,) sum of `across` over the window.
        settings: choices.
    """
    height, width, _ = settings.shape
    cells = in_time(columns, settings)
    cosine, sine = front_turn(side, settings)
    turn = np.array([[cosine, 0, sine, 1], [0, 1, 0, 1], [-sine, 0, cosine, 1]])
    planes = np.empty((6, cells.shape[1]), np.uint8)
    np.add(cells[JJD], 0.5, out=planes[JJD], casting="unsafe")
    np.add(127.5 * turn @ cells[JJO.start :], 0.5, out=planes[JJO], casting="unsafe")
    image = np.empty((height, width, 3), np.uint8)
    halves = planes.reshape(2, 3, height // 2, width)
    cv2.merge(list(halves[0]), image[: height // 2])
    cv2.merge(list(halves[1]), image[height // 2 :])
    return _equalised(image, settings)


def _equalised(image: Image, settings: SpmfSettings) -> Image:
    """Equalise the brightness (contrast-limited adaptive histogram); black stays black."""
    if not settings.clip_limit:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    grid, value = (settings.tiles, settings.tiles), cv2.extractChannel(hsv, 2)
    bright = cv2.createCLAHE(settings.clip_limit, grid).apply(value)
    np.multiply(bright, value > 0, out=hsv[..., 2])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


@lru_cache(maxsize=1)
def _jet() -> Array:
    """(3, 256) the JET colour map, RGB."""
    levels = np.arange(256, dtype=np.uint8)[:, None]
    return np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_JET)[:, 0, ::-1].T, np.float64)


def coloured(image: Image) -> Image:
    """A picture (2 rows, width, 3) RGB for people of an image (rows, width, 4) of levels.

    As in the paper: distances in JET above orientations as red, green, blue. An image in these
    colours is returned unchanged.
    """
    if image.shape[2] == 3:
        return image
    known = image.any(axis=2, keepdims=True)
    distances = _jet().T[image[..., 0]].astype(np.uint8) * known
    return np.concatenate([distances, image[..., 1:]])
