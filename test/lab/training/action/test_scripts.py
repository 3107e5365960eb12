"""What people do: every label equally often, in order, before the camera, and named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.framing import random_view
from pose_action_ros.lab.training.action.scripts import (
    MOVEMENTS,
    SECONDS,
    STANDING,
    action_script,
    dealt,
    gesture_script,
    idle_script,
    label_of,
    other_script,
)
from pose_action_ros.simulation import ACTIONS, FIGURE, OTHERS, Body
from pose_action_ros.simulation.motions.postures import POSTURES
from properties import examples

HIPS = FIGURE.index("mid_hip")


@examples(40)
@given(
    names=st.integers(1, 9), count=st.integers(1, 4), people=st.integers(1, 30), seed=st.integers(0)
)
def test_all_labels_are_dealt_equally_often(names: int, count: int, people: int, seed: int) -> None:
    labels = [str(number) for number in range(names)]
    deals = [name for number in range(people) for name in dealt(labels, number, count, [seed])]
    counts = [deals.count(label) for label in labels]
    assert len(deals) == people * count
    assert max(counts) - min(counts) <= 1


@examples(20)
@given(seed=st.integers(0, 10_000))
def test_actions_follow_in_order_with_other_movements_between(seed: int) -> None:
    rng, body = np.random.default_rng(seed), Body()
    view = random_view(rng, body.height)
    labels = [str(label) for label in rng.choice(ACTIONS, 4)]
    script, length = action_script(rng, view, body, labels)
    played = [part.label for part in script.parts]
    between = {STANDING, *OTHERS, "standing_up", "sitting_down"}
    remaining = list(labels)
    for name in played:
        if remaining and name == remaining[0]:
            remaining.pop(0)
        else:
            assert name in between
    assert not remaining
    assert SECONDS[0] * len(played) <= length <= SECONDS[1] * len(played)
    assert script.starts[-1] < length


@examples(10)
@given(seed=st.integers(0, 10_000))
def test_people_begin_at_the_origin_and_stay_near_it(seed: int) -> None:
    rng, body = np.random.default_rng(seed), Body()
    view = random_view(rng, body.height)
    script, length = action_script(rng, view, body, ["walking", "waving_left"])
    ways = np.linalg.norm(script.joints(np.arange(0, length, 0.2))[:, HIPS, :2], axis=-1)
    assert ways.max() < view.room + 1.5


@pytest.mark.parametrize("name", dict.fromkeys(MOVEMENTS))
def test_each_other_movement_is_played(name: str) -> None:
    rng, body = np.random.default_rng(0), Body()
    script, length = other_script(rng, random_view(rng, body.height), body, [name])
    assert [part.label for part in script.parts] == [name]
    assert length > 0


def test_gestures_and_idle_people() -> None:
    rng, body = np.random.default_rng(0), Body()
    view = random_view(rng, body.height)
    script, _ = gesture_script(rng, view, body, ["gesture_1", "gesture_5"])
    assert [part.label for part in script.parts if part.label != STANDING] == [
        "gesture_1",
        "gesture_5",
    ]
    idle, length = idle_script(rng, view, body)
    assert [part.label for part in idle.parts] == [STANDING]
    assert length > 3


@pytest.mark.parametrize("name", [*ACTIONS, *OTHERS, *POSTURES])
def test_movements_have_the_label_of_an_action_or_their_own(name: str) -> None:
    label = label_of(name)
    assert label == name or (name in POSTURES and label in ACTIONS and name.startswith(label))
    assert label_of("crawling") == "crawling"
