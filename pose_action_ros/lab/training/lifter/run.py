"""A run of `pose-action train lifter`: its data, its networks from the checkpoint, its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.evaluation.lifter_poses import Lifts, Truth
from pose_action_ros.lab.evaluation.lifter_report import (
    DETECTED,
    EXACT,
    MIXED,
    LifterReport,
    Row,
    lifter_report,
)
from pose_action_ros.lab.networks.checkpoints import load_checkpoint
from pose_action_ros.lab.networks.lifter import OUTPUT_JOINTS, BoneLengths
from pose_action_ros.lab.training.lifter.human36m import (
    Human36mSource,
    human36m_held_out,
    human36m_learners,
)
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    HeldOut,
    Learner,
    Learners,
    Source,
    predict,
)
from pose_action_ros.lab.training.lifter.robot import RobotSource, robot_held_out, robot_learners
from pose_action_ros.lab.training.lifter.settings import STREAMS, LifterTraining
from pose_action_ros.settings import from_mapping

Array = npt.NDArray[np.float64]

CHECKPOINT = "checkpoint.pt"
_METHODS = {"": "ours", BASELINE: "baseline"}


def open_source(settings: LifterTraining, rank: int = 0, processes: int = 1) -> Source:
    """The training data of a run: Human3.6M if the settings name it, else robots' views.

    Args:
        settings: of the run.
        rank: of this process, which holds its share of a fixed set.
        processes: that train together.

    Raises:
        SettingError, InputError: no data, or files with another content.
    """
    if settings.human36m:
        return Human36mSource(settings, rank, processes)
    return RobotSource(settings)


def held_out(settings: LifterTraining) -> HeldOut:
    """The test people of a run.

    Raises:
        SettingError, InputError: there are none, or files with another content.
    """
    return human36m_held_out(settings) if settings.human36m else robot_held_out(settings)


def load_run(folder: Path) -> tuple[LifterTraining, Learners]:
    """Load settings and networks of the run in a folder, in evaluation mode.

    Raises:
        ModelError: no run, a damaged one, or one of another version of this package.
    """
    path = folder / CHECKPOINT
    state = load_checkpoint(path)
    if state is None:
        raise ModelError(f"no run in {folder}: expected {path}, made by `pose-action train lifter`")
    try:
        names = {item.name for item in fields(LifterTraining)}
        values = {name: value for name, value in state["config"].items() if name in names}
        settings = from_mapping(LifterTraining, {**values, "output": str(folder)})
        learners = _untrained(settings)
        learners.load_state_dict(state["learners"])
    except (KeyError, RuntimeError, AttributeError) as error:
        raise ModelError(f"{path} is no run of this version: {error}; train it again") from error
    return settings, learners.eval()


def _untrained(settings: LifterTraining) -> Learners:
    """The networks of a run without statistics of its data."""
    if settings.human36m:
        return Learners(human36m_learners(settings))
    ones = np.ones(OUTPUT_JOINTS - 1)
    return Learners(robot_learners(settings, BoneLengths(ones, ones)))


def evaluate(runs: Sequence[Mapping[str, Learner]], settings: LifterTraining) -> LifterReport:
    """Errors of the networks of runs with different seeds on the test people of the settings."""
    people = held_out(settings)
    predictions: dict[Row, list[Lifts]] = {}
    for learners in runs:
        for row, poses in _predictions(learners, people).items():
            predictions.setdefault(row, []).append(Lifts(poses))
    return lifter_report(Truth(people.truth, people.groups, people.defined), predictions)


def _predictions(learners: Mapping[str, Learner], people: HeldOut) -> dict[Row, Array]:
    """Poses of each method with each source of keypoints.

    A stream gets the kind of keypoints it was trained on; "both streams" is the paper's mean when
    only detected keypoints are available.
    """
    poses: dict[Row, Array] = {}
    for suffix, method in _METHODS.items():
        exact, detected = (learners.get(name + suffix) for name in STREAMS)
        if exact is not None:
            poses[Row(method, EXACT)] = first = predict(exact, people.exact)
        if detected is not None:
            poses[Row(method, DETECTED)] = second = predict(detected, people.detected)
        if exact is None or detected is None:
            continue
        poses[Row(method, MIXED)] = (first + second) / 2
        both = (predict(exact, people.detected) + second) / 2
        poses[Row(f"{method}, both streams", DETECTED)] = both
    return poses
