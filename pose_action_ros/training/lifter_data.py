"""What the lifter learns from: CMU and simulated people, seen exactly and as a detector sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.datasets.cmu import read_positions, read_subject
from pose_action_ros.datasets.simulated import simulate_people
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.training.degradation import drop_joints, noisy_keypoints
from pose_action_ros.training.detector_errors import DetectorErrors
from pose_action_ros.training.lifter_settings import LifterTraining
from pose_action_ros.training.views import Views, joined, random_people, random_views

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

_HELD_OUT_SEED = 1_000_003  # added to the seed: bodies and styles never trained on


@dataclass(frozen=True, eq=False)
class Pools:
    """People (P, 21, 3) [m] z up, by where they come from; empty when the run has none."""

    cmu: Array
    simulated: Array

    def draw(self, count: int, simulated_share: float, rng: Generator) -> Array:
        """(count, 21, 3) people, varied, of both pools where there are both."""
        share = simulated_share if len(self.cmu) else 1.0
        share = share if len(self.simulated) else 0.0
        first = round(count * share)
        parts = [
            random_people(pool, size, rng)
            for pool, size in ((self.simulated, first), (self.cmu, count - first))
            if size
        ]
        return np.concatenate(parts)


def training_pools(settings: LifterTraining) -> Pools:
    """The people to train on.

    Raises:
        SettingError: there are none.
        InputError: a file is not what it should be.
    """
    cmu = _cmu(settings, "train")
    simulated = _simulated(settings.performances, settings.frames, settings.seed)
    if not len(cmu) + len(simulated):
        raise SettingError("nothing to train on: set positions, subjects or performances")
    return Pools(cmu, simulated)


def held_out_pools(settings: LifterTraining) -> Pools:
    """The people to measure on: other recordings, another subject, other simulated bodies."""
    performances = -(-settings.performances // 6)
    simulated = _simulated(performances, settings.frames, settings.seed + _HELD_OUT_SEED)
    return Pools(_cmu(settings, "test"), simulated)


def exact_views(people: Array, rng: Generator, dropped: float = 0.5) -> Views:
    """People (N, 21, 3) before random cameras, their keypoints exact but some of them missing."""
    views = random_views(people, rng)
    return replace(views, scores=drop_joints(views.scores, rng, dropped))


def noisy_views(people: Array, rng: Generator, dropped: float = 0.5) -> Views:
    """People (N, 21, 3) before random cameras, with made-up errors of a detector."""
    views = random_views(people, rng)
    depths = views.joints[:, 0, 2]
    rays, scores = noisy_keypoints(views.rays, views.scores, depths, rng)
    return Views(views.joints, rays, drop_joints(scores, rng, dropped))


def detected_views(people: Array, errors: DetectorErrors | None, rng: Generator) -> Views:
    """As a detector sees people (N, 21, 3), half of them with joints missing.

    With a file of detections: a third is real detections of the file's people, a third are the
    people given with errors taken from such detections, a third has made-up errors.
    """
    if errors is None:
        return noisy_views(people, rng)
    third = len(people) // 3
    transplanted = errors.transplant(random_views(people[:third], rng), rng)
    real = joined([errors.draw(third, rng), transplanted])
    dropped = replace(real, scores=drop_joints(real.scores, rng))
    return joined([dropped, noisy_views(people[2 * third :], rng)])


def _simulated(performances: int, frames: int, seed: int) -> Array:
    if not performances:
        return np.zeros((0, 21, 3))
    return np.concatenate(list(simulate_people(performances, frames, seed).values()))


def _cmu(settings: LifterTraining, split: str) -> Array:
    """All frames (P, 21, 3) of the CMU files named, of one split."""
    found: list[Array] = [np.zeros((0, 21, 3))]
    if settings.positions:
        found += read_positions(Path(settings.positions), split).values()
    if settings.subjects:
        for folder in _subjects(Path(settings.subjects)):
            if (folder.name == settings.held_out_subject) == (split == "test"):
                found += read_subject(folder).values()
    return np.concatenate(found)


def _subjects(parent: Path) -> list[Path]:
    folders = sorted(path for path in parent.glob("*") if path.is_dir())
    if not folders:
        raise InputError(f"{parent} has no folders; expected one for each subject, with .asf, .amc")
    return folders
