"""The pipeline with the shipped models: people in films, a simulated person, changed settings."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError, ModelError
from pose_action_ros.frame import Frame
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.simulation.comparison import TruthScore
from pose_action_ros.sources import SourceSettings, open_source
from shared_data import media


@pytest.fixture(scope="module")
def loaded(action_model: Path) -> Pipeline:
    """A pipeline with the shipped models."""
    try:
        return Pipeline(PipelineSettings(action_model=str(action_model)))
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture
def pipeline(loaded: Pipeline) -> Pipeline:
    """The loaded pipeline without state."""
    loaded.reset()
    return loaded


def _seen(pipeline: Pipeline, clip: str, count: int) -> list[Frame]:
    source = open_source(SourceSettings(source=str(media(clip))))
    return [pipeline(frame.image, frame.stamp) for frame in islice(source, count)]


def test_one_woman_keeps_her_id_and_is_lifted(pipeline: Pipeline) -> None:
    results = _seen(pipeline, "left_hand_wave.mp4", 40)
    assert len({person.person_id for result in results for person in result.keypoints}) == 1
    for result in results:
        (keypoints,), (pose,) = result.keypoints, result.poses
        assert keypoints.person_id == pose.person_id
        assert pose.placed
        heights = pose.points[:, 1]  # y points down
        head, foot = pose.skeleton.index("head_top"), pose.skeleton.index("left_ankle")
        assert 1.2 < heights[foot] - heights[head] < 1.9
        assert result.intrinsics.width == 1080
    answers = [answer for result in results for answer in result.actions]
    assert answers
    for answer in answers:
        np.testing.assert_allclose(answer.scores.sum(), 1, atol=1e-6)


def test_the_answers_come_every_stride(pipeline: Pipeline) -> None:
    results = _seen(pipeline, "both_hands_clap.mp4", 60)
    stamps = [answer.stamp for result in results for answer in result.actions]
    np.testing.assert_allclose(np.diff(stamps), PipelineSettings().stride, atol=0.041)


def test_after_a_reset_everything_repeats(pipeline: Pipeline) -> None:
    first = _seen(pipeline, "bow_nod.mp4", 5)[-1]
    pipeline.reset()
    again = _seen(pipeline, "bow_nod.mp4", 5)[-1]
    np.testing.assert_allclose(first.poses[0].points, again.poses[0].points, atol=1e-6)


def test_a_simulated_person_is_found_at_its_true_place(pipeline: Pipeline) -> None:
    source = open_source(SourceSettings(seed=1, seconds=2.0, rate=15.0))
    camera = source.intrinsics
    assert camera is not None
    score = TruthScore()
    for frame in source:
        result = pipeline(frame.image, frame.stamp, camera)
        keypoints = [person.keypoints for person in frame.truth]
        poses = [person.pose for person in frame.truth]
        score.add_image((result.keypoints, result.poses), (keypoints, poses), camera)
    report = score.report()
    assert report.found > 0.9
    assert report.ids == {0: 1}
    assert report.keypoint_error < 0.02
    assert report.pose_error < 0.2


@pytest.mark.parametrize("shape", [(10,), (10, 10), (0, 10, 3), (10, 10, 4)])
def test_wrong_images_are_refused(pipeline: Pipeline, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        pipeline(np.zeros(shape, np.uint8), 0.0)


def test_an_empty_image_has_no_people(pipeline: Pipeline) -> None:
    result = pipeline(np.zeros((48, 64, 3), np.uint8), 0.0)
    assert (result.keypoints, result.poses, result.actions) == ((), (), ())
    assert result.intrinsics.width == 64


def test_settings_and_the_action_model_can_be_changed_between_images(
    pipeline: Pipeline, action_model: Path, other_action_model: Path
) -> None:
    usual = PipelineSettings(action_model=str(action_model))
    other = replace(usual, action_model=str(other_action_model), max_people=1, person_height=1.5)
    pipeline.apply(other)
    assert pipeline.recogniser
    assert pipeline.detector
    assert pipeline.recogniser.labels == ("sitting", "falling")
    stages = (pipeline.detector, pipeline.tracker, pipeline.lifter, pipeline.recogniser)
    assert all(stage.settings is other for stage in stages)
    with pytest.raises(ModelError, match="nowhere"):
        pipeline.apply(replace(usual, action_model="nowhere", max_people=3))
    assert all(stage.settings is other for stage in stages)
    pipeline.apply(usual)
