"""Settings of training the model of interactions. No heavy imports."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.lab.training.action.settings import WindowChoice
from pose_action_ros.settings import Settings, setting


@dataclass(frozen=True)
class InteractionData(WindowChoice):
    """Pairs that the model of interactions is trained, calibrated and tested on."""

    seed: int = setting(1, "random seed", low=0)
    pairs: int = setting(2000, "simulated pairs for training", low=1)
    validation: int = setting(300, "simulated pairs for calibration", low=1)
    test: int = setting(300, "simulated pairs for the test scores", low=1)
    exact: float = setting(
        0.3,
        "share of the pairs with the small errors of a depth sensor instead of those of a detector",
        low=0.0,
        high=1.0,
    )
    rendered: int = setting(100, "pairs rendered as images, through the detector", low=0)
    rendered_share: float = setting(0.2, "their share of the images", low=0.0, high=1.0)
    none: float = setting(
        0.35, "share of the images without an interaction, and of such pairs", low=0.0, high=0.9
    )
    distance: float = setting(
        3.0, "greatest distance on the ground between two people", unit="m", low=0.1, high=20.0
    )


@dataclass(frozen=True)
class InteractionAnswers(Settings):
    """When the model of interactions answers."""

    unknown_below: float = setting(
        0.5,
        "probability below which the answer is 'unknown'; higher if more than a tenth of the "
        "answers on held-out pairs would be wrong",
        low=0.0,
        high=1.0,
    )
