"""The motion image, streaming beside the batch form, and the action network alone."""

from __future__ import annotations

from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.clock import Clock, Row
from pose_action_ros.recognition import (
    RecogniserSettings,
    SpmfSettings,
    SpmfStream,
    enhanced_spmf,
)
from pose_action_ros.recognition.classifier import ActionClassifier

PEOPLE = (1, 10)
STREAM, BATCH = "each pose: streaming update and image", "each pose: batch form anew"
STRIDE, STRIDE_BATCH = "every sixth pose an image: streaming", "every sixth pose an image: batch"
_EVERY = 6  # poses of 30 a second between answers 0.2 s apart
_CALLS, _WARM_UP = 600, 50

# 17 joints, 2 s at 30 poses a second.
SETTINGS = SpmfSettings(frames=60, joints="", height=96)


def measure_recognition() -> dict[str, dict[str, Row]]:
    """Times [ms] of the image for a pose, and of the network by number of people in one call."""
    cv2.setNumThreads(1)
    return {"image": _images(), "classifier": _classifier()}


def _images() -> dict[str, Row]:
    rng = np.random.default_rng(0)
    wander = rng.normal(0, 0.02, (SETTINGS.frames + _CALLS, 17, 3)).cumsum(axis=0)
    poses = rng.normal(0, 0.5, (17, 3)) + wander
    clock = Clock()
    for every, names in ((1, (STREAM, BATCH)), (_EVERY, (STRIDE, STRIDE_BATCH))):
        stream = SpmfStream(SETTINGS)
        for pose in poses[: SETTINGS.frames]:
            stream.push(pose)
        for first in range(SETTINGS.frames, len(poses) - every, every):
            newest = poses[first : first + every]
            window = poses[first + every - SETTINGS.frames : first + every]
            clock.time(names[0], partial(_streamed, stream, newest))
            clock.time(names[1], partial(enhanced_spmf, window, SETTINGS))
    return {name: clock.row(name) for name in (STREAM, BATCH, STRIDE, STRIDE_BATCH)}


def _streamed(stream: SpmfStream, poses: npt.NDArray[np.float64]) -> Any:
    for pose in poses:
        stream.push(pose)
    return stream.image()


def _classifier() -> dict[str, Row]:
    settings = RecogniserSettings()
    classifier = ActionClassifier(
        settings.action_model, settings.action_engine, settings.action_threads
    )
    rng, clock = np.random.default_rng(0), Clock()
    for people in PEOPLE:
        images = rng.integers(0, 256, (people, *classifier.spmf.shape), np.uint8)
        for _ in range(_WARM_UP):
            classifier(images)
        for _ in range(_CALLS):
            clock.time(str(people), partial(classifier, images))
    return {str(people): clock.row(str(people)) for people in PEOPLE}
