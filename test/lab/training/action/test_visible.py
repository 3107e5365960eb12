"""Labels that need joints become no action where these are missing most of the time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.visible import (
    HANDS,
    LEGS,
    NEEDS,
    NO_ACTION,
    Visible,
    needs_of,
)
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.simulation.motions import HANDS_NEEDED, HIPS_NEEDED, LEGS_NEEDED
from properties import examples

VISIBLE = Visible(ACTIONS)


def test_an_action_needs_one_part_at_most() -> None:
    assert not LEGS_NEEDED & HIPS_NEEDED
    assert not LEGS_NEEDED & HANDS_NEEDED
    assert not HIPS_NEEDED & HANDS_NEEDED
    assert "standing" not in LEGS_NEEDED | HIPS_NEEDED | HANDS_NEEDED


@examples(30)
@given(label=st.sampled_from(range(-1, len(ACTIONS) + 3)), frames=st.integers(1, 40))
def test_complete_windows_and_windows_without_poses_keep_their_label(
    label: int, frames: int
) -> None:
    for points in (np.zeros((frames, 17, 3)), np.full((frames, 17, 3), np.nan)):
        assert VISIBLE.label(points, label) == label


@pytest.mark.parametrize(("names", "rows", "most"), NEEDS)
@examples(30)
@given(lost=st.integers(0, 20), before=st.integers(0, 20))
def test_labels_change_where_most_of_their_joints_are_missing(
    names: frozenset[str], rows: list[int], most: float, lost: int, before: int
) -> None:
    points = np.zeros((20 + before, 17, 3))
    points[:before] = np.nan  # the track began later
    points[before : before + lost, rows] = np.nan
    for number, name in enumerate(ACTIONS):
        gone = name in names and lost / 20 > most
        assert VISIBLE.label(points, number) == (NO_ACTION if gone else number)


def test_one_missing_hand_or_missing_ankles_keep_the_label() -> None:
    points = np.zeros((8, 17, 3))
    points[:, [HANDS[0], LEGS[2], LEGS[3]]] = np.nan
    assert all(VISIBLE.label(points, number) == number for number in range(len(ACTIONS)))


def test_needs_of_a_card_are_those_of_training() -> None:
    needs = needs_of(["standing", "squatting", "bowing", "waving_left", "drawn_circle"])
    assert [one["labels"] for one in needs] == [["squatting"], ["bowing"], ["waving_left"]]
    assert needs[0]["joints"] == ["left_knee", "right_knee", "left_ankle", "right_ankle"]
    visible = Visible(["squatting"])
    for share in (0.4, 0.6):
        points = np.zeros((10, 17, 3))
        points[: round(10 * share), LEGS] = np.nan
        assert (visible.label(points, 0) == NO_ACTION) == (share > needs[0]["missing"])
    assert needs_of(["standing"]) == []
