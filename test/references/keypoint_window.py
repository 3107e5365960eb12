"""Keypoints at ages before the newest image, joint by joint, as the definition reads."""

from math import isnan

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def resample(
    features: Array, sizes: Array, times: Array, ages: Array, *, max_gap: float, near: float
) -> Array:
    """(N, K, 18, 3), see pose_action_ros.lifting.window."""
    result = np.zeros((len(features), len(ages), *features.shape[2:]))
    for person, slot in np.ndindex(len(features), len(ages)):
        if isnan(times[person, 0]) or sizes[person, 0] <= 0:
            continue
        images = [
            (times[person, image] + ages[slot], scaled(features[person, image], scale))
            for image in range(times.shape[1])
            if not isnan(times[person, image])
            and (scale := sizes[person, image] / sizes[person, 0]) > 0
        ]
        older = [image for image in images if image[0] <= 0]
        newer = [image for image in images if image[0] >= 0]
        if older and older[0][0] == 0:
            newer = older[:1]
        for joint in range(features.shape[2]):
            result[person, slot, joint] = between(
                [(-after, keypoints[joint]) for after, keypoints in older[:1]],
                [(after, keypoints[joint]) for after, keypoints in newer[-1:]],
                max_gap,
                near,
            )
    return result


def scaled(keypoints: Array, scale: float) -> Array:
    return np.array([[x * scale, y * scale, score] for x, y, score in keypoints])


def between(
    older: list[tuple[float, Array]], newer: list[tuple[float, Array]], max_gap: float, near: float
) -> Array:
    """(3,) from at most one older and one newer image: time apart [s] and keypoint (3,)."""
    present = [(apart, point) for apart, point in older + newer if point[2] > 0]
    if len(present) == 2 and present[0][0] + present[1][0] <= max_gap:
        (since, first), (until, second) = present
        if since == 0:
            return first
        return first + (second - first) * since / (since + until)
    for apart, point in present:
        if apart <= near:
            return point
    return np.zeros(3)
