"""MSR Action3D in its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_files import optical_people, write_msr, write_rows
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.kinect import spikes
from pose_action_ros.lab.datasets.msr_action3d import (
    LABELS,
    LEFT_OUT,
    SUBSETS,
    is_test,
    labels_of,
    read_msr_action3d,
    read_sequence,
)
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.skeletons import MSR_20
from shared_data import shared

Array = npt.NDArray[np.float64]

NAME = "a13_s02_e01"


def person(seed: int = 0, frames: int = 3) -> Array:
    return optical_people(seed, frames, 1, 20)[:, 0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two frames of each possible action, subject and take."""
    place = tmp_path_factory.mktemp("msr") / "skeletons"
    for action in range(1, 21):
        for subject in range(1, 11):
            for take in (1, 2, 3):
                write_msr(place, f"a{action:02}_s{subject:02}_e{take:02}", person(action, 2))
    return place


@pytest.fixture(scope="module")
def real() -> list[ActionSequence]:
    return read_msr_action3d(shared("data/msr_action3d"))


@given(st.integers(0, 2**32 - 1))
def test_written_files_read_back(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    points = person(seed, 1 + seed % 5 + 1)
    one = read_sequence(write_msr(tmp_path_factory.mktemp("one"), NAME, points))
    np.testing.assert_array_equal(one.points[:, 0], points)
    assert (one.name, one.label, one.subjects, one.rate) == (NAME, 12, ("s02",), 15.0)
    assert is_test(one)


@pytest.mark.parametrize(
    ("subset", "train", "test"),
    [("as1", 114, 105), ("as2", 116, 112), ("as3", 111, 111), ("all", 284, 273)],
)
def test_subsets_are_those_of_the_protocol(
    folder: Path, subset: str, train: int, test: int
) -> None:
    sequences = read_msr_action3d(folder, subset)
    tested = [is_test(one) for one in sequences]
    assert (len(tested) - sum(tested), sum(tested)) == (train, test)
    assert not {one.name for one in sequences} & set(LEFT_OUT)
    names = labels_of(subset)
    assert {one.label for one in sequences} == set(range(len(names)))
    for one in sequences:
        assert names[one.label] == LABELS[int(one.name[1:3]) - 1]


def test_subsets_name_their_actions() -> None:
    assert labels_of("as1")[:3] == ("horizontal_arm_wave", "hammer", "forward_punch")
    assert labels_of("all") == LABELS
    assert len(LABELS) == len(set(LABELS)) == 20
    assert set(SUBSETS["as1"] + SUBSETS["as2"] + SUBSETS["as3"]) == set(SUBSETS["all"])
    with pytest.raises(InputError, match=r"unknown subset 'as4' .* as1, as2, as3, all"):
        labels_of("as4")


def test_parent_folder_is_accepted(folder: Path) -> None:
    around = read_msr_action3d(folder.parent, "as3")
    within = read_msr_action3d(folder, "as3")
    assert [one.name for one in around] == [one.name for one in within]


def test_missing_joints_are_interpolated(tmp_path: Path) -> None:
    points = np.stack([person(frames=1)[0] + 0.02 * frame for frame in range(6)])
    broken = points.copy()
    broken[2:4] = np.nan
    one = read_sequence(write_msr(tmp_path, NAME, broken))
    np.testing.assert_allclose(one.points[:, 0], points)


def test_missing_sequences_are_refused(tmp_path: Path) -> None:
    write_msr(tmp_path, "a02_s01_e01", person())
    with pytest.raises(
        InputError, match=r"lacks 218 of 219 sequences: a02_s01_e02, a02_s01_e03, .*, ...;"
    ):
        read_msr_action3d(tmp_path, "as1")
    with pytest.raises(InputError, match=r"lacks 556 of 557 sequences: a01_s01_e01, a01"):
        read_msr_action3d(tmp_path)


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match=r"holds no .*_skeleton3D\.txt, expected the folder"):
            read_msr_action3d(place)


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    write_msr(tmp_path / "name", "action1", person())
    with pytest.raises(InputError, match=r"action1_skeleton3D\.txt: expected a name as a01_s01"):
        read_msr_action3d(tmp_path / "name")
    write_msr(tmp_path / "label", "a21_s01_e01", person())
    with pytest.raises(InputError, match=r"a21_s01_e01\S*: got action 21, expected 01 to 20"):
        read_msr_action3d(tmp_path / "label")


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_msr(tmp_path, NAME, person())
    text = path.read_text()
    rows = text.splitlines(keepends=True)
    for damaged, message in {
        "".join(rows[:-1]): "got 59 rows, expected 20 for each frame",
        "".join(rows[:45]): "got 45 rows, expected 20",
        text[: len(text) - 6]: "got 3 values in row 60, expected 4; it may be cut off",
        "".join(rows[:20]): "got 1 frames, expected 2 or more",
        "0 0 0 0\n" * 60: "without a single joint",
        "nan nan 1 1\n" + "".join(rows[1:]): "expected finite numbers, got another one in row 1",
        "a b c d\n" + "".join(rows[1:]): "expected numbers, could not convert string to float",
        "": "got an empty file, expected rows of 4 numbers",
    }.items():
        path.write_text(damaged)
        with pytest.raises(InputError, match=message) as caught:
            read_sequence(path)
        assert str(path) in str(caught.value)
    with pytest.raises(InputError, match=r"cannot read .*a01_s01_e01_skeleton3D\.txt"):
        read_sequence(tmp_path / "a01_s01_e01_skeleton3D.txt")


def test_fifteen_joints_are_refused(tmp_path: Path) -> None:
    path = write_rows(tmp_path / f"{NAME}_skeleton3D.txt", np.ones((15 * 2, 4)))
    with pytest.raises(InputError, match="got 30 rows, expected 20 for each frame"):
        read_sequence(path)


def test_the_real_sequences_are_those_of_the_published_list(real: list[ActionSequence]) -> None:
    listed = shared("data/msr_action3d/files_used_in_cvpr12_paper.txt").read_text().split()
    assert [one.name for one in real] == sorted(listed)


def test_real_people_stand_upright_before_the_camera(real: list[ActionSequence]) -> None:
    first = np.concatenate([one.points[0] for one in real])  # (557, 20, 3)
    at = {name: first[:, row] for row, name in enumerate(MSR_20.joints)}
    assert np.mean(at["head"][:, 1] < at["mid_hip"][:, 1]) > 0.99
    assert np.mean(at["mid_hip"][:, 1] < at["left_foot"][:, 1]) > 0.99
    assert np.mean(at["left_shoulder"][:, 0] > at["right_shoulder"][:, 0]) > 0.99
    assert np.mean(at["left_foot"][:, 2] < at["left_ankle"][:, 2]) > 0.9  # toes to the camera
    heights = at["left_foot"][:, 1] - at["head"][:, 1]
    assert 1.4 < np.median(heights) < 1.8


def test_one_arm_is_waved_with_the_right(real: list[ActionSequence]) -> None:
    right, left = MSR_20.index("right_wrist"), MSR_20.index("left_wrist")
    reach = [np.ptp(one.points[:, 0], axis=0).sum(axis=-1) for one in real if one.label == 0]
    assert np.mean([each[right] > each[left] for each in reach]) > 0.9


def test_real_sequences_are_repaired(real: list[ActionSequence]) -> None:
    for one in real:
        assert (one.points[..., 2] > 1).all()
        assert not spikes(one.points[:, 0]).any()
