"""The skeletons of all detectors pass through the whole pipeline."""

import numpy as np
import pytest

from pose_action_ros.drawing import draw_people
from pose_action_ros.metrics import mpjpe
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.simulation import Scene
from pose_action_ros.simulation.comparison import TruthScore
from pose_action_ros.skeletons import BODY_25, COCO_18, MPI_15, Skeleton


@pytest.mark.parametrize("skeleton", [BODY_25, COCO_18, MPI_15], ids=lambda one: one.name)
def test_people_are_tracked_lifted_drawn_and_compared(skeleton: Skeleton) -> None:
    scene = Scene.random(np.random.default_rng(5), people=2, actions=["standing"])
    pipeline = Pipeline(detect=False, recognise=False, smoothing=False)
    score, errors = TruthScore(), []
    camera = scene.camera.intrinsics
    for stamp in np.arange(0, 0.5, 0.1).tolist():
        truth = scene.truth(stamp)
        people = [person.keypoints.to(skeleton) for person in truth]
        frame = pipeline.follow(people, (640, 480), stamp, camera)
        assert {person.person_id for person in frame.keypoints} == {0, 1}
        assert all(pose.placed for pose in frame.poses)
        # The true keypoints have no top of the head, so that with MPI the head is missing.
        missing = {"nose", "head_top"} if skeleton is MPI_15 else set()
        for pose, person in zip(frame.poses, truth, strict=True):
            shown = pose.present
            assert {pose.skeleton.joints[row] for row in np.flatnonzero(~shown)} == missing
            errors.append(mpjpe(pose.points[shown], person.pose.points[shown]))
        known = [person.keypoints for person in truth], [person.pose for person in truth]
        score.add_image((frame.keypoints, frame.poses), known, camera)
    assert np.mean(errors) < 0.12
    report = score.report()
    assert report.found == 1.0
    assert report.keypoint_error < 0.01
    image = np.zeros((480, 640, 3), dtype=np.uint8)
    draw_people(image, frame.keypoints, {0: "standing"})
    assert image.any(axis=2).mean() > 0.005
