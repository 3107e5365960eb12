"""Enhanced-SPMF: a window of 3D poses as one small colour image.

H.-H. Pham, H. Salmane, L. Khoudour, A. Crouzil, S. A. Velastin, P. Zegers: A Unified Deep
Framework for Joint 3D Pose Estimation and Action Recognition from a Single RGB Camera, Sensors
20(7):1825, 2020 (arXiv 1907.06968), the section on Enhanced-SPMF; the Skeleton Posture-Motion
Feature itself is from the same authors, Sensors 19(8):1932, 2019.

With joints p_j at frame t, over the pairs j < k (of two people: over both skeletons)::

    JJD_jk = |p_j^t - p_k^u|                   joint-joint distance, drawn in the JET colours
    JJO_jk = (p_j^t - p_k^u) / JJD_jk          joint-joint orientation, drawn as red, green, blue
    posture feature  PF^t     = JJD and JJO with u = t
    motion feature   MF^t,t+1 = JJD and JJO with u = t + 1
    SPMF = [PF^1 | MF^1,2 | PF^2 | ... | PF^N]   time along the 2N - 1 columns, JJD above JJO

Below the pairs of each half are the motion features of joints with themselves (j = k), their ways
from frame to frame, in colours of their own range: in the range of the pairs they are invisible.

The poses are smoothed first (Savitzky-Golay). The image is resized before it is equalised, so that
a new pose only costs its own columns (SpmfStream). Further choices that the paper leaves open are
in SpmfSettings.
"""

from __future__ import annotations

from functools import lru_cache
from math import hypot

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition.spmf_settings import SpmfSettings, check, drawn_joints, pairs
from pose_action_ros.skeletons import skeleton_named

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Bands = tuple[tuple[slice, slice, Array], ...]
Image = npt.NDArray[np.uint8]

TINY = 1e-6  # [m]; joints nearer than this coincide and have no direction
CHANNELS = 7  # of a column: three colours of JJD, three axes of JJO, and 1 if both joints are known
JJD, JJO, KNOWN = slice(0, 3), slice(3, 6), 6
SIDES = ("hip", "shoulder")  # ends of the axis from right to left
BAND = 8  # cells that are resized at once from their part of the source


def enhanced_spmf(points: npt.ArrayLike, settings: SpmfSettings) -> Image:
    """The image of one or many windows.

    Args:
        points: (..., N, J, 3) [m], y down as in the optical frame of a camera, N equally spaced
            frames; NaN where a joint is missing. The joints of a second person follow those of
            the first.
        settings: give N and J.

    Returns:
        (..., height, width, 3) RGB. Where a joint is missing its pairs are black.

    Raises:
        InputError: the shape does not fit the settings, or they contradict each other.
    """
    check(settings)
    array = np.asarray(points, dtype=np.float64)
    expected = (settings.frames, *settings.poses)
    if array.shape[-3:] != expected:
        raise InputError(f"got poses of shape {array.shape}, expected (..., {expected})")
    images = [_image(window, settings) for window in array.reshape(-1, *expected)]
    return np.array(images, dtype=np.uint8).reshape(*array.shape[:-3], *settings.shape)


def _image(window: Array, settings: SpmfSettings) -> Image:
    side = across(window, settings).sum(axis=0)
    return finished(_columns(window, settings).transpose(1, 0, 2), side, settings)


def _columns(window: Array, settings: SpmfSettings) -> Array:
    """(7, 2N-1, height/2) columns of a window, smoothed and painted.

    Pairs are resized to the rows that are not used by the joints' own ways.
    """
    poses = smoothed(window, np.arange(settings.frames), settings)
    features = _pair_features(poses, settings)
    pairs_painted = painted(features, pair_reach(features[1], settings), TINY)
    bands = [pairs_painted @ by_area(pairs_painted.shape[2], settings.pair_rows)]
    if settings.own_reach:
        bands.append(
            painted(_own_features(poses, settings), settings.own_reach, settings.own_reach)
        )
    return np.concatenate(bands, axis=2)


def painted(
    features: tuple[Array, Array, Mask], reach: float | Array, fading: float | Array
) -> Array:
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


def pair_reach(distance: Array, settings: SpmfSettings) -> float:
    """Distance of pairs with the last colour [m]."""
    return settings.reach or max(float(distance.max()), TINY)


