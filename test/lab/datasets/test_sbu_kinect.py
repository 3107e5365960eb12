"""SBU Kinect Interaction in its files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_files import optical_people, write_rows, write_sbu
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.sbu_kinect import (
    FOLDS,
    LABELS,
    fold_of,
    read_sbu_kinect,
    read_sequence,
)
from pose_action_ros.lab.datasets.sequences import ActionSequence, bone_lengths
from pose_action_ros.skeletons import SBU_15
from shared_data import shared

Array = npt.NDArray[np.float64]

NAME = "s03s04/05/002"


def people(seed: int = 0, frames: int = 3) -> Array:
    return optical_people(seed, frames, 2, 15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two frames of each pair's first three takes of each action."""
    place = tmp_path_factory.mktemp("sbu") / "data"
    for pair in frozenset.union(*FOLDS):
        for action in range(1, 9):
            for take in (1, 2, 3):
                write_sbu(place, f"{pair}/{action:02}/{take:03}", people(action, 2))
    return place


@pytest.fixture(scope="module")
def real() -> list[ActionSequence]:
    return read_sbu_kinect(shared("data/sbu_kinect"))


@given(st.integers(0, 2**32 - 1))
def test_written_files_read_back(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    points = people(seed, 1 + seed % 5 + 1)
    one = read_sequence(write_sbu(tmp_path_factory.mktemp("one"), NAME, points))
    np.testing.assert_allclose(one.points, points, atol=1e-9)
    assert (one.name, one.label, one.subjects, one.rate) == (NAME, 4, ("s03", "s04"), 15.0)
    assert fold_of(one) == 0


def test_folds_are_those_of_the_protocol(folder: Path) -> None:
    sequences = read_sbu_kinect(folder)
    assert len(sequences) == 282
    counts = Counter(fold_of(one) for one in sequences)
    assert [counts[fold] for fold in range(5)] == [55, 52, 56, 54, 65]
    assert sum(len(fold) for fold in FOLDS) == len(frozenset.union(*FOLDS)) == 21
    assert {one.label for one in sequences} == set(range(len(LABELS)))
    assert [one.name for one in read_sbu_kinect(folder.parent)] == [one.name for one in sequences]


def test_missing_joints_are_interpolated(tmp_path: Path) -> None:
    points = people(frames=1) + 0.02 * np.arange(6)[:, None, None, None]
    broken = points.copy()
    broken[2:4, 1], broken[3, 0, 5] = np.nan, np.nan
    one = read_sequence(write_sbu(tmp_path, NAME, broken))
    np.testing.assert_allclose(one.points, points, atol=1e-9)


def test_a_pair_without_a_fold_is_refused() -> None:
    one = ActionSequence("s08s09/01/001", people(), 0, ("s08", "s09"), 15.0)
    with pytest.raises(InputError, match=r"s08s09/01/001: s08s09 is in no fold .* one of s01s02"):
        fold_of(one)


def test_missing_sequences_are_refused(tmp_path: Path) -> None:
    write_sbu(tmp_path, "s01s02/01/001", people())
    with pytest.raises(
        InputError, match=r"lacks 281 of 282 sequences: s01s02/01/002, s01s02/02/001, .*, ...;"
    ):
        read_sbu_kinect(tmp_path)


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="expected the folder of SBU Kinect Interaction"):
            read_sbu_kinect(place)


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    write_sbu(tmp_path / "take", "s01s02/01/first", people())
    with pytest.raises(InputError, match=r"first\S*: expected it as s01s02/01/001"):
        read_sbu_kinect(tmp_path / "take")
    write_sbu(tmp_path / "label", "s01s02/09/001", people())
    with pytest.raises(InputError, match=r"s01s02/09/001\S*: got action 09, expected 01 to 08"):
        read_sbu_kinect(tmp_path / "label")


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_sbu(tmp_path, NAME, people())
    text = path.read_text()
    rows = text.splitlines(keepends=True)
    one_person = ",".join(["1"] + ["0"] * 45 + ["0.5"] * 45) + "\n"
    for damaged, message in {
        text[: len(text) - 60]: "values in row 3, expected 91; it may be cut off",
        rows[0]: "got 1 frames, expected 2 or more",
        one_person * 3: "without a single joint",
        rows[0] + rows[1].replace(",", ",nan,", 1).rpartition(",")[0]: "got another one in row 2",
        rows[0].replace(",", ",x,", 1).rpartition(",")[0]: "expected numbers, could not convert",
    }.items():
        path.write_text(damaged)
        with pytest.raises(InputError, match=message) as caught:
            read_sequence(path)
        assert str(path) in str(caught.value)


def test_twenty_joints_are_refused(tmp_path: Path) -> None:
    path = write_rows(tmp_path / NAME / "skeleton_pos.txt", np.ones((2, 121)), ",")
    with pytest.raises(InputError, match="got 121 values in row 1, expected 91"):
        read_sequence(path)


def test_real_folds_have_their_sizes(real: list[ActionSequence]) -> None:
    counts = Counter(fold_of(one) for one in real)
    assert [counts[fold] for fold in range(5)] == [55, 52, 56, 54, 65]


def test_real_bones_keep_their_lengths_while_people_turn(real: list[ActionSequence]) -> None:
    neck, shoulder = SBU_15.index("neck"), SBU_15.index("left_shoulder")
    spread = []
    for one in real:
        length = np.linalg.norm(one.points[:, :, neck] - one.points[:, :, shoulder], axis=-1)
        spread.append(length.std(axis=0) / length.mean(axis=0))
    assert np.median(spread) < 0.005


def test_real_bones_are_those_of_adults(real: list[ActionSequence]) -> None:
    lengths = dict(zip(SBU_15.joints, bone_lengths(real, SBU_15), strict=True))
    for side in ("left", "right"):
        assert 0.37 < lengths[f"{side}_knee"] < 0.47
        assert 0.37 < lengths[f"{side}_foot"] < 0.47
        assert 0.24 < lengths[f"{side}_elbow"] < 0.34
        assert 0.24 < lengths[f"{side}_hand"] < 0.34


def test_real_people_stand_upright_and_shake_right_hands(real: list[ActionSequence]) -> None:
    head, torso, foot = (SBU_15.index(name) for name in ("head", "torso", "left_foot"))
    for one in real:
        height = one.points[..., 1].mean(axis=0)
        assert (height[:, head] < height[:, torso]).all()
        assert (height[:, torso] < height[:, foot]).all()
    hand = SBU_15.index("right_hand")
    between = [
        np.linalg.norm(one.points[:, 0, hand] - one.points[:, 1, hand], axis=-1).min()
        for one in real
        if LABELS[one.label] == "shaking_hands"
    ]
    assert np.median(between) < 0.1
