"""CMU and simulated people before virtual cameras, as a robot's detector sees them."""

from __future__ import annotations

from collections.abc import Mapping

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
from pose_action_ros.lab.training.lifter.detector_errors import DetectorErrors, read_detections
from pose_action_ros.lab.training.lifter.kinds import kinds_of
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    STREAMS,
    BaselineLearner,
    Batch,
    Learner,
    RobotLearner,
)
from pose_action_ros.lab.training.lifter.robot_views import (
    detected_views,
    exact_views,
    held_out_pools,
    noisy_views,
    training_pools,
)
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.sources import HeldOut, Seen
from pose_action_ros.lab.training.lifter.views import Views, exactly_seen, samples_of
from pose_action_ros.lifting.normalisation import virtual_to_optical
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

MADE_UP_VIEWS = 8000
"""Held-out views where there are no real detections."""
_STATISTICS = 20_000
"""Views for means, deviations and bone lengths."""


class RobotSource:
    """See Source; opens the files when data are wanted."""

    def __init__(self, settings: LifterTraining) -> None:
        self._settings = settings
        self._pools = training_pools(settings)
        found = read_detections(settings.detections, "train")
        self._errors = DetectorErrors(found.views) if found else None

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        views = self.views(_STATISTICS, np.random.default_rng(self._settings.seed))
        people = views["exact"].joints.numpy().astype(np.float64)
        learners = robot_learners(self._settings, BoneLengths.of(people))
        for name in STREAMS:
            if name + BASELINE in learners:
                batch = views[name]
                joints = batch.joints[:, 1:].flatten(1)
                learners[name + BASELINE].measure(batch.inputs.flatten(1), joints)
        return learners

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:
        """See Source."""
        exact, other = (self._pools.views(count, rng) for _ in STREAMS)
        other = other[rng.permutation(count)]  # people of all pools among those with real errors
        return {
            "exact": _batch_of(exact_views(exact, rng)),
            "detected": _batch_of(detected_views(other, self._errors, rng)),
        }


def robot_held_out(settings: LifterTraining) -> HeldOut:
    """People to measure on: each compared in the optical frame, scaled to the standard height."""
    views, actions = held_out_views(settings)
    exact, detected = samples_of(exactly_seen(views)), samples_of(views)
    return HeldOut(
        exact=Seen(exact.features.astype(np.float32), exact.rotations),
        detected=Seen(detected.features.astype(np.float32), detected.rotations),
        truth=virtual_to_optical(exact.targets, exact.rotations),
        groups={
            "action": actions,
            "people": kinds_of(actions),
        },
    )


def robot_learners(settings: LifterTraining, lengths: BoneLengths) -> dict[str, Learner]:
    """The networks, the baseline's as if inputs and joints had mean 0 and deviation 1."""
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
    """Held-out people who can be lifted, and what they do: from the file of detections, or made up.

    Raises:
        InputError: the file of detections is not one.
        SettingError: there is nobody.
    """
    found = read_detections(settings.detections, "test")
    if found is None:
        rng = np.random.default_rng(settings.seed + 17)
        exact = held_out_pools(settings).views(MADE_UP_VIEWS, rng)
        views, actions = noisy_views(exact, rng), np.full(MADE_UP_VIEWS, "any")
    else:
        views, actions = found.views, found.actions
    usable = samples_of(views).usable & samples_of(exactly_seen(views)).usable
    if not usable.any():
        raise SettingError("nobody to measure on: no held-out people who can be lifted")
    return views[usable], actions[usable]


def _batch_of(views: Views) -> Batch:
    """Network inputs and truth of the people who can be lifted."""
    samples = samples_of(views)
    rows = samples.usable
    arrays = samples.features[rows], samples.targets[rows]
    return Batch(*(torch.from_numpy(array.astype(np.float32)) for array in arrays))
