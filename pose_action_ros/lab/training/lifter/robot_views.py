"""What the robot's lifter learns from: people seen exactly and as a detector sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.simulated import simulate_free_people, simulate_people
from pose_action_ros.lab.training.lifter.degradation import drop_joints, drop_third, noisy_keypoints
from pose_action_ros.lab.training.lifter.detector_errors import DetectorErrors
from pose_action_ros.lab.training.lifter.recorded_people import recorded_people
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.views import (
    STRETCH,
    Views,
    joined,
    random_people,
    random_views,
)
from pose_action_ros.simulation.free_movement import FREE

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

_HELD_OUT_SEED = 1_000_003  # added to the seed: bodies and styles never trained on
_TRANSPLANTED, _MADE_UP = 0.2, 0.2
"""Shares of the detector's views; the others are real detections."""
_THIRD = 0.3
"""Share of views of which a third of the joints is missing, any third."""
_DROPPED = 0.35
"""Share of views that have joints missing as detectors lose them."""


@dataclass(frozen=True, eq=False)
class Pools:
    """People (P, 21, 3) [m] z up, by action; empty when the run has none.

    Attributes:
        recorded: scaled to one height.
        simulated: of their own sizes, doing actions.
        free: of their own sizes, moving freely.
        simulated_share: of all, where there are recorded people as well.
        free_share: of the simulated, where there are some who do actions as well.
    """

    recorded: Mapping[str, Array]
    simulated: Mapping[str, Array]
    free: Mapping[str, Array]
    simulated_share: float
    free_share: float

    def views(self, count: int, rng: Generator) -> Views:
        """So many people, varied, each before a camera of their own; every action alike."""
        share = self.simulated_share if self.recorded else 1.0
        simulated = round(count * share) if self.simulated or self.free else 0
        share = self.free_share if self.simulated else 1.0
        free = round(simulated * share) if self.free else 0
        people = [
            *_people(self.simulated, simulated - free, 0.0, rng),
            *_people(self.free, free, 0.0, rng),
            *_people(self.recorded, count - simulated, STRETCH, rng),
        ]
        return random_views(np.concatenate(people), rng)


def _people(pool: Mapping[str, Array], count: int, stretch: float, rng: Generator) -> list[Array]:
    """`count` people in parts, the actions of the pool alike."""
    if not count:
        return []
    shares = rng.multinomial(count, [1 / len(pool)] * len(pool))
    return [
        random_people(people, int(size), rng, stretch)
        for people, size in zip(pool.values(), shares, strict=True)
    ]


def training_pools(settings: LifterTraining) -> Pools:
    """The people to train on.

    Raises:
        SettingError: there are none.
        InputError: a file is not what it should be.
    """
    pools = _pools(settings, "train", settings.seed, 1)
    if not (pools.recorded or pools.simulated or pools.free):
        raise SettingError(
            "nothing to train on: set positions, subjects, performances or free_performances"
        )
    return pools


def held_out_pools(settings: LifterTraining) -> Pools:
    """The people to measure on: other recordings, another subject, other simulated bodies."""
    return _pools(settings, "test", settings.seed + _HELD_OUT_SEED, 6)


def _pools(settings: LifterTraining, split: str, seed: int, fewer: int) -> Pools:
    """The people of a split, `fewer` times fewer simulated ones than the settings say."""
    bodies, free = (
        -(-count // fewer) for count in (settings.performances, settings.free_performances)
    )
    return Pools(
        recorded=recorded_people(
            settings.positions, settings.subjects, settings.held_out_subject, split
        ),
        simulated=simulate_people(bodies, settings.frames, seed) if bodies else {},
        free={FREE: simulate_free_people(free, settings.frames, seed)} if free else {},
        simulated_share=settings.simulated_share,
        free_share=settings.free_share,
    )


def exact_views(views: Views, rng: Generator) -> Views:
    """People seen exactly, most of them with joints missing."""
    return replace(views, scores=lose_joints(views.scores, rng))


def noisy_views(views: Views, rng: Generator) -> Views:
    """The same people with made-up errors of a detector."""
    depths = views.joints[:, 0, 2]
    rays, scores = noisy_keypoints(views.rays, views.scores, depths, rng)
    return replace(views, rays=rays, scores=scores)


def detected_views(views: Views, errors: DetectorErrors | None, rng: Generator) -> Views:
    """As a detector sees people, most of them with joints missing.

    With a file of detections most are real detections of the file's people; the others are the
    people given, with errors taken from such detections or made up. Without one all are made up.
    """
    count = len(views)
    transplanted, made_up = round(count * _TRANSPLANTED), round(count * _MADE_UP)
    if errors is None:
        seen = noisy_views(views, rng)
    else:
        seen = joined(
            [
                errors.transplant(views[:transplanted], rng),
                noisy_views(views[transplanted : transplanted + made_up], rng),
                errors.draw(count - transplanted - made_up, rng),
            ]
        )
    return replace(seen, scores=lose_joints(seen.scores, rng))


def lose_joints(scores: Array, rng: Generator) -> Array:
    """Scores (N, 18), some lost as detectors lose them, or any third, or none."""
    chance = rng.random((len(scores), 1))
    lost = drop_joints(scores, rng, 1.0)
    third = drop_third(scores, rng)
    kept = np.where(chance < _THIRD, third, scores)
    return np.where(chance > 1 - _DROPPED, lost, kept)
