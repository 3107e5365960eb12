"""Settings of decoding; the defaults are OpenPose's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pose_action_ros.detection.openpose.layout import MapLayout
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class DecodingSettings(Settings):
    """Thresholds for joints, limbs and people.

    Source of the values: OpenPose, pose/poseParameters.cpp and net/bodyPartConnectorBase.cpp, but
    for `fragments`, which is True there.
    """

    peak_threshold: float = setting(
        0.05, "height above which a maximum of a heat map may be a joint", low=0.0, high=1.0
    )
    most_peaks: int = setting(
        127, "most maxima of one heat map, the highest ones", low=1, high=1000
    )
    line_threshold: float = setting(
        0.05, "the field along a limb counts where it is stronger than this", low=0.0, high=1.0
    )
    line_share: float = setting(
        0.95, "more than this share of a limb's samples must count", low=0.0, high=0.99
    )
    line_density: float = setting(
        40.0, "a limb has the square root of this times its length samples", low=0.1, high=1000.0
    )
    least_samples: int = setting(5, "fewest samples of a limb", low=5, high=100)
    most_samples: int = setting(25, "most samples of a limb", low=5, high=100)
    touching: float = setting(
        1 / 150,
        "joints nearer than this share of the root of the map's area may be a limb without a field",
        low=0.0,
        high=0.1,
    )
    peak_weight: float = setting(
        0.1, "weight of the heights of two joints beside their limb's field", low=0.0, high=10.0
    )
    min_parts: int = setting(3, "fewest joints of a person", low=0, high=25)
    min_mean_score: float = setting(
        0.4, "least score of a person, heights and fields together, by joint", low=0.0, high=2.0
    )
    fragments: bool = setting(
        False, "report single arms and legs and doubled heads as people, as OpenPose does"
    )


THRESHOLDS: Mapping[str, Mapping[str, Any]] = {
    "body_25": {},
    "coco_18": {},
    "mpi_15": {"peak_threshold": 0.6, "line_threshold": 0.01},
    "mpi_15 with four stages": {"peak_threshold": 0.3, "line_threshold": 0.01},
}
"""OpenPose's values for each of its networks where they differ from the defaults.

With `--maximize_positives` OpenPose takes others: peak_threshold 0.02 (not of mpi_15),
line_threshold 0.01, line_share 0.75, min_parts 2 and min_mean_score 0.05.
"""


def default_settings(layout: MapLayout) -> DecodingSettings:
    """OpenPose's values for a network of a layout."""
    return replace(DecodingSettings(), **THRESHOLDS[layout.name])
