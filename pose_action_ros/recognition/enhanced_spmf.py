"""Enhanced-SPMF: a window of 3D poses as one small colour image.

H.-H. Pham, H. Salmane, L. Khoudour, A. Crouzil, S. A. Velastin, P. Zegers: A Unified Deep
Framework for Joint 3D Pose Estimation and Action Recognition from a Single RGB Camera, Sensors
20(7):1825, 2020 (arXiv 1907.06968), the section on Enhanced-SPMF; the Skeleton Posture-Motion
Feature itself is from the same authors, Sensors 19(8):1932, 2019.

With joints p_j at frame t, over the pairs j < k (of two people: over both skeletons):

    JJD_jk = |p_j^t - p_k^u|                   joint-joint distance, drawn in the JET colours
    JJO_jk = (p_j^t - p_k^u) / JJD_jk          joint-joint orientation, drawn as red, green, blue
    posture feature  PF^t     = JJD and JJO with u = t
    motion feature   MF^t,t+1 = JJD and JJO with u = t + 1
    SPMF = [PF^1 | MF^1,2 | PF^2 | ... | PF^N]   time along the 2N - 1 columns, JJD above JJO

Below the pairs of each half come the motion features of joints with themselves (j = k), their ways
from frame to frame, in colours of their own range: among the pairs they would be lost.

The poses are smoothed first (Savitzky-Golay). The image is resized before it is equalised: so a new
pose costs its own columns alone. What the paper leaves open beyond that is in SpmfSettings.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition.facing import across, front_turn
from pose_action_ros.recognition.spmf_settings import SpmfSettings, check, drawn_joints, pairs

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Image = npt.NDArray[np.uint8]

TINY = 1e-6  # [m]; joints nearer than this are at one place and have no direction
JJD, JJO, KNOWN = slice(0, 3), slice(3, 6), 6  # channels of a column


def enhanced_spmf(points: npt.ArrayLike, settings: SpmfSettings) -> Image:
    """The image of one or many windows.

    Args:
        points: (..., N, J, 3) [m], y down as in the optical frame of a camera, N equally spaced
            frames; NaN where a joint is missing. Of two people the second's joints follow the
            first's.
        settings: choices; N and J must be theirs.

    Returns:
        (..., height, width, 3) RGB. Where a joint is missing its pairs are black.

    Raises:
        InputError: the shape does not fit the settings, or they do not go together.
    """
    check(settings)
    array = np.asarray(points, dtype=np.float64)
    expected = (settings.frames, *settings.poses)
    if array.shape[-3:] != expected:
        raise InputError(f"got poses of shape {array.shape}, expected (..., {expected})")
    images = [_image(window, settings) for window in array.reshape(-1, *expected)]
    return np.array(images, dtype=np.uint8).reshape(*array.shape[:-3], *settings.shape)


def _image(window: Array, settings: SpmfSettings) -> Image:
    columns = _columns(window, np.arange(settings.frames), settings)
    return _finished(columns, across(window, settings).sum(axis=0), settings)


class SpmfStream:
    """The same image of a window that moves: each new pose costs only its own columns.

    Where colours depend on the whole window (`reach` 0) all columns are drawn anew.

    Args:
        settings: as of enhanced_spmf.

    Raises:
        InputError: the settings do not go together.
    """

    def __init__(self, settings: SpmfSettings) -> None:
        check(settings)
        self._settings = settings
        self._half = settings.smoothing // 2  # frames at each end smoothed with fewer neighbours
        self._poses = np.full((settings.frames, *settings.poses), np.nan)
        self._inner = np.zeros((7, 0, 0))  # columns that no later pose changes
        self._new = settings.frames  # poses that came since these were drawn

    def push(self, pose: Array) -> None:
        """Take in the pose (J, 3) one frame after the last; NaN where a joint is missing.

        Raises:
            InputError: another number of joints.
        """
        if pose.shape != self._settings.poses:
            raise InputError(f"got a pose of {pose.shape}, expected {self._settings.poses}")
        self._poses[:-1] = self._poses[1:]
        self._poses[-1] = pose
        self._new += 1

    def image(self) -> Image:
        """(height, width, 3) RGB of the newest poses, black where there are none yet."""
        side = across(self._poses, self._settings).sum(axis=0)
        return _finished(self._updated(), side, self._settings)

    def _updated(self) -> Array:
        """All columns, from those that are there and the new ones."""
        frames, half, settings = self._settings.frames, self._half, self._settings
        final = frames - 1 - half - self._new  # newest frame whose smoothing was final before
        if final <= half or not settings.reach:
            columns = _columns(self._poses, np.arange(frames), settings)
            self._inner, self._new = columns[:, 2 * half + 1 : -2 * half - 1], 0
            return columns
        ends = np.concatenate([np.arange(half + 2), np.arange(final - 1, frames)])
        fresh = _columns(self._poses, ends, settings)
        # Between both ends: two columns of the first, the seam, and two that are in `_inner`.
        first, rest = fresh[:, : 2 * half + 1], fresh[:, 2 * half + 6 :]
        grown = 2 * self._new
        self._inner = np.concatenate([self._inner[:, grown:], rest[:, :grown]], axis=1)
        self._new = 0
        return np.concatenate([first, self._inner, rest[:, grown:]], axis=1)


def _columns(window: Array, frames: npt.NDArray[np.intp], settings: SpmfSettings) -> Array:
    """(7, 2F-1, height/2) columns of the chosen frames (F,) of a window, smoothed and painted.

    Pairs are resized to the rows that the joints' own ways leave.
    """
    poses = _smoothed(window, frames, settings)
    pairs_painted = _painted(_pair_features(poses, settings), settings.reach, TINY)
    bands = [pairs_painted @ _resizing(pairs_painted.shape[2], settings.pair_rows).T]
    if settings.own_reach:
        bands.append(
            _painted(_own_features(poses, settings), settings.own_reach, settings.own_reach)
        )
    return np.concatenate(bands, axis=2)


def _painted(features: tuple[Array, Array, Mask], reach: float, fading: float) -> Array:
    """(7, C, P) JET colours, orientations, known; of distances and differences over C columns.

    Args:
        features: as of _pair_features.
        reach: distance with the last colour [m]; 0 for the greatest there is.
        fading: shorter differences have a fainter orientation, as theirs is mostly noise [m].
    """
    difference, distance, known = features
    reach = reach or max(float(distance.max()), TINY)
    levels = np.minimum(distance * (255 / reach) + 0.5, 255).astype(np.uint8)
    channels = np.empty((7, *distance.shape))
    np.take(_jet(), levels, axis=1, out=channels[JJD])
    channels[JJD] *= known
    np.divide(difference, np.maximum(distance, fading), out=channels[JJO])
    channels[KNOWN] = known
    return channels


def _smoothed(window: Array, frames: npt.NDArray[np.intp], settings: SpmfSettings) -> Array:
    """(F, J, 3) the chosen frames of a window after the Savitzky-Golay filter.

    A joint that is missing in one of the frames that a sum takes is not smoothed.
    """
    weights = _savitzky_golay(settings)[frames]
    missing = np.isnan(window[..., 0])
    if not missing.any():
        return np.asarray(np.tensordot(weights, window, axes=1))
    result = np.tensordot(weights, np.nan_to_num(window), axes=1)
    touched = (weights != 0).astype(float) @ missing > 0
    result[touched] = window[frames][touched]
    return np.asarray(result)


@lru_cache(maxsize=16)
def _savitzky_golay(settings: SpmfSettings) -> Array:
    """(N, N) matrix of the filter, with the polynomials fitted to the ends."""
    count, width = settings.frames, settings.smoothing
    powers = np.vander(np.arange(float(width)), min(settings.smoothing_order, width - 1) + 1)
    fitted = powers @ np.linalg.pinv(powers)  # (width, width): values of the fitted polynomial
    matrix = np.zeros((count, count))
    for frame in range(count):
        first = min(max(frame - width // 2, 0), count - width)  # of the frames it is fitted to
        matrix[frame, first : first + width] = fitted[frame - first]
    return matrix


def _pair_features(poses: Array, settings: SpmfSettings) -> tuple[Array, Array, Mask]:
    """PF and MF of F poses in turn, 0 where a joint is missing.

    Returns:
        (3, 2F-1, P) differences and (2F-1, P) distances [m], and whether both joints are known.
    """
    first, second = pairs(settings)
    coordinates = poses.transpose(2, 0, 1)  # (3, F, J)
    column = np.arange(2 * len(poses) - 1)
    before = coordinates[:, column // 2].take(first, axis=2)
    return _measured(before - coordinates[:, (column + 1) // 2].take(second, axis=2))


def _own_features(poses: Array, settings: SpmfSettings) -> tuple[Array, Array, Mask]:
    """MF of each joint with itself, as of _pair_features: its way to the next frame.

    In the columns of postures it is the mean of the ways there and on.
    """
    coordinates = poses[:, drawn_joints(settings)].transpose(2, 0, 1)  # (3, F, D)
    ways = np.diff(coordinates, axis=1)
    between = (ways[:, 1:] + ways[:, :-1]) / 2
    difference = np.empty((3, 2 * len(poses) - 1, coordinates.shape[2]))
    difference[:, 1::2] = ways
    difference[:, ::2] = np.concatenate([ways[:, :1], between, ways[:, -1:]], axis=1)
    return _measured(difference)


def _measured(difference: Array) -> tuple[Array, Array, Mask]:
    """Differences (3, C, P) with 0 where missing, their lengths, and whether they are known."""
    known = ~np.isnan(difference[0])
    if not known.all():
        difference = np.where(known, difference, 0.0)
    return difference, np.sqrt(np.einsum("icp,icp->cp", difference, difference)), known


def _finished(columns: Array, side: Array, settings: SpmfSettings) -> Image:
    """Columns (7, 2N-1, height/2) resized in time, people turned, equalised."""
    height, width, _ = settings.shape
    cells = np.matmul(_resizing(settings.columns, width), columns).transpose(0, 2, 1)
    if settings.body_view:
        cosine, sine = front_turn(side)
        x, z = cells[3].copy(), cells[5].copy()
        cells[3], cells[5] = cosine * x + sine * z, cosine * z - sine * x
    image = np.empty((height, width, 3))
    image[: height // 2] = cells[JJD].transpose(1, 2, 0)
    image[height // 2 :] = (127.5 * (cells[JJO] + cells[KNOWN])).transpose(1, 2, 0)
    return _equalised((image + 0.5).astype(np.uint8), settings)


def _equalised(image: Image, settings: SpmfSettings) -> Image:
    """After contrast-limited adaptive histogram equalisation of the brightness; black stays so."""
    if not settings.clip_limit:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    grid = (settings.tiles, settings.tiles)
    bright = cv2.createCLAHE(settings.clip_limit, grid).apply(hsv[..., 2])
    hsv[..., 2] = np.where(hsv[..., 2], bright, 0)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


@lru_cache(maxsize=32)
def _resizing(source: int, target: int) -> Array:
    """(target, source) weights of resizing by area: each target cell is the mean of its part."""
    edges = np.linspace(0, source, target + 1)
    cells = np.arange(source)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(np.maximum(overlap, 0) * target / source)


@lru_cache(maxsize=1)
def _jet() -> Array:
    """(3, 256) the JET colour map, RGB."""
    levels = np.arange(256, dtype=np.uint8)[:, None]
    return np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_JET)[:, 0, ::-1].T, np.float64)
