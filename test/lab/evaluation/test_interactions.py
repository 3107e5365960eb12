"""Judging the model of interactions on recorded and rendered pairs."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.lab.evaluation.interactions import (
    PairAnswers,
    SequenceAnswer,
    pair_poses,
    pairs_table,
    recorded_table,
)
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.skeletons import SBU_15


def test_joints_of_the_data_set_get_their_places() -> None:
    points = np.random.default_rng(0).normal(0, 1, (3, 2, len(SBU_15), 3))
    sequence = ActionSequence("s01s02/01/001", points, 0, ("s01", "s02"), 15.0)
    one, other = pair_poses(sequence)[1]
    assert (one.person_id, other.person_id) == (1, 2)
    assert one.placed
    assert other.placed
    same = {"left_wrist": "left_hand", "right_ankle": "right_foot", "nose": "head", "neck": "neck"}
    for ours, theirs in same.items():
        np.testing.assert_array_equal(one[ours][:3], points[1, 0, SBU_15.index(theirs)])
    hips = [SBU_15.index(f"{side}_hip") for side in ("left", "right")]
    np.testing.assert_allclose(other["mid_hip"][:3], points[1, 1, hips].mean(axis=0))
    assert one["head_top"].score == 0


def test_a_table_of_recorded_sequences_counts_right_and_unknown() -> None:
    answers = [
        SequenceAnswer("a", 1, "hugging", "hugging", "hugging"),
        SequenceAnswer("b", 1, "hugging", "pushing", UNKNOWN),
    ]
    rows = {row[0]: row for row in recorded_table(answers).rows}
    assert rows["hugging"] == ("hugging", "2", "50.0", "50.0", "50.0", "pushing 1")
    assert rows["all"][:3] == ("all", "2", "50.0")


@pytest.mark.parametrize(("stamp", "delay"), [(1.2, 0.2), (2.9, 1.9), (3.5, None), (0.5, None)])
def test_an_interaction_counts_from_its_start_to_a_second_after_its_end(
    stamp: float, delay: float | None
) -> None:
    one = PairAnswers("hugging", 1.0, 2.0, [(stamp, "hugging")], quiet=[], wrong=[])
    assert one.delay == (None if delay is None else pytest.approx(delay))


def test_a_table_of_rendered_pairs_has_false_answers_of_quiet_pairs() -> None:
    results = [
        PairAnswers("hugging", 1.0, 2.0, [(1.5, "hugging")], quiet=[UNKNOWN], wrong=["kicking"]),
        PairAnswers(UNKNOWN, 0.0, 4.0, [], quiet=["kicking", *[UNKNOWN] * 3], wrong=[]),
    ]
    rows = {row[0]: row for row in pairs_table(results).rows}
    assert rows["hugging"][1:5] == ("1", "100.0", "0.50", "0.0")
    assert rows["all"][1:3] == ("1", "100.0")
    assert rows[UNKNOWN][4] == "25.0"
    assert rows[UNKNOWN][5] == "kicking 1"
