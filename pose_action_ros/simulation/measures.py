"""Measures of random people: adults of a survey, children by the proportions of their stature.

The logarithms of adults' measures are normal, with the means, deviations and correlations of ANSUR
II for men and for women (measures.json, which tools/anthropometry.py derives).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rng = np.random.Generator

FILE: Final = Path(__file__).with_name("measures.json")
CHILDREN: Final = 0.2
"""Share of children among random people."""
CHILD_STATURES: Final = (0.95, 1.5)
"""Statures [m] of random children, of about 3 to 12 years."""
ADULT_STATURES: Final = (1.35, 2.05)
"""Least and greatest stature [m] of random adults, with soles."""
STATURE: Final = ("foot_height", "shin", "thigh", "trunk", "neck_and_head")
"""Measures that add to the stature."""


@dataclass(frozen=True, eq=False)
class Population:
    """Adults of one sex.

    Attributes:
        mean: (M,) of the logarithms of measures [log m].
        covariance: (M, M) of the same.
    """

    mean: Array
    covariance: Array

    def draw(self, rng: Rng, count: int) -> Array:
        """Draw logarithms (count, M) of measures."""
        root = np.linalg.cholesky(self.covariance)
        logs: Array = self.mean + rng.standard_normal((count, len(self.mean))) @ root.T
        return logs


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(FILE.read_text())
    return tables


def names() -> tuple[str, ...]:
    """Names of all measures, those of the attributes of a body."""
    return tuple(_tables()["measures"])


@lru_cache(maxsize=2)
def population(sex: str) -> Population:
    """Adults of a sex, "men" or "women"."""
    table = _tables()[sex]
    correlation = np.zeros((len(table["mean"]), len(table["mean"])))
    for number, row in enumerate(table["correlation"]):
        correlation[number, : number + 1] = correlation[: number + 1, number] = row
    deviation = np.array(table["deviation"])
    return Population(np.array(table["mean"]), deviation * correlation * deviation[:, None])


def random_measures(rng: Rng, count: int = 1) -> dict[str, Array]:
    """Draw measures (count,) [m] of random people: as many men as women, a fifth children."""
    sexes = [population(sex).draw(rng, count) for sex in ("men", "women")]
    logs = np.where(rng.random((count, 1)) < 0.5, *sexes)
    measures = dict(zip(names(), np.exp(logs).T, strict=True))
    child = rng.random(count) < CHILDREN
    adults = np.clip(stature(measures), *ADULT_STATURES)
    return _formed(measures, np.where(child, rng.uniform(*CHILD_STATURES, count), adults), child)


def stature(measures: Mapping[str, Array]) -> Array:
    """(N,) stature [m], with soles."""
    total: Array = np.sum([measures[name] for name in STATURE], axis=0)
    return total


def _formed(measures: Mapping[str, Array], statures: Array, child: Flags) -> dict[str, Array]:
    """Give children (N,) their proportions instead of an adult's, and all people their stature."""
    table = _tables()["children"]
    formed = {
        name: np.where(child, np.interp(statures, table["stature"], factors), 1.0) * measures[name]
        for name, factors in table["factor"].items()
    }
    scale = statures / stature(formed)
    return {name: values * scale for name, values in formed.items()}
