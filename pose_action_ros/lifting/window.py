"""Window: the normalised keypoints of a person at fixed ages before the newest image.

The images come at any rate and with gaps; the network takes the same ages from all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pose_action_ros.poses import UNTRACKED
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

MAX_GAP = 0.3
"""Longest time between two images [s] over which keypoints are interpolated."""

NEAR = 0.02
"""Greatest difference in age [s] at which one image represents a slot alone."""

PART = 1024
"""Windows that are computed at once; arrays beyond the processor's cache take twice the time."""


def resample(features: Array, sizes: Array, times: Array, ages: Array) -> Array:
    """Interpolate the normalised keypoints of N people at K ages.

    A slot lies between two images. Each joint is interpolated linearly if it is present in both and
    they are at most MAX_GAP apart. Otherwise it comes from the one that has it, if that is at most
    NEAR away, or it is missing. The slot of age 0 equals the newest image.

    Args:
        features: (N, M, 18, 3) `Normalised.features` of M images, each in its own virtual camera,
            newest first.
        sizes: (N, M) `Normalised.sizes` of the images; 0 for a person that is not liftable in an
            image, which is ignored.
        times: (N, M) [s] relative to the newest image: 0 in column 0, falling; NaN without image.
        ages: (K,) [s] before the newest image, not negative.

    Returns:
        (N, K, 18, 3) at the scale of the newest image, zeros for a missing joint; all zeros for a
        person that is not liftable in the newest image.
    """
    rows = np.arange(times.size).reshape(times.shape)
    return resample_rows(
        features.reshape(-1, *features.shape[2:]), sizes.ravel(), rows, times, ages
    )


