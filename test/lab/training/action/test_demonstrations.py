"""Demonstrations of labelled recordings: spans, windows, and recordings that are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hand_raising import BODY, take
from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action.demonstrations import demonstrations_of, windows_of
from pose_action_ros.labels import load_recordings
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recording import Recording
from pose_action_ros.skeletons import MSR_20


def kinect() -> PoseTrack:
    """A recording with another skeleton."""
    points = np.zeros((40, 20, 3))
    stamps = np.linspace(0, 2, 40)
    return PoseTrack(MSR_20, stamps, points, np.ones((40, 20)), "nodding", source="a.mp4")


def test_only_the_named_person_and_span_is_demonstrated(tmp_path: Path) -> None:
    still = replace(take("", seconds=6.0, person=1), points=np.repeat(BODY[None], 120, axis=0))
    Recording.from_tracks([take("", seconds=6.0), still]).save(tmp_path / "poses.npz")
    labels = tmp_path / "spans.csv"
    labels.write_text("recording,person,start,end,label\n.,1,2,4,standing_still\n")
    (demonstration,) = demonstrations_of(load_recordings(tmp_path, labels), SpmfSettings())
    poses = demonstration.poses
    assert (poses.stamps.min(), poses.stamps.max()) == pytest.approx((2.0, 4.0))
    assert poses.points == pytest.approx(np.repeat(BODY[None], len(poses.stamps), axis=0), abs=1e-5)
    labels.write_text("recording,person,start,end,label\n.,1,2,2.3,standing_still\n")
    with pytest.raises(InputError, match=r"person 1 in a\.mp4 from 2\.0 to 2\.\d s .*no 0\.5 s"):
        demonstrations_of(load_recordings(tmp_path, labels), SpmfSettings())


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (take(""), "has the label ''"),
        (take("unknown"), "has the label 'unknown'"),
        (kinect(), "'msr_20', which lacks nose"),
        (take("nodding", seconds=0.3), "no 0.5 s of poses"),
    ],
)
def test_unusable_recordings_are_named(recording: PoseTrack, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        demonstrations_of([recording], SpmfSettings())
    assert "a.mp4" in str(error.value)


def test_windows_end_while_the_action_is_performed() -> None:
    (demonstration,) = demonstrations_of([take("nodding", rests=(2.0, 3.0))], SpmfSettings())
    ends = [
        demonstration.poses.stamps[window.frame] for window in windows_of(demonstration.poses, 0, 4)
    ]
    assert 2.0 < min(ends) < 2.6
    assert 3.4 < max(ends) < 4.3
    assert {window.label for window in windows_of(demonstration.poses, 0, 4)} == {4}


def test_poses_before_a_span_lead_up_to_its_windows() -> None:
    whole = take("nodding", rests=(2.0, 0.0))
    led = replace(whole, begin=2.0)
    (demonstration,) = demonstrations_of([led], SpmfSettings())
    windows = windows_of(demonstration.poses, 0, 4)
    assert demonstration.poses.stamps[0] == whole.stamps[0]
    ends = [demonstration.poses.stamps[window.frame] for window in windows]
    assert 2.0 < min(ends) < 2.6
    cut = slice(np.searchsorted(whole.stamps, 2.0), None)
    parts = {name: getattr(whole, name)[cut] for name in ("stamps", "points", "scores")}
    (without,) = demonstrations_of([replace(whole, **parts)], SpmfSettings())
    assert len(windows_of(without.poses, 0, 4)) < len(windows)


def test_holding_a_posture_is_an_action() -> None:
    still = take("holding", seconds=3.0)
    points = np.repeat(still.points[:1], len(still), axis=0)
    (demonstration,) = demonstrations_of([replace(still, points=points)], SpmfSettings())
    ends = [
        demonstration.poses.stamps[window.frame] for window in windows_of(demonstration.poses, 0, 0)
    ]
    assert max(ends) > 2.7


def test_placed_and_relative_recordings_are_equivalent() -> None:
    pair = [take("nodding", placed=True), take("nodding")]
    placed, relative = demonstrations_of(pair, SpmfSettings())
    assert placed.poses.points == pytest.approx(relative.poses.points)
