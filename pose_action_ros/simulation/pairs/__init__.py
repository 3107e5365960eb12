"""Two simulated people who interact: one acts, the other reacts, or both stand about.

Each function of INTERACTIONS adds one interaction to a stage: ways, gestures and hands that meet.
"""

from pose_action_ros.simulation.pairs.performance import (
    INTERACTIONS,
    NONE,
    UNLABELLED,
    PairPerformance,
    perform_pair,
)

__all__ = ["INTERACTIONS", "NONE", "UNLABELLED", "PairPerformance", "perform_pair"]
