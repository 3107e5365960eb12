"""Data of the paper's lifter: Human3.6M under the protocol of Martinez et al. 2017."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.human36m.h5 import read_folder
from pose_action_ros.lab.datasets.human36m.npz import read_npz
from pose_action_ros.lab.datasets.human36m.recordings import (
    KEYPOINTS,
    TEST_SUBJECTS,
    TRAIN_SUBJECTS,
    CameraRecording,
    Frames,
    frames_of,
    poses_from,
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
    """See Source; detected keypoints come from the files."""

    def __init__(self, settings: LifterTraining) -> None:
        self._settings = settings
        self._train = frames_of(_recordings(settings, TRAIN_SUBJECTS)).with_detections()
        if not len(self._train):
            raise SettingError(
                "no detections of the training subjects: name them with human36m_detections"
            )

    def learners(self) -> Mapping[str, Learner]:
        """See Source."""
        learners = human36m_learners(self._settings)
        targets = torch.from_numpy(self._train.targets)
        for name, inputs in _keypoints(self._train).items():
            vectors = torch.from_numpy(inputs).flatten(1)
            for key in (name, name + BASELINE):
                if key in learners:
                    learners[key].measure(vectors, targets)
        return learners

    def views(self, count: int, rng: np.random.Generator) -> Mapping[str, Batch]:
        """See Source."""
        chosen = self._train.rows(rng.permutation(len(self._train))[:count])
        joints = torch.from_numpy(poses_from(chosen.targets).astype(np.float32))
        return {
            name: Batch(torch.from_numpy(inputs), joints)
            for name, inputs in _keypoints(chosen).items()
        }


def human36m_held_out(settings: LifterTraining) -> HeldOut:
    """The test subjects."""
    frames = frames_of(_recordings(settings, TEST_SUBJECTS)).with_detections()
    same = np.broadcast_to(np.eye(3), (len(frames), 3, 3))
    inputs = {name: Inputs(keypoints, same) for name, keypoints in _keypoints(frames).items()}
    groups = {
        "action": frames.actions,
        "subject": np.char.add("S", frames.subjects.astype(np.str_)),
        "camera": frames.cameras,
    }
    return HeldOut(inputs["exact"], inputs["detected"], poses_from(frames.targets), groups)


def human36m_learners(settings: LifterTraining) -> dict[str, Learner]:
    """The networks with standardisation by mean 0 and deviation 1."""
    shape = StreamShape(settings.width, settings.blocks, settings.dropout)
    points = Reflection.of_points(KEYPOINTS.mirror, (-1.0, 1.0))
    offset = np.tile([_WIDTH, 0.0], len(KEYPOINTS))
    keypoints = Reflection(points.order, points.scale, offset)
    sizes = 2 * len(KEYPOINTS), 3 * (len(HUMAN36M_17) - 1)
    learners: dict[str, Learner] = {}
    for name in STREAMS:
        learners[name] = VectorLearner(shape, keypoints, Standardise(sizes[0]))
        if settings.baseline:
            learners[name + BASELINE] = BaselineLearner(*map(Standardise, sizes))
    return learners


def _recordings(settings: LifterTraining, subjects: tuple[int, ...]) -> Iterator[CameraRecording]:
    """Recordings in VideoPose3D's files for an .npz path, else in those of 3d-pose-baseline."""
    path, detections = Path(settings.human36m), settings.human36m_detections
    if path.suffix == ".npz":
        detected = Path(detections) if detections else None
        return read_npz(path, detected, subjects, settings.human36m_every)
    return read_folder(path, detections, subjects, settings.human36m_every)


def _keypoints(frames: Frames) -> dict[str, npt.NDArray[np.float32]]:
    """(N, 16, 2) [px] by stream."""
    return {
        name: vectors.reshape(len(vectors), -1, 2).astype(np.float32)
        for name, vectors in (("exact", frames.exact), ("detected", frames.detected))
    }
