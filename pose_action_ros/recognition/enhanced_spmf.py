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

Besides these colours (spmf_jet) there is a form for networks (spmf_level): each distance is one
level beside the three axes of its orientation, four channels of the same row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.recognition import spmf_jet, spmf_level
from pose_action_ros.recognition.spmf_settings import JET, LEVEL, SpmfSettings, check
from pose_action_ros.recognition.spmf_steps import Array, Features, Image

__all__ = ["FORMS", "Form", "Image", "enhanced_spmf"]


class Form(NamedTuple):
    """Steps in which the forms of the image differ.

    Attributes:
        channels: of a column, before it becomes a part of the image.
        nearest: distance [m] below which joints coincide and have no direction.
        painted: features of columns, reach and fading of the rows to (channels, C, P).
        finished: columns (2N-1, channels, rows), sum of `across` and settings to the image.
    """

    channels: int
    nearest: float
    painted: Callable[[Features, float | Array, float | Array], Array]
    finished: Callable[[Array, Array, SpmfSettings], Image]


FORMS = {
    JET: Form(spmf_jet.CHANNELS, spmf_jet.NEAREST, spmf_jet.painted, spmf_jet.finished),
    LEVEL: Form(spmf_level.CHANNELS, spmf_level.NEAREST, spmf_level.painted, spmf_level.finished),
}
"""By the setting `colours`."""


def enhanced_spmf(points: npt.ArrayLike, settings: SpmfSettings) -> Image:
    """The image of one or many windows.

    Args:
        points: (..., N, J, 3) [m], y down as in the optical frame of a camera, N equally spaced
            frames; NaN where a joint is missing. The joints of a second person follow those of
            the first.
        settings: give N and J.

    Returns:
        (..., height, width, channels), RGB or levels. Where a joint is missing its pairs are
        black: 0 in all channels.

    Raises:
        InputError: the shape does not fit the settings, or they contradict each other.
    """
    check(settings)
    array = np.asarray(points, dtype=np.float64)
    expected = (settings.frames, *settings.poses)
    if array.shape[-3:] != expected:
        raise InputError(f"got poses of shape {array.shape}, expected (..., {expected})")
    windows = array.reshape(-1, *expected)
    if settings.colours == LEVEL:
        images = spmf_level.drawn(windows, settings)
    else:
        images = np.array([spmf_jet.drawn(window, settings) for window in windows], np.uint8)
    return images.reshape(*array.shape[:-3], *settings.shape)
