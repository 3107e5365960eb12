"""Enhanced-SPMF the slow and obvious way: one loop for each word of the definition."""

from __future__ import annotations

from math import atan2, cos, sin, sqrt

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


def slow_spmf(points: Array, settings: SpmfSettings) -> Image:
    """(2P, 2N-1, 3) RGB of a window (N, 17, 3) of the Human3.6M skeleton."""
    joints = [fill(points[:, joint]) for joint in range(points.shape[1])]
    joints = [None if joint is None else smooth(joint, settings) for joint in joints]
    if settings.body_view:
        joints = seen_from_the_front(joints)
    frames = len(points)
    names = settings.joints.split() if settings.joints else list(HUMAN36M_17.joints)
    order = [HUMAN36M_17.joints.index(name) for name in names]
    pairs = [(j, k) for place, j in enumerate(order) for k in order[place + 1 :]]
    times = [(0, 0)]
    for frame in range(1, frames):
        times += [(frame - 1, frame), (frame, frame)]
    greatest, least = 0.0, float("inf")
    for j, k in pairs:
        for t, u in times:
            first, second = joints[j], joints[k]
            if first is not None and second is not None:
                distance = length(first[t] - second[u])
                greatest, least = max(greatest, distance), min(least, distance)
    image = np.zeros((2 * len(pairs), 2 * frames - 1, 3), np.uint8)
    for row, (j, k) in enumerate(pairs):
        for column, (t, u) in enumerate(times):
            first, second = joints[j], joints[k]
            if first is None or second is None:
                continue
            difference = first[t] - second[u]
            distance = length(difference)
            level = round(255 * (distance - least) / max(greatest - least, 1e-6))
            image[row, column] = jet(level)
            direction = difference / max(distance, 1e-6)
            image[len(pairs) + row, column] = np.floor(direction * 127.5 + 128)
    return image


def fill(track: Array) -> Array | None:
    """(N, 3) with gaps bridged by straight lines, None when there is nothing."""
    known = [frame for frame in range(len(track)) if np.isfinite(track[frame]).all()]
    if not known:
        return None
    filled = track.copy()
    for frame in range(len(track)):
        before = max((index for index in known if index <= frame), default=None)
        after = min((index for index in known if index >= frame), default=None)
        if before is None:
            filled[frame] = track[after]
        elif after is None or before == after:
            filled[frame] = track[before]
        else:
            part = (frame - before) / (after - before)
            filled[frame] = (1 - part) * track[before] + part * track[after]
    return filled


def smooth(track: Array, settings: SpmfSettings) -> Array:
    """(N, 3) after the Savitzky-Golay filter."""
    return np.asarray(savgol_filter(track, settings.smoothing, settings.smoothing_order, axis=0))


def seen_from_the_front(joints: list[Array | None]) -> list[Array | None]:
    """Joints (N, 3) turned about the vertical by one angle, root at the origin."""
    across = np.zeros(3)
    for part in ("hip", "shoulder"):
        left = joints[HUMAN36M_17.index(f"left_{part}")]
        right = joints[HUMAN36M_17.index(f"right_{part}")]
        if left is not None and right is not None:
            across = across + (left - right).mean(axis=0)
    angle = atan2(across[2], across[0])
    turn = np.array([[cos(angle), 0, sin(angle)], [0, 1, 0], [-sin(angle), 0, cos(angle)]])
    known = [joint for joint in joints if joint is not None]
    root = joints[0]
    centre = np.mean(known, axis=0) if root is None else root
    return [None if joint is None else (joint - centre) @ turn.T for joint in joints]


def length(vector: Array) -> float:
    """Euclidean length."""
    return sqrt(sum(float(value) ** 2 for value in vector))


def jet(level: int) -> Image:
    """(3,) RGB of a level 0 to 255."""
    bgr = cv2.applyColorMap(np.array([[level]], np.uint8), cv2.COLORMAP_JET)
    return np.asarray(bgr[0, 0, ::-1], np.uint8)
