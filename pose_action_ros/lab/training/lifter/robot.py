"""Data of the robot's lifter: exact and detected views of CMU and simulated people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.lifter import BoneLengths, RobotLifter
from pose_action_ros.lab.networks.two_stream import Standardise, StreamShape
from pose_action_ros.lab.networks.window import Window
from pose_action_ros.lab.training.detector_noise.views import (
    drop_joints,
    drop_moments,
    drop_third,
    noisy_keypoints,
)
from pose_action_ros.lab.training.lifter.detections import (
    Detections,
    random_strides,
    read_detections,
    without_images,
)
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    BaselineLearner,
    Batch,
    HeldOut,
    Inputs,
    Learner,
    RobotLearner,
)
from pose_action_ros.lab.training.lifter.people import TEST, TRAIN, Pools, kinds_of, open_pools
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.views import (
    Views,
    complete_views,
    concatenate,
    images_of,
    random_times,
    samples_of,
)
from pose_action_ros.lifting.normalisation import virtual_to_optical
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Generator = np.random.Generator

SIMULATED_VIEWS = 8000
"""Test views if there are no detections."""
STATISTICS_VIEWS = 20_000
"""Views for means, deviations and bone lengths."""
_TRANSPLANTED, _SIMULATED, _PRECISE = 0.15, 0.15, 0.3
"""Shares of views with transplanted, simulated, and small or no errors; others are detections."""
_EXACT, _SMALL = 0.5, 0.3
"""Share of precise views without errors, and the largest errors of the others, of a detector's."""
_THIRD = 0.2
"""Share of views with any third of the joints missing."""
_DROPPED = 0.3
"""Share of views with joints missing as in detections."""
_MOMENTS = 0.02
"""Share of joints that are missing in one image."""


class RobotSource:
    """See Source; opens the files when constructed."""

    def __init__(self, settings: LifterTraining, split: str = TRAIN) -> None:
        self._settings = settings
        self._ages = ages_of(settings)
        self._pools = open_pools(settings, split)
        self._detections = read_detections(settings.detections, split)

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        views = self.views(STATISTICS_VIEWS, np.random.default_rng(self._settings.seed))
        people = next(iter(views.values()))
        lengths = BoneLengths.of(people.joints.double().numpy(), people.weights.double().numpy())
        learners = robot_learners(self._settings, lengths)
        for name in self._settings.streams:
            if name + BASELINE in learners:
                batch = views[name]
                joints = batch.joints[:, 1:].flatten(1)
                learners[name + BASELINE].measure(batch.inputs, joints)
        return learners

    def views(self, count: int, rng: Generator) -> Mapping[str, Batch]:
        """See Source."""
        make = {"exact": self._exact, "detected": self._detected}
        return {
            name: _batch_of(make[name](count, rng), self._ages) for name in self._settings.streams
        }

    def _exact(self, count: int, rng: Generator) -> Views:
        return exact_views(self._pools.views(random_times(count, self._ages, rng), rng), rng)

    def _detected(self, count: int, rng: Generator) -> Views:
        return detected_views(self._pools, self._detections, count, self._ages, rng)


def ages_of(settings: LifterTraining) -> Array:
    """Ages (K,) [s] of the images in the network's window."""
    return np.round(np.arange(settings.images) * settings.spacing, 4)


def robot_held_out(settings: LifterTraining) -> HeldOut:
    """Test people, to be compared in the optical frame and scaled to the standard height."""
    views, actions = held_out_views(settings)
    ages = ages_of(settings)
    exact, detected = samples_of(complete_views(views), ages), samples_of(views, ages)
    return HeldOut(
        exact=Inputs(exact.features.astype(np.float32), exact.rotations),
        detected=Inputs(detected.features.astype(np.float32), detected.rotations),
        truth=virtual_to_optical(exact.targets, exact.rotations),
        groups={
            "action": actions,
            "people": kinds_of(actions),
        },
        defined=exact.weights > 0,
    )


def robot_learners(settings: LifterTraining, lengths: BoneLengths) -> dict[str, Learner]:
    """The networks, the baseline's with standardisation by mean 0 and deviation 1."""
    shape = StreamShape(settings.width, settings.blocks, settings.dropout)
    window = Window(settings.images, settings.window_form)
    learners: dict[str, Learner] = {
        name: RobotLearner(RobotLifter(shape, lengths, window)) for name in settings.streams
    }
    if settings.baseline:
        size, joints = len(window.reflection), (len(HUMAN36M_17) - 1) * 3
        for name in settings.streams:
            baseline = BaselineLearner(Standardise(size), Standardise(joints), window)
            learners[name + BASELINE] = baseline
    return learners


