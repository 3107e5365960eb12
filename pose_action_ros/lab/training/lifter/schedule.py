"""Learning rate of a run that can be prolonged.

The rate rises, stays, and falls over the last rounds: warm-up, stable and decay phase of Hägele et
al. 2024, arXiv 2405.18392. Up to the fall it does not depend on the length of the run, so that a
longer run has the same beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

WARM_UP = 300
"""Steps in which the rate rises."""
_DECAY = 0.3
"""Share of the rounds in which the rate falls."""
_BATCH = 256
"""Batch for which the settings state learning rates."""


@dataclass(frozen=True)
class Schedule:
    """Learning rates of a run as shares of the highest one.

    Attributes:
        rounds: length of the run.
        batch: views of a step in all processes together.
    """

    rounds: int
    batch: int

    @property
    def decay(self) -> int:
        """Round in which the rate begins to fall."""
        return int(self.rounds * (1 - _DECAY))  # rounded down, so that it falls in any run

    def factor(self, steps: int, progress: float) -> float:
        """Factor of the settings' rate for one step.

        It grows with the root of the batch, as the noise of the gradient falls with it.

        Args:
            steps: of the run before this one.
            progress: rounds of the run before this step.
        """
        rise = min(1.0, (steps + 1) / WARM_UP)
        fall = min(1.0, (self.rounds - progress) / (self.rounds - self.decay))
        return sqrt(self.batch / _BATCH) * rise * fall
