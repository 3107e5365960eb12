"""Data of the paper's lifter: Human3.6M under the protocol of Martinez et al. 2017."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.human36m.frames import frames_of
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.npz import read_npz
from pose_action_ros.lab.datasets.human36m.recordings import (
    KEYPOINTS,
    TEST_SUBJECTS,
    TRAIN_SUBJECTS,
    CameraRecording,
)
from pose_action_ros.lab.networks.two_stream import Reflection, Standardise, StreamShape
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    BaselineLearner,
    Batch,
    HeldOut,
    Inputs,
    Learner,
    VectorLearner,
)
from pose_action_ros.lab.training.lifter.settings import STREAMS, LifterTraining
from pose_action_ros.skeletons import HUMAN36M_17

_WIDTH = 1000.0
"""Of the images [px]; some cameras have 1002 rows and columns."""


class Human36mSource:
    """See Source; detected keypoints come from the files, and all views are in each round.

    Args:
        settings: of the run.
        rank: of this process, which holds one view of as many as there are processes.
        processes: that train together.
    """

    def __init__(self, settings: LifterTraining, rank: int = 0, processes: int = 1) -> None:
        self._settings = settings
        frames = frames_of(_recordings(settings, TRAIN_SUBJECTS), detected=True)
        if not len(frames):
            raise SettingError(
                "no detections of the training subjects: name them with human36m_detections"
            )
        joints = torch.from_numpy(frames.poses[rank::processes])
        weights = torch.ones(1, joints.shape[1]).expand(joints.shape[:2])
        self._views = {
            name: Batch(torch.from_numpy(keypoints[rank::processes]), joints, weights)
            for name, keypoints in zip(STREAMS, (frames.exact, frames.detected), strict=True)
        }

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        learners = human36m_learners(self._settings)
        for name, learner in learners.items():
            views = self._views[name.removesuffix(BASELINE)]
            learner.measure(views.inputs.flatten(1), views.joints.flatten(1)[:, 3:])
        return learners

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:  # noqa: ARG002
        """See Source; all views, in the order of the files."""
        return self._views


def human36m_held_out(settings: LifterTraining) -> HeldOut:
    """The test subjects."""
    frames = frames_of(_recordings(settings, TEST_SUBJECTS), detected=True)
    same = np.broadcast_to(np.eye(3), (len(frames), 3, 3))
    exact, detected = (Inputs(keypoints, same) for keypoints in (frames.exact, frames.detected))
    return HeldOut(exact, detected, frames.poses.astype(np.float64), frames.groups())


def human36m_learners(settings: LifterTraining) -> dict[str, Learner]:
    """The networks with standardisation by mean 0 and deviation 1."""
    shape = StreamShape(settings.width, settings.blocks, settings.dropout)
    points = Reflection.of_points(KEYPOINTS.mirror, (-1.0, 1.0))
    offset = np.tile([_WIDTH, 0.0], len(KEYPOINTS))
    keypoints = Reflection(points.order, points.scale, offset)
    sizes = 2 * len(KEYPOINTS), 3 * (len(HUMAN36M_17) - 1)
    learners: dict[str, Learner] = {}
    for name in settings.streams:
        learners[name] = VectorLearner(shape, keypoints, Standardise(sizes[0]))
        if settings.baseline:
            learners[name + BASELINE] = BaselineLearner(
                Standardise(sizes[0]), Standardise(sizes[1])
            )
    return learners


def _recordings(settings: LifterTraining, subjects: tuple[int, ...]) -> Iterator[CameraRecording]:
    """Recordings in VideoPose3D's files for an .npz path, else in those of 3d-pose-baseline."""
    path, detections = Path(settings.human36m), settings.human36m_detections
    if path.suffix == ".npz":
        detected = Path(detections) if detections else None
        return read_npz(path, detected, subjects, settings.human36m_every)
    return read_folder(path, detections, subjects, settings.human36m_every)
