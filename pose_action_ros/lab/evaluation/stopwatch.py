"""Time and memory of a detector."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from pose_action_ros.detection import DetectorSettings, Image, make_detector
from pose_action_ros.detection.base import Wrapper
from pose_action_ros.lab.evaluation.chain import SIZE
from pose_action_ros.poses import Pose2D


@dataclass(frozen=True)
class Cost:
    """Time and memory of a detector.

    Attributes:
        wall, cpu: mean wall and CPU time of an image of a film after its first, the latter of all
            threads [ms]; NaN where films have one image.
        first: mean CPU time of a film's first image [ms].
        memory: growth of the process, including the model [MB]; NaN where unavailable.
    """

    wall: float
    cpu: float
    first: float
    memory: float


class Stopwatch(Wrapper):
    """A detector with a stopwatch; see Detector.

    Args:
        settings: of the detector.

    Attributes:
        people: in the last image.
        settings: of the detector, passed on.

    Raises:
        ModelError, EngineError: the model is missing or cannot be loaded.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        before = _resident()
        super().__init__(make_detector(settings))
        self.people: tuple[Pose2D, ...] = ()
        self._before, self._after = before, before
        self._times: list[tuple[bool, float, float]] = []  # first of a film, wall, CPU [s]
        # What an engine does once, at its first call, belongs to the start of a program.
        self._detector(np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
        self.reset()

    def reset(self) -> None:
        """The next image is the first of a film."""
        super().reset()
        self._first = True

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """Detect the people in an image."""
        wall, cpu = perf_counter(), process_time()
        self.people = self._detector(image)
        self._times.append((self._first, perf_counter() - wall, process_time() - cpu))
        self._first = False
        self._after = max(self._after, _resident())
        return self.people

    def cost(self, begin: int = 0) -> Cost:
        """Cost of all calls from this number on."""
        times = self._times[begin:]
        later = [(wall, cpu) for first, wall, cpu in times if not first]
        return Cost(
            wall=_mean([wall for wall, _ in later]),
            cpu=_mean([cpu for _, cpu in later]),
            first=_mean([cpu for first, _, cpu in times if first]),
            memory=self._after - self._before,
        )

    def __len__(self) -> int:
        """Number of calls."""
        return len(self._times)


def _mean(seconds: Sequence[float]) -> float:
    """Mean [ms]; NaN without any."""
    return float(np.mean(seconds)) * 1e3 if seconds else float("nan")


def _resident() -> float:
    """Resident memory of this process [MB]; NaN where the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return float("nan")
    return pages * resource.getpagesize() / 1e6
