"""`python -m benchmarks.lifter_training`: views per second in `pose-action train lifter`.

One round of each configuration on random data: the paper's lifter on files like those of Human3.6M,
with and without the baseline, and the robot's lifter on simulated people.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.measuring import ROOT, machine
from pose_action_ros.cli.train import read_settings
from pose_action_ros.errors import PoseActionError
from pose_action_ros.lab.datasets.human36m.recordings import ACTIONS, HOURGLASS, TRAIN_SUBJECTS
from pose_action_ros.lab.training.lifter import train
from pose_action_ros.lab.training.lifter.learners import Learner
from pose_action_ros.lab.training.lifter.run import open_source
from pose_action_ros.lab.training.lifter.settings import LifterTraining

_EPOCH, _EPOCHS = 1_559_752, 200
"""Views of Human3.6M's training subjects, and rounds of the published training."""
_CAMERAS, _STATIC = 4, 32


@dataclass(frozen=True)
class Rate:
    """Speed of a training.

    Attributes:
        views: trained in the round.
        wall: time [s].
        cpu: processor time of all threads [s].
    """

    views: int
    wall: float
    cpu: float

    def line(self, name: str) -> str:
        """Row of the table, with the time of a whole run on Human3.6M at this speed."""
        hours = _EPOCHS * _EPOCH / self.views * self.wall / 3600
        speeds = f"{self.views / self.wall:,.0f} | {self.views / self.cpu:,.0f}"
        return f"| {name} | {speeds} | {hours:,.1f} |"


class _Timed:
    """A source that records the time of its first round; see Source."""

    def __init__(self, source: Any) -> None:
        self._source, self._start = source, (0.0, 0.0)

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        learners: Mapping[str, Learner] = self._source.learners()
        self._start = perf_counter(), process_time()
        return learners

    def views(self, *args: Any) -> Any:
        """See Source."""
        return self._source.views(*args)

    def elapsed(self) -> tuple[float, float]:
        """Wall and processor time [s] since the networks were made."""
        return perf_counter() - self._start[0], process_time() - self._start[1]


def measure(settings: LifterTraining) -> Rate:
    """Train for one round."""
    timed: list[_Timed] = []

    def open_timed(*args: Any) -> Any:
        timed.append(_Timed(open_source(*args)))
        return timed[0]

    with patch.object(train, "open_source", open_timed):
        train.train(settings)
    return Rate(settings.views // settings.batch * settings.batch, *timed[0].elapsed())


def write_human36m(folder: Path, views: int) -> tuple[Path, Path]:
    """Random people in the layout of VideoPose3D; the files of 3D and of 2D poses.

    Args:
        folder: to write to.
        views: at least so many of all training subjects together.
    """
    rng = np.random.default_rng(0)
    sequences = [f"{action}{trial}" for action in ACTIONS for trial in ("", " 1")]
    frames = -(-views // (_CAMERAS * len(TRAIN_SUBJECTS) * len(sequences)))
    subjects = [f"S{number}" for number in TRAIN_SUBJECTS]
    world = rng.normal(1.0, 0.3, (frames, _STATIC, 3)).astype(np.float32)
    pixels = rng.normal(500.0, 100.0, (frames, len(HOURGLASS), 2)).astype(np.float32)
    poses = {subject: dict.fromkeys(sequences, world) for subject in subjects}
    found = {subject: dict.fromkeys(sequences, [pixels] * _CAMERAS) for subject in subjects}
    sides = [
        [row for row, name in enumerate(HOURGLASS) if name.startswith(side)]
        for side in ("left_", "right_")
    ]
    metadata = {"num_joints": len(HOURGLASS), "keypoints_symmetry": sides}
    positions, detections = folder / "data_3d_h36m.npz", folder / "data_2d_h36m_random.npz"
    np.savez(positions, positions_3d=np.array(poses, object))
    np.savez(
        detections,
        positions_2d=np.array(found, object),
        metadata=np.array(metadata, object),
    )
    return positions, detections


def measure_training(views: int, threads: int, changes: Sequence[str] = ()) -> dict[str, Rate]:
    """Speed of each training.

    Args:
        views: of a round.
        threads: of PyTorch.
        changes: other settings as in `pose-action train lifter --set`.
    """
    common = ["rounds=1", f"views={views}", f"threads={threads}", "accelerator=cpu", *changes]
    with TemporaryDirectory() as place:
        folder = Path(place)
        positions, detections = write_human36m(folder, views)
        files = [f"human36m={positions}", f"human36m_detections={detections}"]
        runs = {
            "paper's lifter and baseline": ("train_lifter_human36m", files),
            "paper's lifter": ("train_lifter_human36m", [*files, "baseline=false"]),
            "robot's lifter": ("train_lifter", _people()),
        }
        return {
            name: measure(
                read_settings(
                    ROOT / "config" / f"{config}.yaml",
                    [*own, *common, f"output={folder / str(number)}"],
                )
            )
            for number, (name, (config, own)) in enumerate(runs.items())
        }


def _people() -> list[str]:
    """Changes after which the robot's lifter is trained on few simulated people alone."""
    data = {"positions", "subjects", "captures", "detections"}
    data |= {"test_subjects", "calibration_subjects"}
    none = [f"{item.name}=" for item in fields(LifterTraining) if item.name in data]
    return [*none, "performances=4", "free_performances=8"]


def main() -> int:
    """Measure and print a table; 0 without errors."""
    parser = argparse.ArgumentParser("benchmarks.lifter_training", description=__doc__)
    parser.add_argument("--views", type=int, default=32768, help="views of the round")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting"
    )
    args = parser.parse_args()
    try:
        rates = measure_training(args.views, args.threads, args.set)
    except PoseActionError as error:
        sys.stderr.write(f"benchmark failed: {error}\n")
        return 1
    for name, value in machine().items():
        print(f"{name}: {value}")
    print(f"threads: {args.threads}\n")
    print("| training | views/s | views per second of processor time | 200 x 1.56 M views [h] |")
    print("| --- | ---: | ---: | ---: |")
    for name, rate in rates.items():
        print(rate.line(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
