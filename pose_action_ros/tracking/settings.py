"""Settings of the tracker."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class TrackerSettings(Settings):
    """Settings of ids over time and of the smoothing of joints."""

    track_memory: float = setting(
        1.5,
        "time without detection after which a person gets a new id",
        unit="s",
        low=0.0,
        high=60.0,
        live=True,
    )
    track_similarity: float = setting(
        0.1,
        "least similarity (OKS) of a detection to the prediction of a track",
        low=0.01,
        high=0.99,
        live=True,
    )
    smoothing: bool = setting(True, "smooth the joints with a One-Euro filter", live=True)
    smoothing_cutoff: float = setting(
        1.0,
        "cut-off frequency for a joint at rest: lower reduces jitter",
        unit="Hz",
        low=0.01,
        high=60.0,
        live=True,
    )
    smoothing_speed: float = setting(
        40.0,
        "rise of the cut-off with speed: higher lags less",
        unit="Hz per body size a second",
        low=0.0,
        high=1000.0,
        live=True,
    )
