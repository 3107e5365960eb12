"""Timing of repeated work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")
Row = dict[str, float]


class Clock:
    """Collects times by name: on the wall, and of the processor in all threads together."""

    def __init__(self) -> None:
        self._wall: defaultdict[str, list[float]] = defaultdict(list)
        self._cpu: defaultdict[str, list[float]] = defaultdict(list)

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the work and count its time."""
        wall, cpu = perf_counter(), process_time()
        result = work()
        self.add(name, perf_counter() - wall, process_time() - cpu)
        return result

    def add(self, name: str, wall: float, cpu: float) -> None:
        """One measurement [s]."""
        self._wall[name].append(wall)
        self._cpu[name].append(cpu)

    def row(self, name: str) -> Row:
        """Median of the processor, median and 99th percentile on the wall [ms], and how many."""
        wall, cpu = self._wall[name], self._cpu[name]
        return {
            "cpu_p50": float(np.median(cpu)) * 1e3,
            "wall_p50": float(np.median(wall)) * 1e3,
            "wall_p99": float(np.percentile(wall, 99)) * 1e3,
            "count": len(wall),
        }
