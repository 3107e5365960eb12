"""From probabilities, one answer after another, to a label that does not flicker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DecisionRule:
    """When a label is said.

    Attributes:
        smoothing: time constant of the mean of the probabilities [s].
        unknown_below: probability below which no label is convincing.
        margin: by how much another label must be more likely before it replaces the one said, and
            how far that may fall below `unknown_below` before it is taken back.
    """

    smoothing: float
    unknown_below: float
    margin: float


class Decision:
    """What is said of one person."""

    def __init__(self) -> None:
        self._mean: Array | None = None
        self._stamp = -np.inf
        self._said: int | None = None

    def update(self, probabilities: Array, stamp: float, rule: DecisionRule) -> int | None:
        """The index of the label to say, None for none.

        Args:
            probabilities: (L,) of the newest answer.
            stamp: when it was given [s]; before the last one all is begun anew.
            rule: may differ from call to call.
        """
        if stamp < self._stamp:
            self._mean = self._said = None
        self._mean = self._smoothed(probabilities, stamp, rule.smoothing)
        self._stamp = stamp
        best, said = int(self._mean.argmax()), self._said
        if said is None:
            convincing = self._mean[best] >= rule.unknown_below
        else:
            if self._mean[best] < self._mean[said] + rule.margin:
                best = said
            least = rule.unknown_below - (rule.margin if best == said else 0.0)
            convincing = self._mean[best] >= least
        self._said = best if convincing else None
        return self._said

    @property
    def probabilities(self) -> Array:
        """(L,) the smoothed ones that the label was chosen by, adding up to 1."""
        assert self._mean is not None
        return self._mean

    def _smoothed(self, probabilities: Array, stamp: float, smoothing: float) -> Array:
        if self._mean is None or smoothing <= 0:
            return probabilities
        kept = float(np.exp(-(stamp - self._stamp) / smoothing))
        return kept * self._mean + (1 - kept) * probabilities
