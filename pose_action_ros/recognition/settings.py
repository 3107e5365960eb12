"""Settings of recognition."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.engines import ENGINE_CHOICES
from pose_action_ros.settings import Settings, setting

UNKNOWN = "unknown"
"""Label of an uncertain action; never a label of a model."""

SHORTEST_WINDOW = 0.1
"""Least length of a window [s]."""


@dataclass(frozen=True)
class RecogniserSettings(Settings):
    """Settings of the recogniser."""

    action_model: str = setting(
        "action", "shipped action model, or path to an .onnx file", live=True
    )
    action_engine: str = setting(
        "auto",
        "inference engine of the action model; auto: the fastest available one",
        choices=ENGINE_CHOICES,
    )
    action_threads: int = setting(1, "CPU threads of the action model", low=1, high=64)
    window: float = setting(
        0.0,
        "length of the window; 0 for that of the model's training",
        unit="s",
        low=0.0,
        high=30.0,
    )
    min_filled: float = setting(
        0.3,
        "part of the window with poses that is required for the first answer",
        low=0.05,
        high=1.0,
    )
    stride: float = setting(0.2, "time between answers", unit="s", low=0.0, high=10.0)
    max_gap: float = setting(
        0.5, "longest time without a pose before the window restarts", unit="s", low=0.01, high=5.0
    )
    unknown_below: float = setting(
        -1.0,
        "probability below which the answer is 'unknown'; negative for the model's default",
        low=-1.0,
        high=1.0,
        live=True,
    )
    label_smoothing: float = setting(
        0.2,
        "time constant of the mean of the probabilities; 0 for none",
        unit="s",
        low=0.0,
        high=10.0,
        live=True,
    )
    label_margin: float = setting(
        0.1,
        "difference in probability at which another action replaces the label, and by which the "
        "probability of the label may fall below unknown_below",
        low=0.0,
        high=1.0,
        live=True,
    )
    interaction_distance: float = setting(
        3.0,
        "greatest distance on the ground between two people for a model of interactions",
        unit="m",
        low=0.1,
        high=20.0,
        live=True,
    )
