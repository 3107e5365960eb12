"""Human3.6M under its published protocol: subjects and joints as in Martinez et al. 2017."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.human36m import KEYPOINTS, Recording
from pose_action_ros.lab.datasets.human36m_h5 import read_folder
from pose_action_ros.lab.datasets.human36m_npz import read_npz
from pose_action_ros.lab.datasets.human36m_protocol import (
    TEST_SUBJECTS,
    TRAIN_SUBJECTS,
    Samples,
    poses_of,
    samples_of,
)
from pose_action_ros.lab.networks.two_stream import Reflection, Standardise, StreamShape
from pose_action_ros.lab.training.lifter.learners import (
    BASELINE,
    STREAMS,
    BaselineLearner,
    Batch,
    Learner,
    VectorLearner,
)
from pose_action_ros.lab.training.lifter.settings import LifterTraining
from pose_action_ros.lab.training.lifter.sources import HeldOut, Seen
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

_WIDTH = 1000.0
"""Of the images [px]; some cameras have 1002 rows and columns."""


class Human36mSource:
    """See Source; the detected keypoints are those of the files."""

    def __init__(self, settings: LifterTraining) -> None:
        self._settings = settings
        self._train = samples_of(_recordings(settings, TRAIN_SUBJECTS)).with_detections()
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
        joints = torch.from_numpy(poses_of(chosen.targets).astype(np.float32))
        return {
            name: Batch(torch.from_numpy(inputs), joints)
            for name, inputs in _keypoints(chosen).items()
        }


def human36m_held_out(settings: LifterTraining) -> HeldOut:
    """The test subjects."""
    samples = samples_of(_recordings(settings, TEST_SUBJECTS)).with_detections()
    same = np.broadcast_to(np.eye(3), (len(samples), 3, 3))
    seen = {name: Seen(inputs, same) for name, inputs in _keypoints(samples).items()}
    groups = {
        "action": samples.actions,
        "subject": np.char.add("S", samples.subjects.astype(np.str_)),
        "camera": samples.cameras,
    }
    return HeldOut(seen["exact"], seen["detected"], poses_of(samples.targets), groups)


def human36m_learners(settings: LifterTraining) -> dict[str, Learner]:
    """The networks, as if keypoints and joints had mean 0 and deviation 1."""
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


def _recordings(settings: LifterTraining, subjects: tuple[int, ...]) -> Iterator[Recording]:
    """From the files of VideoPose3D when an .npz is named, else from those of 3d-pose-baseline."""
    path, detections = Path(settings.human36m), settings.human36m_detections
    if path.suffix == ".npz":
        return read_npz(
            path, Path(detections) if detections else None, subjects, settings.human36m_every
        )
    return read_folder(path, detections, subjects, settings.human36m_every)


def _keypoints(samples: Samples) -> dict[str, npt.NDArray[np.float32]]:
    """(N, 16, 2) [px] by stream."""
    return {
        name: vectors.reshape(len(vectors), -1, 2).astype(np.float32)
        for name, vectors in (("exact", samples.exact), ("detected", samples.detected))
    }
