"""The One-Euro filter for one number at a time, as algorithm 1 of the paper."""

from math import pi


def _alpha(cutoff: float, seconds: float) -> float:
    tau = 1 / (2 * pi * cutoff)
    return 1 / (1 + tau / seconds)


class ScalarOneEuro:
    def __init__(self, cutoff: float, slope: float) -> None:
        self.cutoff, self.slope = cutoff, slope
        self.x: float | None = None
        self.dx = 0.0

    def __call__(self, x: float, seconds: float) -> float:
        if self.x is None:
            self.x = x
            return x
        dx = (x - self.x) / seconds
        alpha = _alpha(1.0, seconds)
        self.dx = alpha * dx + (1 - alpha) * self.dx
        alpha = _alpha(self.cutoff + self.slope * abs(self.dx), seconds)
        self.x = alpha * x + (1 - alpha) * self.x
        return self.x
