"""Stages with fixed answers, in place of those that need models."""

import os
import sys
from collections.abc import Iterator, Sequence
from time import sleep
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from pose_action_ros import cli, pipeline
from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.frame import Frame
from pose_action_ros.output import notes
from pose_action_ros.output.job import Report, process_source
from pose_action_ros.output.outputs import Outputs
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

KILLED_WITH = 9
"""Exit code of a process that ends as if killed."""
LABELS = ("standing", "waving_left")


def estimate(label: str, stamp: float, person: int = 0, score: float = 0.75) -> ActionEstimate:
    scores = np.array([1 - score, score])
    return ActionEstimate((person,), label, score, LABELS, scores, stamp - 1, stamp)


class Detector:
    """Finds one person in an image that is not black; the person moves a bit with each call.

    Attributes:
        calls: number of calls of all detectors.
        deadly: the call of this number ends the process at once; 0 for none.
    """

    skeleton, engine = BODY_25, "fake"
    calls = 0
    deadly = 0

    def __init__(self, settings: DetectorSettings) -> None:
        self.settings, self.surplus = settings, 0
        self._count = 0

    def __call__(self, image: npt.NDArray[np.uint8]) -> tuple[Pose2D, ...]:
        self._count += 1
        Detector.calls += 1
        if Detector.calls == Detector.deadly:
            os._exit(KILLED_WITH)
        if not image.any():
            return ()
        points = np.linspace(1, min(image.shape[:2]) - 2, 50).reshape(25, 2)
        scores = np.where(np.arange(25) == 24, 0.0, 1.0)
        return (Pose2D(BODY_25, points + 0.01 * np.sin(self._count), scores),)

    def reset(self) -> None:
        self._count = 0

    @property
    def state(self) -> dict[str, Any]:
        return {"count": self._count}

    @state.setter
    def state(self, state: dict[str, Any]) -> None:
        self._count = state["count"]


class Lifter:
    """Places all people 3 m before the camera."""

    def __init__(self, settings: PipelineSettings) -> None:
        self.settings = settings

    def __call__(
        self, people: Sequence[Pose2D], camera: Intrinsics, _stamp: float
    ) -> tuple[Pose3D, ...]:
        points = np.tile([0.0, 0.0, 3.0], (17, 1)) * (camera.fx / camera.fx)
        return tuple(
            Pose3D(HUMAN36M_17, points, np.ones(17), person.person_id, placed=True)
            for person in people
        )

    def reset(self) -> None:
        pass


class Recogniser:
    """Estimates waving after 1 s."""

    labels = LABELS

    def __init__(self, settings: PipelineSettings) -> None:
        self.settings = settings

    def update(self, people: Sequence[Pose3D], stamp: float) -> tuple[ActionEstimate, ...]:
        label = LABELS[stamp >= 1]
        return tuple(estimate(label, stamp, person.person_id) for person in people)

    def reset(self) -> None:
        pass


STAGES = {"make_detector": Detector, "Lifter": Lifter, "Recogniser": Recogniser}


def process_faked(settings: ProcessSettings, **options: bool) -> Report:
    """Call process_source with these stages, also in another process."""
    for name, stage in STAGES.items():
        setattr(pipeline, name, stage)
    return process_source(settings, **options)


def run_slowly(words: Sequence[str]) -> int:
    """Run the command with these stages: print a line for each image and before the files are
    closed, and then wait for a line of the standard input."""
    for name, stage in STAGES.items():
        setattr(pipeline, name, stage)
    add, close = Outputs.add, Outputs.close

    def add_slowly(outputs: Outputs, frame: Frame) -> None:
        add(outputs, frame)
        _write("image\n")
        sleep(0.01)

    def close_slowly(outputs: Outputs, *, complete: bool) -> None:
        _write("closing\n")
        sys.stdin.readline()
        close(outputs, complete=complete)

    with patch.object(Outputs, "add", add_slowly), patch.object(Outputs, "close", close_slowly):
        return cli.main(words)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def run_and_die(words: Sequence[str], deadly: int, checkpoint: int) -> None:
    """Run the command with these stages and exit at a call of the detector."""
    for name, stage in STAGES.items():
        setattr(pipeline, name, stage)
    Detector.deadly, notes.CHECKPOINT = deadly, checkpoint
    cli.main(words)


def interrupted(frames: Iterator[Frame], _length: int | None, *, progress: bool) -> Iterator[Frame]:
    assert progress
    """Yield frames, and press Ctrl-C after number 14."""
    for frame in frames:
        yield frame
        if frame.index == 14:
            raise KeyboardInterrupt
