"""Window: the normalised keypoints of a person at fixed ages before the newest image.

The images come at any rate and with gaps; the network takes the same ages from all of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

MAX_GAP = 0.3
"""Longest time between two images [s] over which keypoints are interpolated."""

NEAR = 0.02
"""Greatest difference in age [s] at which one image represents a slot alone."""


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
    usable = np.isfinite(times) & (sizes > 0)
    usable &= usable[:, :1]
    after = np.where(usable, times, np.nan)[:, None] + ages[:, None]  # (N, K, M) [s] after the slot
    older = (after <= 0).argmax(axis=-1)  # (N, K)
    newer = after.shape[-1] - 1 - (after >= 0)[..., ::-1].argmax(axis=-1)
    rows, slots = np.ogrid[: len(after), : len(ages)]
    late = after[rows, slots, older]
    newer = np.where(late == 0, older, newer)
    early = after[rows, slots, newer]
    late, early = np.where(late <= 0, late, -np.inf), np.where(early >= 0, early, np.inf)
    scales = np.where(usable, sizes, 0.0) / np.where(usable[:, :1], sizes[:, :1], 1.0)
    return _between(
        _scaled(features[rows, older], scales[rows, older]),
        _scaled(features[rows, newer], scales[rows, newer]),
        -late,
        early,
    )


def _scaled(features: Array, scales: Array) -> Array:
    """Keypoints (N, K, 18, 3) with x and y times scales (N, K)."""
    factors = np.stack([scales, scales, np.ones_like(scales)], axis=-1)
    scaled: Array = features * factors[:, :, None]
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
