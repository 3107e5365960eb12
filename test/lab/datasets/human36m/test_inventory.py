"""Names of the missing parts of a copy of Human3.6M."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pose_action_ros.lab.datasets.human36m.cameras import published_cameras
from pose_action_ros.lab.datasets.human36m.inventory import inventoried
from pose_action_ros.lab.datasets.human36m.recordings import ACTIONS, CameraRecording, view

WORLD = np.ones((1, 17, 3))
DETECTED = np.zeros((1, 16, 2))


def whole(*subjects: int) -> Iterator[CameraRecording]:
    """All recordings of the subjects."""
    for subject in subjects:
        for action in ACTIONS:
            for sequence in (action, f"{action} 1"):
                for camera in published_cameras()[subject].values():
                    yield view(subject, sequence, camera, WORLD, DETECTED)


def warning(recordings: list[CameraRecording], caplog: pytest.LogCaptureFixture) -> str:
    """Text of the only warning."""
    passed = list(inventoried(iter(recordings), detections=True))
    assert passed == recordings
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "\n" not in record.getMessage()
    return record.getMessage()


def test_whole_set_gives_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert len(list(inventoried(whole(1), detections=True))) == 15 * 2 * 4
    assert not caplog.records


def test_missing_sequences_and_cameras_are_named(caplog: pytest.LogCaptureFixture) -> None:
    found = [
        one
        for one in whole(5, 6)
        if one.sequence != "Eating 1"
        and one.action != "Posing"
        and (one.subject, one.sequence, one.camera.name) != (6, "Walking", "54138969")
    ]
    text = warning(found, caplog)
    assert "S5: Eating (1 of 2 sequences), Posing (2 of 2 sequences); S6: " in text
    assert text.endswith("Walking (1 of 4 cameras)")


def test_subjects_that_miss_the_same_are_named_together(caplog: pytest.LogCaptureFixture) -> None:
    found = [one for one in whole(5, 6) if one.sequence != "Eating 1"]
    assert warning(found, caplog).endswith("are S5, S6: Eating (1 of 2 sequences)")


@pytest.mark.parametrize("left_out", ["54138969", ""])
def test_the_damaged_video_is_not_missing(left_out: str, caplog: pytest.LogCaptureFixture) -> None:
    found = [
        one
        for one in whole(11)
        if one.sequence != "Directions" or left_out not in ("", one.camera.name)
    ]
    assert list(inventoried(found, detections=True)) == found
    assert not caplog.records
