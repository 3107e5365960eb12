import numpy as np
import pytest

from pose_action_ros.errors import SettingError
from pose_action_ros.recognition.classifier import labels_of
from pose_action_ros.recognition.settings import RecogniserSettings
from pose_action_ros.sources import SourceSettings, open_source

SETTINGS = SourceSettings(seconds=0.3, rate=10.0, image_width=320, image_height=240, people=2)


def test_images_truth_and_camera_belong_together() -> None:
    source = open_source(SETTINGS)
    frames = list(source)
    assert len(frames) == source.length == 3
    camera = source.intrinsics
    assert camera is not None
    assert (camera.width, camera.height) == (320, 240)
    for frame in frames:
        assert frame.image.shape == (240, 320, 3)
        assert [person.person_id for person in frame.truth] == [0, 1]
        for person in frame.truth:
            pixels = camera.project(person.pose.points)
            joint = person.pose.skeleton.index("left_wrist")
            drawn = person.keypoints.points[person.keypoints.skeleton.index("left_wrist")]
            if np.isfinite(drawn).all():
                np.testing.assert_allclose(pixels[joint], drawn, atol=0.01)


def test_the_same_seed_gives_the_same_film() -> None:
    first, second = (list(open_source(SETTINGS)) for _ in range(2))
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.image, two.image)


def test_only_the_actions_asked_for() -> None:
    settings = SourceSettings(
        seconds=2.0, rate=2.0, actions="bowing, clapping", image_width=64, image_height=64
    )
    labels = {person.action for frame in open_source(settings) for person in frame.truth}
    assert labels <= {"bowing", "clapping"}


def test_by_default_people_do_what_the_shipped_model_knows() -> None:
    known = set(labels_of(RecogniserSettings().action_model))
    settings = SourceSettings(
        seconds=60.0, rate=0.5, action_seconds=2.0, image_width=64, image_height=64
    )
    labels = {person.action for frame in open_source(settings) for person in frame.truth}
    assert len(labels & known) > 4
    # Ways between a seat or the floor and the next action have names of their own.
    assert labels - known <= {"standing_up", "sitting_down", "lying_down", "getting_up_from_floor"}


def test_unknown_actions_are_listed() -> None:
    with pytest.raises(SettingError, match=r"flying.*walking"):
        open_source(SourceSettings(actions="flying"))


def test_a_slow_reader_skips_images_and_time_goes_on() -> None:
    source = open_source(SETTINGS)
    stamps = []
    for frame in source:
        stamps.append(frame.stamp)
        assert source.skip_until(0.15)
    np.testing.assert_allclose(stamps, [0.0, 0.2])
