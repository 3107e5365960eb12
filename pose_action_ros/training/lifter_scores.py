"""Measure a lifter on held-out people and decide which of its streams a robot should run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from pose_action_ros.evaluation.metrics import joint_errors
from pose_action_ros.lifting.scores import given_joints
from pose_action_ros.networks.two_stream import MirrorMean, TwoStream
from pose_action_ros.training.degradation import drop_third
from pose_action_ros.training.detector_errors import read_errors
from pose_action_ros.training.lifter_data import exact_views, held_out_pools, noisy_views
from pose_action_ros.training.lifter_settings import LifterTraining
from pose_action_ros.training.views import Views, random_people, samples_of

VIEWS = 8000
"""Held-out views in each set."""


def held_out_sets(settings: LifterTraining) -> dict[str, Views]:
    """Sets to measure on, the same for every run with these data and this seed.

    Exact keypoints of CMU and of simulated people, keypoints with made-up errors, those of the
    real detector where there are any, and each of them with a third of the keypoints missing.
    """
    rng = np.random.default_rng(settings.seed + 17)
    pools = held_out_pools(settings)
    sets: dict[str, Views] = {}
    for name, pool in (("cmu", pools.cmu), ("simulated", pools.simulated)):
        if len(pool):
            people = random_people(pool, VIEWS, rng)
            sets[f"{name}_exact"] = exact_views(people, rng, dropped=0.0)
            sets[f"{name}_noisy"] = noisy_views(people, rng, dropped=0.0)
    errors = read_errors(settings.detections, "test")
    if errors is not None:
        sets["simulated_detected"] = errors.views
    thirds = {
        f"{name}_third_missing": replace(views, scores=drop_third(views.scores, rng))
        for name, views in sets.items()
    }
    return sets | thirds


def variants(network: TwoStream) -> dict[str, nn.Module]:
    """What a robot, which has the detector's keypoints alone, can run; mirrored mean in each."""
    choices = {"both": network, "detected": network.detected, "exact": network.exact}
    return {name: MirrorMean(choice).eval() for name, choice in choices.items()}


def measure(network: nn.Module, sets: Mapping[str, Views]) -> dict[str, float]:
    """MPJPE [mm] of each set, over all 17 joints and over those whose keypoints are given."""
    scores = {}
    for name, views in sets.items():
        samples = samples_of(views)
        rows = samples.usable
        with torch.no_grad():
            found = network(torch.from_numpy(samples.features[rows].astype(np.float32))).numpy()
        errors = joint_errors(found, samples.targets[rows]) * 1000
        given = given_joints(samples.features[rows, :, 2])
        scores[name] = round(float(errors.mean()), 1)
        if name.endswith("third_missing"):
            scores[f"{name}_given_joints"] = round(float(errors[given].mean()), 1)
    return scores
