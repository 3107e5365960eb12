"""Errors of people's placed positions by their distance from the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import InputError
from pose_action_ros.lab.evaluation.tables import Table

Array = npt.NDArray[np.float64]

EDGES = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0)
"""Limits [m] of the bins of distance."""


@dataclass(frozen=True)
class PlacementScore:
    """Figures of the people in one range of distance.

    Attributes:
        nearest, farthest: limits [m], the second excluded; None for no limit.
        people: their number.
        placed: share of placed people (0 to 1); None without people.
        error: [mm] median distance of the placed root from the true one; None without any.
        relative: [%] median of that distance over the true root's distance; None without any.
    """

    nearest: float
    farthest: float | None
    people: int
    placed: float | None
    error: float | None
    relative: float | None


@dataclass(frozen=True)
class PlacementReport:
    """Figures of all people, and of those in each bin of distance."""

    overall: PlacementScore
    bins: tuple[PlacementScore, ...]


def placement_report(
    placed: npt.ArrayLike, truth: npt.ArrayLike, edges: Sequence[float] = EDGES
) -> PlacementReport:
    """Compare placed roots with the true ones.

    Args:
        placed: (N, 3) [m] in the camera's frame, NaN for a person without a position.
        truth: (N, 3) [m] in the same frame, finite.
        edges: limits [m] of the bins, rising.

    Raises:
        InputError: shapes differ, a true root is not finite, or the edges do not rise.
    """
    first, second = np.asarray(placed, np.float64), np.asarray(truth, np.float64)
    if first.shape != second.shape or first.shape[1:] != (3,) or not np.isfinite(second).all():
        raise InputError(
            f"got roots {first.shape} and true ones {second.shape}, expected both (N, 3), the true "
            "ones finite"
        )
    if len(edges) < 2 or any(low >= high for low, high in pairwise(edges)):
        raise InputError(f"got limits of distance {list(edges)}, expected two or more that rise")
    errors = np.linalg.norm(first - second, axis=1)
    distances = np.linalg.norm(second, axis=1)
    return PlacementReport(
        _score(errors, distances, 0.0, None),
        tuple(_score(errors, distances, low, high) for low, high in pairwise(edges)),
    )


def placement_table(report: PlacementReport, title: str = "Placement") -> Table:
    """One row for each bin and one for all."""
    names = [f"{score.nearest:g} to {score.farthest:g} m" for score in report.bins]
    rows = [
        [
            name,
            str(score.people),
            _number(score.placed, 100, 1),
            _number(score.error, 1, 0),
            _number(score.relative, 1, 1),
        ]
        for name, score in zip(
            [*names, "any distance"], [*report.bins, report.overall], strict=True
        )
    ]
    header = ["distance", "people", "placed [%]", "median error [mm]", "of the distance [%]"]
    return Table(title, header, rows)


def _score(errors: Array, distances: Array, low: float, high: float | None) -> PlacementScore:
    inside = (distances >= low) & (distances < (np.inf if high is None else high))
    placed = inside & np.isfinite(errors)
    people, some = int(inside.sum()), bool(placed.any())
    return PlacementScore(
        nearest=low,
        farthest=high,
        people=people,
        placed=float(placed.sum() / people) if people else None,
        error=float(np.median(errors[placed]) * 1000) if some else None,
        relative=float(np.median(errors[placed] / distances[placed]) * 100) if some else None,
    )


def _number(value: float | None, factor: float, digits: int) -> str:
    return "-" if value is None else f"{value * factor:.{digits}f}"
