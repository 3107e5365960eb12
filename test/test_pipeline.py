"""The pipeline with fake stages: settings, time stamps, answers, sources."""

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest

import pipeline_fakes as fakes
from pose_action_ros import sources
from pose_action_ros.errors import InputError, SettingError, SourceError
from pose_action_ros.frame import Person
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings, PosePipelineSettings
from pose_action_ros.sources import SourceFrame
from pose_action_ros.sources.simulation import SimulatedSource

pytestmark = pytest.mark.usefixtures("fake_stages")
BRIGHT = np.full((48, 64, 3), 200, np.uint8)


def test_keywords_are_settings_and_checked() -> None:
    assert Pipeline(person_height=1.8).lifter.settings.person_height == 1.8
    settings = PipelineSettings(max_people=2, stride=0.5)
    both = Pipeline(settings, stride=1.0)
    assert both.tracker.settings == replace(settings, stride=1.0)
    for wrong in ({"person_height": "tall"}, {"max_people": 99}, {"height": 1.8}):
        with pytest.raises(SettingError, match=next(iter(wrong))):
            Pipeline(**wrong)


def test_stages_can_be_left_out() -> None:
    pipeline = Pipeline(PosePipelineSettings(), recognise=False, detect=False)
    assert (pipeline.detector, pipeline.recogniser) == (None, None)
    with pytest.raises(SettingError, match="follow"):
        pipeline(BRIGHT)
    detections = fakes.Detector(PipelineSettings())(BRIGHT)
    frame = pipeline.follow(detections, (64, 48), 0.0)
    assert (frame.image, frame.actions) == (None, ())
    assert (frame.people[0].action.label, frame.people[0].action.score) == ("unknown", 0.0)
    pipeline.reset()
    pipeline.apply(PosePipelineSettings(track_memory=1.5))
    assert pipeline.tracker.settings.track_memory == 1.5
    with pytest.raises(SettingError, match="recognise=False"):
        Pipeline(PosePipelineSettings())


def test_a_single_image_is_processed_without_memory() -> None:
    pipeline = Pipeline()
    first = pipeline(BRIGHT)
    pipeline(BRIGHT, 5.0)
    again = pipeline(BRIGHT)
    assert (again.index, again.stamp) == (0, 0.0)
    np.testing.assert_array_equal(first.keypoints[0].points, again.keypoints[0].points)


@pytest.mark.parametrize("image", [None, "photo.jpg"])
def test_a_missing_picture_is_named(image: Any) -> None:
    with pytest.raises(InputError, match=r"got (NoneType|str), .*cv2\.imread returns None"):
        Pipeline()(image)


def test_the_newest_answer_is_the_action_of_a_person() -> None:
    pipeline = Pipeline(stride=0.2, max_gap=0.5)
    answers = {0.0: "standing", 0.2: "waving_left", 3.0: ""}
    pipeline.recogniser.update = lambda people, stamp: tuple(  # type: ignore[union-attr,method-assign]
        fakes.estimate(answers[stamp], stamp, person.person_id)
        for person in people
        if answers.get(stamp)
    )
    labels = [pipeline(BRIGHT, stamp).people[0].action.label for stamp in (0.0, 0.1, 0.2, 0.8, 3.0)]
    assert labels == ["standing", "standing", "waving_left", "waving_left", "unknown"]
    assert pipeline(BRIGHT, 1.0).late
    back = pipeline(BRIGHT, 1.1).people[0].action  # time jumped backwards
    assert (back.label, back.score, back.scores.tolist()) == ("unknown", 0.0, [0.0, 0.0])


def test_late_images_are_not_processed_and_a_jump_restarts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipeline, calls = Pipeline(), fakes.Detector.calls
    stamps = (0.0, 0.1, 0.05, 0.1, 0.2, 9.0, 0.2, 0.3, 99.0)
    frames = [pipeline(BRIGHT, stamp) for stamp in stamps]
    late = [frame.late for frame in frames]
    assert [stamp for stamp, one in zip(stamps, late, strict=True) if one] == [0.05, 0.1, 0.2]
    assert fakes.Detector.calls - calls == 6
    assert [len(frame.people) for frame in frames] == [not one for one in late]
    assert [frame.index for frame in frames] == list(range(9))
    ids = [person.id for frame in frames for person in frame.people]
    assert ids == [0, 0, 0, 1, 2, 3]  # 9 s are longer than the memory of a track
    assert "late, not processed" in str(frames[2])
    assert frames[2].image is BRIGHT
    assert len(caplog.records) == 1
    assert "reset()" in caplog.text
    pipeline.reset()
    assert not pipeline(BRIGHT, 0.0).late


