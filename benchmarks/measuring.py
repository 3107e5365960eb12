"""Clocks, meters, and usage of processes and of this machine, shared by all benchmarks."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar
from unittest.mock import patch

import cv2
import numpy as np

from pose_action_ros.detection import engine as networks
from pose_action_ros.detection.openpose import detector as openpose
from pose_action_ros.doctor.profile import profile_variable
from pose_action_ros.engines import Engine, Tensors, load_engine

Result = TypeVar("Result")
Row = dict[str, float]
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("numpy", "onnxruntime")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Clock:
    """Wall times and processor times of all threads, by name."""

    def __init__(self) -> None:
        self._wall: defaultdict[str, list[float]] = defaultdict(list)
        self._cpu: defaultdict[str, list[float]] = defaultdict(list)

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the work and record its time."""
        wall, cpu = perf_counter(), process_time()
        result = work()
        self.add(name, perf_counter() - wall, process_time() - cpu)
        return result

    def add(self, name: str, wall: float, cpu: float) -> None:
        """Record one measurement [s]."""
        self._wall[name].append(wall)
        self._cpu[name].append(cpu)

    def row(self, name: str) -> Row:
        """Median processor time, median and 99th percentile of wall time [ms], and count."""
        wall, cpu = self._wall[name], self._cpu[name]
        return {
            "cpu_p50": float(np.median(cpu)) * 1e3,
            "wall_p50": float(np.median(wall)) * 1e3,
            "wall_p99": float(np.percentile(wall, 99)) * 1e3,
            "count": len(wall),
        }


class Meter:
    """Time in the networks of the detector since the last reading [s]."""

    def __init__(self) -> None:
        self._wall = self._cpu = 0.0

    def add(self, wall: float, cpu: float) -> None:
        """Add one run [s]."""
        self._wall += wall
        self._cpu += cpu

    def read(self) -> tuple[float, float]:
        """Wall time and processor time since the last reading."""
        times = self._wall, self._cpu
        self._wall = self._cpu = 0.0
        return times


class MeteredEngine:
    """An engine that adds its time to a meter; see Engine."""

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
    """Meter the networks of detectors that are created inside."""
    meter = Meter()

    def load(path: Path, name: str, threads: int, provider: str) -> Engine:
        return MeteredEngine(load_engine(path, name, threads, provider), meter)

    with patch.object(networks, "load_engine", load), patch.object(openpose, "load_engine", load):
        yield meter


def usage_of(process: int) -> tuple[float, float]:
    """Total processor time [s] and resident memory [MB] of a process."""
    folder = Path(f"/proc/{process}")
    stat = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    statm = (folder / "statm").read_text(encoding="utf-8").split()
    # Fields 14 and 15 of proc(5): user and system time; the first two are removed.
    return (int(stat[11]) + int(stat[12])) / _TICKS, int(statm[1]) * _PAGE / 1e6


def threads_of(process: int) -> int:
    """Number of threads of a process."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def own_memory_of(process: int) -> float:
    """Resident memory [MB] of a process without memory shared with others.

    Images arrive in a segment of their sender: the used part of it, up to the whole segment, counts
    as resident in the process that reads them.
    """
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    sizes = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return (int(sizes["RssAnon"]) + int(sizes["RssFile"])) * 1024 / 1e6


def machine() -> dict[str, str]:
    """Processor, load and versions of this machine."""
    values = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        "ros": os.environ.get("ROS_DISTRO", "unknown"),
    }
    return values | {name: _version(name) for name in PACKAGES}


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def dds_profile() -> dict[str, str]:
    """Environment variable that selects the shipped profile."""
    return {profile_variable(os.environ): str(ROOT / "config" / "fastdds.xml")}