def held_out_views(
    settings: LifterTraining, split: str = TEST
) -> tuple[Views, npt.NDArray[np.str_]]:
    """Views and actions of liftable test people, from the file of detections or simulated.

    Raises:
        InputError: the file is no file of detections.
        SettingError: no test people can be lifted.
    """
    detections, ages = read_detections(settings.detections, split), ages_of(settings)
    if detections is None or not len(detections):
        rng = np.random.default_rng(settings.seed + 17)
        times = random_times(SIMULATED_VIEWS, ages, rng)
        views = noisy_views(open_pools(settings, split).views(times, rng), rng)
        actions = np.full(SIMULATED_VIEWS, "any")
    else:
        rows = np.arange(len(detections))
        views, actions = detections.windows(rows, images_of(ages)), detections.actions
    usable = samples_of(views, ages).usable & samples_of(complete_views(views), ages).usable
    if not usable.any():
        raise SettingError(
            "no test people can be lifted: set detections, performances or other files of people"
        )
    return views[usable], actions[usable]


def exact_views(views: Views, rng: Generator) -> Views:
    """Remove joints from most of the views."""
    return replace(views, scores=remove_joints(views.scores, rng))


def noisy_views(views: Views, rng: Generator, factors: Array | None = None) -> Views:
    """Add simulated errors of a detector, times factors (N,), to exact views."""
    depths = np.maximum(views.joints[:, 0, 0, 2], 0.3)
    sizes = np.ones(len(views)) if factors is None else factors
    rays, scores = noisy_keypoints(views.rays, views.scores, depths, sizes, rng)
    return replace(views, rays=rays, scores=scores)


def detected_views(
    pools: Pools, detections: Detections | None, count: int, ages: Array, rng: Generator
) -> Views:
    """Views as by a detector, most of them with joints missing.

    With detections many views are detections of their people; the others are of the pools, with
    errors of such detections, simulated ones, small ones or none. Without detections the first two
    kinds of errors are simulated, too.
    """
    precise = round(count * _PRECISE)
    parts = [_precise_views(pools, precise, ages, rng)]
    if detections is None or not len(detections):
        times = random_times(count - precise, ages, rng)
        parts.append(noisy_views(pools.views(times, rng), rng))
    else:
        moved, noisy = round(count * _TRANSPLANTED), round(count * _SIMULATED)
        strides = random_strides(moved, rng)
        exact = pools.views(detections.times_of(strides, images_of(ages)), rng)
        transplanted = detections.transplant(exact, strides, rng)
        noise = noisy_views(pools.views(random_times(noisy, ages, rng), rng), rng)
        drawn = detections.draw(count - precise - moved - noisy, images_of(ages), rng)
        parts += [without_images(transplanted, rng), noise, drawn]
    views = concatenate(parts)
    return replace(views, scores=remove_joints(views.scores, rng))


def _precise_views(pools: Pools, count: int, ages: Array, rng: Generator) -> Views:
    """Views as users measure lifters with: exact, or of a very good detector."""
    views = pools.views(random_times(count, ages, rng), rng)
    factors = rng.uniform(0, _SMALL, count) * (rng.random(count) >= _EXACT)
    return noisy_views(views, rng, factors)


def remove_joints(scores: Array, rng: Generator) -> Array:
    """Scores (N, M, 18) with joints missing as in detections, any third missing, or none."""
    chance = rng.random((len(scores), 1, 1))
    dropped = drop_moments(drop_joints(scores, rng, 1.0), rng, _MOMENTS)
    third = drop_third(scores, rng)
    kept = np.where(chance < _THIRD, third, scores)
    return np.where(chance > 1 - _DROPPED, dropped, kept)


def _batch_of(views: Views, ages: Array) -> Batch:
    """Network inputs and ground truth of the liftable people."""
    samples = samples_of(views, ages)
    rows = samples.usable
    arrays = samples.features[rows], samples.targets[rows], samples.weights[rows]
    return Batch(*(torch.from_numpy(array.astype(np.float32)) for array in arrays))
