"""The streaming form: whatever comes, its image is that of the batch form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.recognition import SpmfSettings, SpmfStream
from pose_action_ros.recognition.enhanced_spmf import enhanced_spmf

Array = npt.NDArray[np.float64]
CHOICES = SpmfSettings(frames=12, joints="left_wrist right_wrist nose left_hip mid_hip")


def walk(frames: int, missing: float, rng: np.random.Generator, joints: int = 17) -> Array:
    """(frames, J, 3) joints that wander, some missing."""
    points = rng.normal(0, 0.5, (joints, 3)) + rng.normal(0, 0.03, (frames, joints, 3)).cumsum(0)
    points[rng.random((frames, joints)) < missing] = np.nan
    return np.asarray(points)


@st.composite
def choices(draw: st.DrawFn) -> SpmfSettings:
    """Any settings that go together."""
    frames = draw(st.integers(5, 20))
    return SpmfSettings(
        colours=draw(st.sampled_from(["jet", "level"])),
        frames=frames,
        people=draw(st.integers(1, 2)),
        joints=CHOICES.joints,
        smoothing=draw(st.sampled_from([1, 3, 5])),
        smoothing_order=draw(st.integers(0, 3)),
        body_view=draw(st.booleans()),
        reach=draw(st.sampled_from([0.0, 1.6])),
        own_reach=draw(st.sampled_from([0.0, 0.1])),
        height=draw(st.sampled_from([0, 22, 32])),
        width=draw(st.sampled_from([0, 7, 32])),
        clip_limit=draw(st.sampled_from([0.0, 2.0])),
        tiles=draw(st.integers(1, 4)),
    )


@given(choices(), st.sampled_from([0.0, 0.05, 0.5]), st.integers(0, 2**32 - 1))
def test_every_image_is_that_of_the_newest_window(
    chosen: SpmfSettings, missing: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    points = walk(3 * chosen.frames, missing, rng, chosen.poses[0])
    unseen = np.full((chosen.frames, *chosen.poses), np.nan)
    history = np.concatenate([unseen, points])
    stream = SpmfStream(chosen)
    for count, pose in enumerate(points, start=1):
        stream.push(pose)
        if rng.random() < 0.6:  # images are not wanted after every pose
            window = history[count : count + chosen.frames]
            difference = stream.image().astype(int) - enhanced_spmf(window, chosen)
            # Rounding is one grey level; the equalisation multiplies it by up to the clip limit.
            equalised = chosen.clip_limit if chosen.colours == "jet" else 0
            assert np.abs(difference).max() <= 1 + equalised


@pytest.mark.parametrize("colours", ["jet", "level"])
def test_before_the_first_pose_and_without_joints_the_image_is_black(colours: str) -> None:
    stream = SpmfStream(replace(CHOICES, colours=colours))
    assert not stream.image().any()
    stream.push(np.full((17, 3), np.nan))
    assert not stream.image().any()


def test_a_second_call_gives_the_same_image() -> None:
    stream = SpmfStream(CHOICES)
    for pose in walk(20, 0.1, np.random.default_rng(1)):
        stream.push(pose)
    assert (stream.image() == stream.image()).all()


def test_occasional_images_equal_those_of_the_window() -> None:
    """However many poses come between them, and wherever the tables are moved."""
    points = walk(300, 0.01, np.random.default_rng(3))
    for every in (2, 7, 40):
        stream = SpmfStream(CHOICES)
        for count, pose in enumerate(points, start=1):
            stream.push(pose)
            if count >= 12 and count % every == 0:
                expected = enhanced_spmf(points[count - 12 : count], CHOICES)
                assert np.abs(stream.image().astype(int) - expected).max() <= 1


def test_the_pose_is_copied() -> None:
    stream, other = SpmfStream(CHOICES), SpmfStream(CHOICES)
    shared = np.zeros((17, 3))
    for pose in walk(20, 0.1, np.random.default_rng(1)):
        shared[:] = pose
        stream.push(shared)
        other.push(pose)
    assert (stream.image() == other.image()).all()


def test_poses_and_settings_that_do_not_fit() -> None:
    with pytest.raises(InputError, match=r"pose of \(16, 3\)"):
        SpmfStream(CHOICES).push(np.zeros((16, 3)))
    with pytest.raises(InputError, match="odd number"):
        SpmfStream(replace(CHOICES, smoothing=2))
