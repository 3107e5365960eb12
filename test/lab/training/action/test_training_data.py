"""Data of the action model: numbers of labels, mirrored labels, shares of the sources."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pose_action_ros.lab.training.action.data import TrainingData, mirrored_labels
from pose_action_ros.lab.training.action.settings import KINDS, ActionData
from pose_action_ros.lab.training.action.visible import NO_ACTION
from pose_action_ros.lab.training.action.windows import NO_MIRROR, OMITTED, PAUSED
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.simulation import ACTIONS


def test_mirrored_labels_swap_left_and_right() -> None:
    labels = ("waving_left", "bowing", "waving_right", "left_kick")
    assert mirrored_labels(labels).tolist() == [2, 1, 0, NO_MIRROR]
    swapped = mirrored_labels()
    assert (swapped[swapped] == np.arange(len(ACTIONS))).all()


def test_names_have_the_numbers_of_their_classes(tmp_path: Path) -> None:
    choices = ActionData(gestures=2)
    data = TrainingData(choices, SpmfSettings(), tmp_path, ("a", "b", "standing"), ("b",))
    names = ("a", "b", "standing", "gesture_0", "gesture_1", "gesture_2", "unknown", "nodding")
    expected = [0, OMITTED, 2, 3, 4, NO_ACTION, PAUSED, NO_ACTION]
    assert [data.number(name) for name in names] == expected


def test_sources_have_the_shares_of_their_kinds_and_only_those_with_people(tmp_path: Path) -> None:
    choices = ActionData(
        simulated_actions=2,
        simulated_others=0,
        simulated_gestures=1,
        simulated_idle=0,
        simulated_captured=0,
        simulated_each=1,
        gestures=2,
    )
    sources = TrainingData(choices, SpmfSettings(), tmp_path).sources(KINDS)
    assert list(sources.values()) == [choices.actions_share, choices.gestures_share]
    actions, gestures = sources
    assert set(actions.truth.tolist()) <= {NO_ACTION, *range(len(ACTIONS))}
    assert gestures.truth.max() >= len(ACTIONS)


def test_mirrored_labels_without_the_other_side() -> None:
    labels = ("nodding", "turning_left", "turning_right", "left_step")
    assert mirrored_labels(labels).tolist() == [0, 2, 1, NO_MIRROR]
    assert sorted(mirrored_labels(ACTIONS)) == list(range(len(ACTIONS)))
