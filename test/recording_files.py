"""Recordings of two people with given content."""

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.camera import Intrinsics
from pose_action_ros.pose_tracks import LabelledSpan
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recording_file import RecordingWriter
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

CAMERA = Intrinsics(640, 480, 500.0, 510.0, 320.0, 240.0, (0.1, -0.2, 0.0, 0.0, 0.05))


def people(person: int, seed: int = 0, *, placed: bool = True) -> tuple[Pose2D, Pose3D]:
    rng = np.random.default_rng([person, seed])
    flat = rng.integers(0, 640, (25, 2)).astype(np.float64)  # exact in single precision
    space, scores = rng.integers(-3, 4, (17, 3)).astype(np.float64), rng.integers(0, 2, 25) / 2
    keypoints = Pose2D(BODY_25, flat, scores, person, score=0.5)
    return keypoints, Pose3D(HUMAN36M_17, space, np.full(17, 0.75), person, placed)


def write_recording(path: Path, count: int = 5, *, spans: tuple[LabelledSpan, ...] = ()) -> Path:
    """Persons 0 and 3 in each of the images, 10 per second."""
    writer = RecordingWriter(path, "clip.mp4", 10.0)
    for number in range(count):
        for person in (0, 3):
            writer.add(number, number / 10, *people(person, number), CAMERA)
    writer.close(spans)
    return path


@pytest.fixture
def recording_file(tmp_path: Path) -> Path:
    """A recording of persons 0 and 3, who waves."""
    return write_recording(tmp_path / "one.npz", spans=(LabelledSpan(3, 0.1, 0.3, "waving_left"),))
