"""The time that networks take inside a stage, counted apart from the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

from pose_action_ros.detection.blazepose import detector as blazepose
from pose_action_ros.detection.openpose import detector as openpose
from pose_action_ros.engines import Engine, Tensors, load_engine


class Meter:
    """Time spent in the detector's networks since it was last read [s]."""

    def __init__(self) -> None:
        self._wall = self._cpu = 0.0

    def add(self, wall: float, cpu: float) -> None:
        """Count one run."""
        self._wall += wall
        self._cpu += cpu

    def read(self) -> tuple[float, float]:
        """On the wall and of the processor, since the last reading."""
        read = self._wall, self._cpu
        self._wall = self._cpu = 0.0
        return read


class MeteredEngine:
    """An engine that tells a meter how long it runs; see Engine."""

    def __init__(self, engine: Engine, meter: Meter) -> None:
        self._engine, self._meter = engine, meter
        self.name, self.place = engine.name, engine.place
        self.inputs, self.outputs = engine.inputs, engine.outputs

    def __call__(self, tensors: Tensors) -> dict[str, Any]:
        """Run the network; see Engine."""
        wall, cpu = perf_counter(), process_time()
        outputs = self._engine(tensors)
        self._meter.add(perf_counter() - wall, process_time() - cpu)
        return outputs


@contextmanager
def metered() -> Iterator[Meter]:
    """Detectors made inside have metered networks."""
    meter = Meter()

    def load(path: Path, name: str = "auto", threads: int = 1) -> Engine:
        return MeteredEngine(load_engine(path, name, threads), meter)

    with patch.object(blazepose, "load_engine", load), patch.object(openpose, "load_engine", load):
        yield meter
