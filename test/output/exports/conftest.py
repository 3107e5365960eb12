"""People for the exports."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline_fakes import estimate
from pose_action_ros.frame import Frame, Person
from pose_action_ros.output.segments import Segment
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

RATE = 10.0


@pytest.fixture(scope="session")
def frames() -> tuple[Frame, ...]:
    """Two seconds of two simulated adults; a wrist of person 0 is missing."""
    scene = Scene.random(np.random.default_rng(5), 2, ("waving_right", "lunging"))
    frames = []
    for index in range(20):
        people = []
        for truth in scene.truth(index / RATE):
            points, scores = truth.pose.points.copy(), truth.pose.scores.copy()
            keypoints = truth.keypoints
            if truth.person_id == 0:
                scores[HUMAN36M_17.index("left_wrist")] = 0
                missing = keypoints.scores * (np.arange(25) != BODY_25.index("left_wrist"))
                keypoints = Pose2D(BODY_25, keypoints.points, missing)
            pose = Pose3D(HUMAN36M_17, points, scores, truth.person_id, placed=True)
            action = estimate("waving_left", index / RATE, truth.person_id)
            people.append(Person(truth.person_id, keypoints, pose, action))
        frames.append(Frame(index, index / RATE, None, tuple(people), scene.camera.intrinsics))
    return tuple(frames)


@pytest.fixture(scope="session")
def tracks(frames: tuple[Frame, ...]) -> list[PoseTrack]:
    """The same people over time."""
    stamps = np.array([frame.stamp for frame in frames])
    poses = [[frame.people[person].pose for frame in frames] for person in (0, 1)]
    return [
        PoseTrack(
            HUMAN36M_17,
            stamps,
            np.array([pose.points for pose in own]),
            np.array([pose.scores for pose in own]),
            person_id=person,
            placed=True,
            rate=RATE,
        )
        for person, own in enumerate(poses)
    ]


@pytest.fixture
def segments() -> list[Segment]:
    """Actions of two people and a pair, in the order in which they ended; one is unknown."""
    return [
        Segment(0.5, 1.25, (1,), "bowing", 0.8),
        Segment(1.25, 1.5, (1,), "unknown", 0.2),
        Segment(0.2, 3661.0, (0,), "waving_left", 0.9),
        Segment(1.0, 3662.0004, (0, 1), "shaking_hands", 0.7),
    ]