def resample_rows(features: Array, sizes: Array, rows: Indices, times: Array, ages: Array) -> Array:
    """Interpolate as `resample` does, with images that several windows may share.

    Args:
        features: (R, 18, 3) of all images.
        sizes: (R,).
        rows: (N, M) of the images of each window, newest first; any row where there is no image.
        times: (N, M), see resample.
        ages: (K,), see resample.
    """
    starts = range(0, max(len(rows), 1), PART)
    parts = [
        _resample_part(
            features, sizes, rows[start : start + PART], times[start : start + PART], ages
        )
        for start in starts
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _resample_part(
    features: Array, sizes: Array, rows: Indices, times: Array, ages: Array
) -> Array:
    """See resample_rows."""
    metres = np.where(np.isfinite(times), sizes[rows], 0.0)  # (N, M)
    usable = (metres > 0) & (metres[:, :1] > 0)
    after = np.where(usable, times, np.nan)[:, None] + ages[:, None]  # (N, K, M) [s] after the slot
    older = (after <= 0).argmax(axis=-1)  # (N, K)
    newer = after.shape[-1] - 1 - (after >= 0)[..., ::-1].argmax(axis=-1)
    windows, slots = np.arange(len(after))[:, None], np.arange(len(ages))
    late = after[windows, slots, older]
    newer = np.where(late == 0, older, newer)
    early = after[windows, slots, newer]
    late, early = np.where(late <= 0, late, -np.inf), np.where(early >= 0, early, np.inf)
    scales = metres / np.where(usable[:, :1], metres[:, :1], 1.0)
    return _between(
        _scaled(features[rows[windows, older]], scales[windows, older]),
        _scaled(features[rows[windows, newer]], scales[windows, newer]),
        -late,
        early,
    )


def newest_only(features: Array, ages: Array) -> Array:
    """Windows (N, K, 18, 3) of people in their newest image alone, features (N, 18, 3)."""
    windows = np.zeros((len(features), len(ages), *features.shape[1:]))
    windows[:, ages == 0] = features[:, None]
    return windows


def images_before(stamps: Array, span: float) -> tuple[Indices, Array]:
    """Windows of all images of one track.

    Args:
        stamps: (T,) [s], rising.
        span: age [s] of the oldest image in a window.

    Returns:
        rows (T, M) and times (T, M) of resample_rows.
    """
    newest = np.arange(len(stamps))[:, None]
    first = np.searchsorted(stamps, stamps - span)[:, None]
    images = newest - np.arange((newest - first).max(initial=0) + 1)  # (T, M)
    rows = np.maximum(images, first)
    return rows, np.where(images >= first, stamps[rows] - stamps[:, None], np.nan)


class History:
    """The images of the last seconds of tracked people.

    Args:
        ages: (K,) [s] of the slots of a window.
    """

    def __init__(self, ages: Array) -> None:
        self._ages, self._span = ages, span_of(ages)
        self._stamp = -np.inf
        self._clear()

    def _clear(self) -> None:
        # One row for each person in each image, newest first.
        self._features, self._sizes = np.zeros((0, len(COCO_18), 3)), np.zeros(0)
        self._stamps, self._ids = np.zeros(0), np.zeros(0, np.intp)

    def begin(self, stamp: float) -> None:
        """Begin an image [s]: remove images that are too old, and all when time goes back."""
        if stamp < self._stamp:
            self._clear()
        self._stamp = stamp
        self._keep((self._stamps >= stamp - self._span) & (self._stamps < stamp))

    def _keep(self, rows: Flags) -> None:
        if not rows.all():
            self._features, self._sizes = self._features[rows], self._sizes[rows]
            self._stamps, self._ids = self._stamps[rows], self._ids[rows]

    def __call__(self, ids: Sequence[int], features: Array, sizes: Array) -> Array:
        """Add the people of the image.

        Args:
            ids: of N people; an UNTRACKED person has no other image.
            features: (N, 18, 3) see Normalised.
            sizes: (N,).

        Returns:
            (N, K, 18, 3) their windows.
        """
        people = np.array(ids)
        self._features = np.concatenate([features, self._features])
        self._sizes = np.concatenate([sizes, self._sizes])
        self._stamps = np.concatenate([np.full(len(ids), self._stamp), self._stamps])
        self._ids = np.concatenate([people, self._ids])
        rows, times = self._rows(people)
        windows = resample_rows(self._features, self._sizes, rows, times, self._ages)
        self._keep(self._ids != UNTRACKED)
        return windows

    def _rows(self, people: Indices) -> tuple[Indices, Array]:
        """Rows (N, M) and times (N, M) of resample_rows."""
        count = len(people)
        same = people[:, None] == self._ids  # (N, R)
        same[:, :count] = np.eye(count, dtype=np.bool_)
        images = np.zeros(len(self._stamps), np.intp)
        np.cumsum(self._stamps[:-1] > self._stamps[1:], out=images[1:])
        shape = count, int(images[-1]) + 1
        rows, times = np.zeros(shape, np.intp), np.full(shape, np.nan)
        windows, found = np.nonzero(same)
        rows[windows, images[found]] = found
        times[windows, images[found]] = self._stamps[found] - self._stamp
        return rows, times


def span_of(ages: Array) -> float:
    """Age [s] of the oldest image that can change a window."""
    return float(ages.max()) + MAX_GAP


def _scaled(features: Array, scales: Array) -> Array:
    """Keypoints (N, K, 18, 3) with x and y times scales (N, K)."""
    scaled = features.copy()
    scaled[..., :2] *= scales[..., None, None]
    return scaled


def _between(older: Array, newer: Array, since: Array, until: Array) -> Array:
    """Keypoints (N, K, 18, 3) between two images, `since` the older and `until` the newer (N, K).

    The times [s] are infinite for an image that does not exist.
    """
    gaps = since + until
    near = gaps <= MAX_GAP
    shares = np.where(near, since, 0.0) / np.where(near & (gaps > 0), gaps, 1.0)  # of the newer
    in_older, in_newer = older[..., 2] > 0, newer[..., 2] > 0  # (N, K, 18)
    joined = in_older & in_newer & near[..., None]
    from_older = in_older & (since <= NEAR)[..., None]
    from_newer = in_newer & (until <= NEAR)[..., None]
    weights = np.where(joined, shares[..., None], from_newer)[..., None]
    present = (joined | from_older | from_newer)[..., None]
    return np.where(present, older * (1 - weights) + newer * weights, 0.0)