def test_late_detections_are_not_followed() -> None:
    pipeline, people = Pipeline(detect=False), fakes.Detector(PipelineSettings())(BRIGHT)
    frames = [pipeline.follow(people, (64, 48), stamp) for stamp in (1.0, 1.0, 0.9, 1.1)]
    assert [(frame.late, len(frame.people)) for frame in frames] == [
        (False, 1),
        (True, 0),
        (True, 0),
        (False, 1),
    ]
    with pytest.raises(InputError, match="time stamp nan"):
        pipeline.follow(people, (64, 48), float("nan"))


def test_another_part_of_a_source_restarts_the_pipeline() -> None:
    source = [SourceFrame(index, index / 10, BRIGHT, part=index // 3) for index in range(6)]
    frames = list(Pipeline().process(source))
    assert [frame.people[0].id for frame in frames] == [0, 0, 0, 1, 1, 1]
    assert [frame.index for frame in frames] == list(range(6))


def test_an_interaction_is_the_action_of_both_people() -> None:
    pipeline = Pipeline()
    pair = replace(fakes.estimate("waving_left", 0.0), person_ids=(0, 1))
    pipeline.recogniser.update = lambda _people, _stamp: (pair,)  # type: ignore[union-attr,method-assign]
    (one,) = fakes.Detector(PipelineSettings())(BRIGHT)
    other = replace(one, points=one.points + np.array([300, 0]))
    frame = pipeline.follow([one, other], (640, 480), 0.0)
    assert [person.action for person in frame.people] == [pair, pair]
    assert frame.actions == (pair,)


def test_all_images_of_a_source_are_processed_lazily(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(SimulatedSource, "close", lambda _source: closed.append(True))
    frames = Pipeline().process("simulation", seconds=0.5, rate=10.0)
    assert [frame.index for frame in islice(frames, 2)] == [0, 1]
    assert not closed
    assert [round(frame.stamp, 3) for frame in frames] == [0.2, 0.3, 0.4]
    assert closed == [True]


def test_images_are_a_source() -> None:
    frames = list(Pipeline().process([BRIGHT, BRIGHT], rate=5.0))
    assert [(frame.index, frame.stamp) for frame in frames] == [(0, 0.0), (1, 0.2)]
    assert frames[0].image is BRIGHT
    with pytest.raises(SettingError, match="expected only rate"):
        Pipeline().process([BRIGHT], seconds=1.0)


@pytest.mark.parametrize("keyword", [{"rate": -1.0}, {"topic": "/image"}])
def test_source_settings_are_checked(keyword: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=next(iter(keyword))):
        Pipeline().process("simulation", **keyword)


def test_a_missing_file_is_refused_at_once() -> None:
    with pytest.raises(SourceError, match="nowhere"):
        Pipeline().process("nowhere.mp4")


def test_a_number_is_a_webcam(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(sources, "open_source", lambda settings: opened.append(settings.source))
    Pipeline().process(3)
    assert opened == ["3"]


def test_detections_of_a_source_replace_the_detector() -> None:
    detections = fakes.Detector(PipelineSettings())(BRIGHT)
    source = [SourceFrame(7, 0.5, BRIGHT, people=detections)]
    (frame,) = Pipeline(detect=False).process(source)
    assert (frame.index, frame.stamp, len(frame.people)) == (7, 0.5, 1)


def test_frames_and_people_print_readably() -> None:
    frame = Pipeline()(BRIGHT, 1.0)
    (person,) = frame.people
    assert isinstance(person, Person)
    assert str(frame) == (
        "frame 0 at 1.000 s, 64x48 px\n"
        "  person 0: waving_left (0.75); 24 of 25 joints of body_25, box (1, 2) to (43, 44) px; "
        "17 of 17 joints of human36m_17, mid_hip at (0.00, 0.00, 3.00) m"
    )
    assert repr(frame) == "<Frame 0 at 1.000 s: person 0 waving_left>"
    assert repr(person) == f"<{person}>"
    assert "array" not in repr(person)
    np.testing.assert_array_equal(person.box, person.keypoints.box())
    assert "no people" in str(Pipeline()(0 * BRIGHT))
