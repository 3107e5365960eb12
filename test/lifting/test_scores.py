"""Scores of 3D joints say what was seen and what was inferred."""

from __future__ import annotations

import numpy as np
import pytest

from pose_action_ros.lifting.scores import INFERRED, given_joints, joint_scores
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17


def test_seen_joints_keep_the_detectors_score() -> None:
    scores = np.linspace(0.4, 1, 18)[None]
    lifted = joint_scores(scores)[0]
    for name in ("nose", "left_wrist", "right_ankle"):
        assert lifted[HUMAN36M_17.index(name)] == scores[0, COCO_18.index(name)]


def test_the_hips_middle_is_as_sure_as_the_less_sure_hip() -> None:
    scores = np.ones((1, 18))
    scores[0, COCO_18.index("left_hip")] = 0.4
    lifted = joint_scores(scores)[0]
    assert lifted[HUMAN36M_17.index("mid_hip")] == pytest.approx(0.4)
    assert lifted[HUMAN36M_17.index("spine")] == pytest.approx(0.4)


def test_inferred_joints_have_a_low_score() -> None:
    scores = np.full((1, 18), 0.8)
    scores[0, COCO_18.index("left_ankle")] = 0.0
    lifted, given = joint_scores(scores)[0], given_joints(scores)[0]
    ankle = HUMAN36M_17.index("left_ankle")
    assert lifted[ankle] == pytest.approx(0.8 * INFERRED)
    assert not given[ankle]
    assert given.sum() == 16


def test_nobody_seen_has_no_scores() -> None:
    assert not joint_scores(np.zeros((1, 18))).any()
