"""Decision: a label that does not flicker, from a sequence of probabilities."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DecisionRule:
    """Parameters of a decision.

    Attributes:
        smoothing: time constant of the mean of the probabilities [s].
        unknown_below: (L,) probability below which each label is not answered; above 1 for a label
            that is never answered.
        margin: difference in probability at which another label replaces the present one, and by
            which the present one may fall below `unknown_below`.
    """

    smoothing: float
    unknown_below: tuple[float, ...]
    margin: float

    @property
    def threshold(self) -> float:
        """The median threshold of the labels that are not silent; 1 if all are."""
        return float(np.median([value for value in self.unknown_below if value <= 1] or [1.0]))

    def with_threshold(self, threshold: float) -> DecisionRule:
        """The rule with one threshold for all labels but the silent ones."""
        values = tuple(value if value > 1 else threshold for value in self.unknown_below)
        return replace(self, unknown_below=values)


class Decision:
    """The label of one person over time."""

    def __init__(self) -> None:
        self._mean: Array | None = None
        self._stamp = -np.inf
        self._label: int | None = None

    def update(self, probabilities: Array, stamp: float, rule: DecisionRule) -> int | None:
        """Index of the label, None for none.

        Args:
            probabilities: (L,) of the newest estimate, adding up to at most 1.
            stamp: its time [s]; a time before the last one restarts the decision.
            rule: may differ from call to call.
        """
        if stamp < self._stamp:
            self._mean = self._label = None
        self._mean = self._smoothed(probabilities, stamp, rule.smoothing)
        self._stamp = stamp
        best, label = int(self._mean.argmax()), self._label
        if label is None:
            convincing = self._mean[best] >= rule.unknown_below[best]
        else:
            if self._mean[best] < self._mean[label] + rule.margin:
                best = label
            least = rule.unknown_below[best] - (rule.margin if best == label else 0.0)
            convincing = self._mean[best] >= least
        self._label = best if convincing else None
        return self._label

    @property
    def probabilities(self) -> Array:
        """Smoothed probabilities (L,) behind the label."""
        assert self._mean is not None
        return self._mean

    def _smoothed(self, probabilities: Array, stamp: float, smoothing: float) -> Array:
        if self._mean is None or smoothing <= 0:
            return probabilities
        kept = float(np.exp(-(stamp - self._stamp) / smoothing))
        return kept * self._mean + (1 - kept) * probabilities
