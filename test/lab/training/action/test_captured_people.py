"""People of motion capture: their labels and split, excerpts, and figures before a camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvh_files import write_bvh
from bvh_person import body, by, values
from mocap_files import write_mocap
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.datasets.simulated import person_joints
from pose_action_ros.lab.training.action.captured_people import (
    CAPTURE_SECONDS,
    excerpt,
    posed_excerpt,
    read_people,
)
from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.simulation import FIGURE, Script
from properties import examples

RATE = 30.0


def capture(action: str, seconds: float, subject: str = "one") -> Capture:
    """A recording like those of a motion capture system."""
    script = Script.random(np.random.default_rng(0), [action], seconds)
    joints = person_joints(script.joints(np.arange(0, seconds, 1 / RATE)))
    return Capture(action, subject, action, joints, RATE, np.ones(len(PERSON), np.bool_))


RECORDINGS = (capture("walking", 3.0), capture("bowing", 12.0))


@examples(20)
@given(seed=st.integers(0, 10_000))
def test_excerpts_are_parts_of_recordings(seed: int) -> None:
    part = excerpt(RECORDINGS, np.random.default_rng(seed))
    whole = next(one for one in RECORDINGS if one.action == part.action)
    assert len(part.joints) == min(len(whole.joints), CAPTURE_SECONDS * RATE)
    same = np.isclose(whole.joints[:, 0], part.joints[0, 0]).all(axis=-1)
    assert same.any()


@examples(10)
@given(seed=st.integers(0, 10_000))
def test_people_begin_at_the_origin_with_the_heading_of_the_view(seed: int) -> None:
    rng = np.random.default_rng(seed)
    view = random_view(rng, 1.7)
    stamps = np.arange(0, 2.9, 0.1)
    body, figure = posed_excerpt(RECORDINGS[seed % 2], stamps, view, rng)
    joints = figure.joints
    assert joints.shape == (len(stamps), len(FIGURE), 3)
    assert joints[0, FIGURE.index("mid_hip"), :2] == pytest.approx(0, abs=1e-9)
    across = joints[0, FIGURE.index("left_hip")] - joints[0, FIGURE.index("right_hip")]
    ahead = np.arctan2(-across[0], across[1])
    assert abs(np.angle(np.exp(1j * (ahead - view.heading)))) < np.radians(35)
    ankles = joints[:, [FIGURE.index("left_ankle"), FIGURE.index("right_ankle")], 2]
    assert 0 < ankles.min() < 0.2
    assert 0.8 < body.height < 2.3


def test_recordings_are_split_by_subject_and_ambiguous_ones_are_omitted(tmp_path: Path) -> None:
    path = write_mocap(
        tmp_path / "some.npz",
        names=["a", "a", "a"],
        subjects=["one", "two", "three"],
        labels=["walking", "running", "ambiguous"],
        descriptions=["a walk", "a run", "a riddle"],
    )
    parts = read_people(str(path), "two", "")
    assert [one.action for one in parts["train"]] == ["walking"]
    assert [one.action for one in parts["validation"]] == ["running"]
    assert parts["test"] == ()
    with pytest.raises(SettingError, match="four"):
        read_people(str(path), "", "four")


def test_files_without_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_people(str(tmp_path / "none.npz"), "", "")
    assert all(not some for some in read_people("", "", "").values())


def test_people_in_a_folder_of_bvh_files_do_none_of_the_actions(tmp_path: Path) -> None:
    for subject in ("ada", "bob"):
        folder = tmp_path / "dances" / subject
        folder.mkdir(parents=True)
        write_bvh(folder / "walking.bvh", body(by("unity")), values(2))
    parts = read_people(str(tmp_path / "dances"), "", "bob")
    named = {part: [(one.subject, one.action) for one in some] for part, some in parts.items()}
    assert named == {"train": [("ada", "other")], "validation": [], "test": [("bob", "other")]}
