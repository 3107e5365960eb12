"""Enhanced-SPMF: a window of 3D poses as one small colour image.

H.-H. Pham, H. Salmane, L. Khoudour, A. Crouzil, S. A. Velastin, P. Zegers: A Unified Deep
Framework for Joint 3D Pose Estimation and Action Recognition from a Single RGB Camera, Sensors
20(7):1825, 2020 (arXiv 1907.06968), the section on Enhanced-SPMF; the Skeleton Posture-Motion
Feature itself is from the same authors, Sensors 19(8):1932, 2019.

With joints p_j at frame t, over the pairs j < k:

    JJD_jk = |p_j^t - p_k^u|                   joint-joint distance, drawn in the JET colours
    JJO_jk = (p_j^t - p_k^u) / JJD_jk          joint-joint orientation, drawn as red, green, blue
    posture feature  PF^t     = JJD and JJO with u = t
    motion feature   MF^t,t+1 = JJD and JJO with u = t + 1
    SPMF = [PF^1 | MF^1,2 | PF^2 | ... | PF^N]   time along the 2N - 1 columns, JJD above JJO

Where the paper leaves a choice it is in SpmfSettings, which travels in the model's card.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition.normalise import fill_missing, to_body_view
from pose_action_ros.settings import setting
from pose_action_ros.skeletons import skeleton_named

Points = npt.NDArray[np.floating]
Image = npt.NDArray[np.uint8]

TINY = 1e-6  # [m]; joints nearer than this are at one place and have no direction


@dataclass(frozen=True)
class SpmfSettings:
    """The choices of the encoding; a trained model only works with its own."""

    skeleton: str = setting("human36m_17", "joint order of the poses")
    min_score: float = setting(0.3, "joints with a lower score are missing", low=0.0, high=1.0)
    frames: int = setting(32, "poses in a window after resampling", low=2, high=512)
    smoothing: int = setting(5, "frames of the Savitzky-Golay filter; 1 for none", low=1, high=51)
    smoothing_order: int = setting(2, "order of its polynomial", low=0, high=5)
    joints: str = setting(
        "left_wrist right_wrist left_elbow right_elbow left_ankle right_ankle left_knee right_knee "
        "nose left_shoulder right_shoulder mid_hip",
        "joints whose pairs are drawn, from top to bottom; empty for all in the skeleton's order. "
        "Few rows, with those of hands and feet together, survive the resizing best",
    )
    body_view: bool = setting(True, "turn people about the vertical to be seen from the front")
    clip_limit: float = setting(2.0, "contrast limit of the equalisation", low=0.0, high=40.0)
    tiles: int = setting(4, "tiles of the equalisation per image side", low=1, high=32)
    size: int = setting(32, "width and height of the image", unit="px", low=8, high=512)


def enhanced_spmf(points: npt.ArrayLike, settings: SpmfSettings) -> Image:
    """The image of one or many windows.

    Args:
        points: (..., N, J, 3) [m], y down as in the optical frame of a camera, N equally spaced
            frames; NaN where a joint is missing.
        settings: choices; N and J must be theirs.

    Returns:
        (..., size, size, 3) RGB. A joint that is missing in the whole window leaves its rows black.

    Raises:
        InputError: the shape does not fit the settings.
    """
    array = np.asarray(points, dtype=np.float64)
    expected = (settings.frames, len(skeleton_named(settings.skeleton)), 3)
    if array.shape[-3:] != expected:
        raise InputError(f"got poses of shape {array.shape}, expected (..., {expected})")
    windows = array.reshape(-1, *expected)
    # One window after another: the intermediate arrays of a batch would not fit the CPU's caches.
    images = [_enhance(spmf(window, settings), settings) for window in windows]
    stacked = np.array(images, dtype=np.uint8)
    return stacked.reshape(*array.shape[:-3], settings.size, settings.size, 3)


def spmf(points: Points, settings: SpmfSettings) -> Image:
    """The full-size image (2P, 2N-1, 3), before equalisation, of a window (N, J, 3)."""
    filled, known = fill_missing(points)  # (N, J, 3), (J,)
    smooth = np.tensordot(_smoother(settings), filled, axes=1)
    if settings.body_view:
        smooth = to_body_view(smooth, known, skeleton_named(settings.skeleton))
    first, second = pairs(settings)
    track = smooth.transpose(2, 1, 0).astype(np.float32)  # (3, J, N)
    ahead, behind = track[:, first], track[:, second]  # (3, P, N)
    difference = np.empty((3, len(first), 2 * settings.frames - 1), np.float32)
    difference[..., 0::2] = ahead - behind  # PF
    difference[..., 1::2] = ahead[..., :-1] - behind[..., 1:]  # MF
    distance = np.sqrt((difference * difference).sum(axis=0))  # (P, 2N-1)
    jjd = _jet()[_levels(distance, pair_known := known[first] & known[second])]
    orientation = difference * (127.5 / np.maximum(distance, TINY)) + 128
    jjo = orientation.astype(np.uint8).transpose(1, 2, 0)
    image: Image = np.concatenate([jjd, jjo])
    image[~np.tile(pair_known, 2)] = 0
    return image


@lru_cache(maxsize=8)
def pairs(settings: SpmfSettings) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """First and second joint (P,) of every pair, from the top row to the bottom."""
    skeleton = skeleton_named(settings.skeleton)
    names = settings.joints.split() or skeleton.joints
    order = np.array([skeleton.index(name) for name in names], dtype=np.intp)
    if len(order) < 2 or len(set(names)) != len(names):
        raise InputError(f"got joints {settings.joints!r}, expected at least two different names")
    first, second = np.triu_indices(len(order), k=1)
    return order[first], order[second]


@lru_cache(maxsize=8)
def _smoother(settings: SpmfSettings) -> Points:
    """(N, N) matrix of the Savitzky-Golay filter, with polynomials at the ends."""
    count = settings.frames
    width = min(settings.smoothing, count - 1 + count % 2)
    if width <= settings.smoothing_order:
        return np.eye(count)
    powers = np.vander(np.arange(float(width)), settings.smoothing_order + 1)
    fitted = powers @ np.linalg.pinv(powers)  # (width, width): values of the fitted polynomial
    matrix = np.zeros((count, count))
    for frame in range(count):
        first = min(max(frame - width // 2, 0), count - width)  # of the frames it is fitted to
        matrix[frame, first : first + width] = fitted[frame - first]
    return matrix


@lru_cache(maxsize=1)
def _jet() -> Image:
    """(256, 3) the JET colour map, RGB."""
    levels = np.arange(256, dtype=np.uint8)[:, None]
    return np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_JET)[:, 0, ::-1])


def _levels(distance: Points, pair_known: npt.NDArray[np.bool_]) -> Image:
    """Distances (P, C) as 0 to 255 between least and greatest of the whole window.

    This also takes out the size of the body.
    """
    if not pair_known.any():
        return np.zeros(distance.shape, np.uint8)
    known = distance[pair_known]
    least, greatest = known.min(), known.max()
    relative = (distance - least) * (255 / max(greatest - least, TINY))
    levels: Image = np.clip(relative + 0.5, 0, 255).astype(np.uint8)
    return levels


def _enhance(image: Image, settings: SpmfSettings) -> Image:
    """Contrast-limited adaptive histogram equalisation of the brightness, then resizing."""
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    if settings.clip_limit > 0:
        grid = (settings.tiles, settings.tiles)
        hsv[..., 2] = cv2.createCLAHE(settings.clip_limit, grid).apply(hsv[..., 2])
    rgb = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.asarray(
        cv2.resize(rgb, (settings.size, settings.size), interpolation=cv2.INTER_AREA), np.uint8
    )
