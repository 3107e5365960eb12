"""Data of the robot's lifter: exact and detected views of CMU and simulated people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.networks.lifter import (
    INPUT_CHANNELS,
    INPUT_JOINTS,
    BoneLengths,
    RobotLifter,
)
from pose_action_ros.lab.networks.two_stream import Standardise, StreamShape
from pose_action_ros.lab.training.detector_noise.views import (
    drop_joints,
    drop_third,
    noisy_keypoints,
)
from pose_action_ros.lab.training.lifter.detections import Detections, read_detections
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    BaselineLearner,
    Batch,
    HeldOut,
    Inputs,
    Learner,
    RobotLearner,
)
from pose_action_ros.lab.training.lifter.people import held_out_pools, kinds_of, training_pools
from pose_action_ros.lab.training.lifter.settings import STREAMS, LifterTraining
from pose_action_ros.lab.training.lifter.views import (
    Views,
    complete_views,
    concatenate,
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
_TRANSPLANTED, _SIMULATED = 0.2, 0.2
"""Shares of views with transplanted and with simulated errors; the others are detections."""
_THIRD = 0.3
"""Share of views with any third of the joints missing."""
_DROPPED = 0.35
"""Share of views with joints missing as in detections."""


class RobotSource:
    """See Source; opens the files when constructed."""

    def __init__(self, settings: LifterTraining) -> None:
        self._settings = settings
        self._pools = training_pools(settings)
        self._detections = read_detections(settings.detections, "train")

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        views = self.views(STATISTICS_VIEWS, np.random.default_rng(self._settings.seed))
        people = views["exact"].joints.numpy().astype(np.float64)
        learners = robot_learners(self._settings, BoneLengths.of(people))
        for name in STREAMS:
            if name + BASELINE in learners:
                batch = views[name]
                joints = batch.joints[:, 1:].flatten(1)
                learners[name + BASELINE].measure(batch.inputs.flatten(1), joints)
        return learners

    def views(self, count: int, rng: Generator) -> Mapping[str, Batch]:
        """See Source."""
        exact, other = (self._pools.views(count, rng) for _ in STREAMS)
        other = other[rng.permutation(count)]  # people of all pools among those with real errors
        return {
            "exact": _batch_of(exact_views(exact, rng)),
            "detected": _batch_of(detected_views(other, self._detections, rng)),
        }


def robot_held_out(settings: LifterTraining) -> HeldOut:
    """Test people, to be compared in the optical frame and scaled to the standard height."""
    views, actions = held_out_views(settings)
    exact, detected = samples_of(complete_views(views)), samples_of(views)
    return HeldOut(
        exact=Inputs(exact.features.astype(np.float32), exact.rotations),
        detected=Inputs(detected.features.astype(np.float32), detected.rotations),
        truth=virtual_to_optical(exact.targets, exact.rotations),
        groups={
            "action": actions,
            "people": kinds_of(actions),
        },
    )


def robot_learners(settings: LifterTraining, lengths: BoneLengths) -> dict[str, Learner]:
    """The networks, the baseline's with standardisation by mean 0 and deviation 1."""
    shape = StreamShape(settings.width, settings.blocks, settings.dropout)
    learners: dict[str, Learner] = {
        name: RobotLearner(RobotLifter(shape, lengths)) for name in STREAMS
    }
    if settings.baseline:
        sizes = INPUT_JOINTS * INPUT_CHANNELS, (len(HUMAN36M_17) - 1) * 3
        for name in STREAMS:
            learners[name + BASELINE] = BaselineLearner(*map(Standardise, sizes))
    return learners


def held_out_views(settings: LifterTraining) -> tuple[Views, npt.NDArray[np.str_]]:
    """Views and actions of liftable test people, from the file of detections or simulated.

    Raises:
        InputError: the file is no file of detections.
        SettingError: no test people can be lifted.
    """
    detections = read_detections(settings.detections, "test")
    if detections is None:
        rng = np.random.default_rng(settings.seed + 17)
        exact = held_out_pools(settings).views(SIMULATED_VIEWS, rng)
        views, actions = noisy_views(exact, rng), np.full(SIMULATED_VIEWS, "any")
    else:
        views, actions = detections.views, detections.actions
    usable = samples_of(views).usable & samples_of(complete_views(views)).usable
    if not usable.any():
        raise SettingError(
            "no test people can be lifted: set detections, performances or other files of people"
        )
    return views[usable], actions[usable]


def exact_views(views: Views, rng: Generator) -> Views:
    """Remove joints from most of the views."""
    return replace(views, scores=remove_joints(views.scores, rng))


def noisy_views(views: Views, rng: Generator) -> Views:
    """Add simulated errors of a detector to exact views."""
    depths = views.joints[:, 0, 2]
    rays, scores = noisy_keypoints(views.rays, views.scores, depths, rng)
    return replace(views, rays=rays, scores=scores)


def detected_views(views: Views, detections: Detections | None, rng: Generator) -> Views:
    """Views as by a detector, most of them with joints missing.

    With a file of detections most views are detections of the file's people; the others are of
    `views`, with errors of such detections or simulated ones. Without a file all errors are
    simulated.
    """
    count = len(views)
    transplanted, simulated = round(count * _TRANSPLANTED), round(count * _SIMULATED)
    if detections is None:
        detected = noisy_views(views, rng)
    else:
        detected = concatenate(
            [
                detections.transplant(views[:transplanted], rng),
                noisy_views(views[transplanted : transplanted + simulated], rng),
                detections.draw(count - transplanted - simulated, rng),
            ]
        )
    return replace(detected, scores=remove_joints(detected.scores, rng))


def remove_joints(scores: Array, rng: Generator) -> Array:
    """Scores (N, 18) with joints missing as in detections, any third missing, or none."""
    chance = rng.random((len(scores), 1))
    dropped = drop_joints(scores, rng, 1.0)
    third = drop_third(scores, rng)
    kept = np.where(chance < _THIRD, third, scores)
    return np.where(chance > 1 - _DROPPED, dropped, kept)


def _batch_of(views: Views) -> Batch:
    """Network inputs and ground truth of the liftable people."""
    samples = samples_of(views)
    rows = samples.usable
    arrays = samples.features[rows], samples.targets[rows]
    return Batch(*(torch.from_numpy(array.astype(np.float32)) for array in arrays))
