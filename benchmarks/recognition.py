"""Times of the motion image, streaming and as a batch, and of the action network."""

from __future__ import annotations

from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.measuring import Clock, Row
from pose_action_ros.recognition import (
    RecogniserSettings,
    SpmfSettings,
    SpmfStream,
)
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf

PEOPLE = (1, 10)
STREAM, BATCH = "each pose: streaming update and image", "each pose: batch form"
STRIDE, STRIDE_BATCH = "every sixth pose an image: streaming", "every sixth pose an image: batch"
MANY = "64 windows at once: batch form"
_EVERY = 6  # poses of 30 a second between answers 0.2 s apart
_CALLS, _WARM_UP = 600, 50
_WINDOWS, _REPEATS = 64, 10

# 17 joints and 2 s at 30 poses per second; the settings of the shipped model; images of levels.
CASES = {
    "17 joints, 60 poses": SpmfSettings(frames=60, joints="", height=96),
    "12 joints, 32 poses": SpmfSettings(),
    "12 joints, 32 poses, levels": SpmfSettings(colours="level", height=24),
}


def measure_recognition() -> dict[str, dict[str, Row]]:
    """Times [ms] of the image for a pose, and of the network by number of people in one call."""
    cv2.setNumThreads(1)
    return {"image": _images(), "classifier": _classifier()}


def _images() -> dict[str, Row]:
    clock = Clock()
    for case, settings in CASES.items():
        for every, names in ((1, (STREAM, BATCH)), (_EVERY, (STRIDE, STRIDE_BATCH))):
            _time_both(clock, settings, every, [f"{case}, {name}" for name in names])
        poses = _poses(settings)
        windows = np.stack([poses[start : start + settings.frames] for start in range(_WINDOWS)])
        for _ in range(_REPEATS):
            clock.time(f"{case}, {MANY}", partial(enhanced_spmf, windows, settings))
    rows = (STREAM, BATCH, STRIDE, STRIDE_BATCH, MANY)
    return {f"{case}, {name}": clock.row(f"{case}, {name}") for case in CASES for name in rows}


def _time_both(clock: Clock, settings: SpmfSettings, every: int, names: list[str]) -> None:
    """Compute an image after every `every` poses, streaming and then in the batch form.

    They do not alternate: memory released by the batch form would have to be allocated again by the
    streaming form, which runs alone on a robot.
    """
    poses = _poses(settings)
    stream = SpmfStream(settings)
    for pose in poses[: settings.frames]:
        stream.push(pose)
    ends = range(settings.frames + every, len(poses), every)
    for end in ends:
        clock.time(names[0], partial(_streamed, stream, poses[end - every : end]))
    for end in ends:
        clock.time(names[1], partial(enhanced_spmf, poses[end - settings.frames : end], settings))


def _poses(settings: SpmfSettings) -> npt.NDArray[np.float64]:
    """(frames + calls, 17, 3) of a person with wandering joints."""
    rng = np.random.default_rng(0)
    wander = rng.normal(0, 0.02, (settings.frames + _CALLS, 17, 3)).cumsum(axis=0)
    return np.asarray(rng.normal(0, 0.5, (17, 3)) + wander)


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