def smoothed(window: Array, frames: npt.NDArray[np.intp], settings: SpmfSettings) -> Array:
    """Frames (F, J, 3) of a window after the Savitzky-Golay filter.

    A joint that is missing in one of the frames of a sum is not smoothed.
    """
    weights = savitzky_golay(settings)[frames]
    missing = np.isnan(window[..., 0])
    if not missing.any():
        return np.asarray(np.tensordot(weights, window, axes=1))
    result = np.tensordot(weights, np.nan_to_num(window), axes=1)
    touched = (weights != 0).astype(float) @ missing > 0
    result[touched] = window[frames][touched]
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


def _pair_features(poses: Array, settings: SpmfSettings) -> tuple[Array, Array, Mask]:
    """PF and MF of F poses alternately, 0 where a joint is missing.

    Returns:
        (3, 2F-1, P) differences, (2F-1, P) distances [m], and True where both joints are known.
    """
    first, second = pairs(settings)
    coordinates = poses.transpose(2, 0, 1)  # (3, F, J)
    column = np.arange(2 * len(poses) - 1)
    before = coordinates[:, column // 2].take(first, axis=2)
    return measured(before - coordinates[:, (column + 1) // 2].take(second, axis=2))


def _own_features(poses: Array, settings: SpmfSettings) -> tuple[Array, Array, Mask]:
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


def measured(difference: Array) -> tuple[Array, Array, Mask]:
    """Differences (3, C, P) with 0 where missing, their lengths, and True where known."""
    known = ~np.isnan(difference[0])
    if not known.all():
        difference = np.where(known, difference, 0.0)
    return difference, np.sqrt(np.einsum("icp,icp->cp", difference, difference)), known


def finished(columns: Array, side: Array, settings: SpmfSettings) -> Image:
    """The image of columns (2N-1, 7, height/2): resized in time, people turned, equalised.

    Args:
        columns: from `painted`, with their rows resized.
        side: (2,) sum of `across` over the window.
        settings: choices.
    """
    height, width, _ = settings.shape
    cells = np.empty((CHANNELS * height // 2, width))
    resize(columns.reshape(len(columns), -1).T, _to_width(settings), cells)
    cells = cells.reshape(CHANNELS, -1)
    cosine, sine = front_turn(side) if settings.body_view else (1.0, 0.0)
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
def _to_width(settings: SpmfSettings) -> Bands:
    return banded(by_area(settings.columns, settings.shape[1]))


@lru_cache(maxsize=32)
def by_area(source: int, target: int) -> Array:
    """Weights (source, target) of resizing by area: a target cell is the mean of its part."""
    edges = np.linspace(0, source, target + 1)
    cells = np.arange(source)[:, None]
    overlap = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    return np.asarray(np.maximum(overlap, 0) * target / source)


@lru_cache(maxsize=1)
def _jet() -> Array:
    """(3, 256) the JET colour map, RGB."""
    levels = np.arange(256, dtype=np.uint8)[:, None]
    return np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_JET)[:, 0, ::-1].T, np.float64)


def across(poses: Array, settings: SpmfSettings) -> Array:
    """The horizontal axis x, z (F, 2) [m] that lies across the picture after `front_turn`.

    The axis of one person points from the right to the left hip and shoulder, that of two people
    from the first root joint to the second. 0 where its joints are missing.

    Args:
        poses: (F, J, 3) [m], y vertical; NaN where missing.
        settings: of the joints.
    """
    start, end = _ends(settings)
    axes = poses.take(end, axis=1) - poses.take(start, axis=1)
    return np.asarray(np.where(np.isnan(axes), 0.0, axes).sum(axis=1)[:, ::2])


@lru_cache(maxsize=16)
def _ends(settings: SpmfSettings) -> tuple[list[int], list[int]]:
    """Joints at the start and at the end of the axes."""
    skeleton = skeleton_named(settings.skeleton)
    if settings.people == 2:
        return [skeleton.root], [len(skeleton) + skeleton.root]
    right, left = ([skeleton.index(f"{of}_{part}") for part in SIDES] for of in ("right", "left"))
    return right, left


def front_turn(axis: Array) -> tuple[float, float]:
    """Cosine and sine of the turn about the vertical that maps an axis x, z (2,) to x.

    x' = c x + s z and z' = c z - s x; no turn for an axis without length.
    """
    x, z = float(axis[0]), float(axis[1])
    length = hypot(x, z)
    return (x / length, z / length) if length > TINY else (1.0, 0.0)
