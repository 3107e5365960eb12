"""Scripts: order, labels, smooth transitions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.simulation import (
    ACTIONS,
    FIGURE,
    OTHERS,
    Body,
    Performance,
    Script,
    perform,
)
from pose_action_ros.simulation.channels import Array, Channels
from pose_action_ros.simulation.motions.states import LYING, SEATED, UPRIGHT, between, states_of
from pose_action_ros.simulation.performance import AFTER, UNNAMED
from pose_action_ros.simulation.script import linked

HIPS = FIGURE.index("mid_hip")
STATES = (UPRIGHT, SEATED, LYING)


@pytest.mark.parametrize("count", [4, pytest.param(60, marks=pytest.mark.exhaustive)])
def test_transitions_are_smooth(count: int) -> None:
    for seed in range(count):
        rng = np.random.default_rng(seed)
        script = Script.random(rng, rng.permutation(ACTIONS)[:5].tolist(), 2.0)
        joints = script.joints(np.arange(0, 11, 0.02))
        speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) / 0.02
        assert speed.max() < 25
        assert joints[..., 2].min() > -0.1  # fingers of people on the floor give way
        assert joints[:, HIPS, 2].min() > 0.05


def test_labels_follow_the_starts() -> None:
    rng, body = np.random.default_rng(0), Body()
    parts = [perform(label, rng, body) for label in ("standing", "bowing", "walking")]
    script = Script(parts, [0.0, 2.0, 5.0])
    labels = [script.label_at(time) for time in (-1.0, 0.0, 1.99, 2.0, 4.9, 5.0, 100.0)]
    assert labels == ["standing"] * 3 + ["bowing"] * 2 + ["walking"] * 2


def _with_phases(label: str, body: Body) -> Performance:
    """Label holds for a second, then is paused for a second, then has led to the state after it."""

    def motion(times: Array) -> Channels:
        pose = Channels.zeros(len(times))
        pose["phase"] = np.clip(np.floor(times), 0, 2)
        return pose

    return Performance(label, body, motion)


@pytest.mark.parametrize("label", ["clapping", *AFTER])
def test_labels_follow_the_phase(label: str) -> None:
    labels = _with_phases(label, Body()).labels([0.0, 0.9, 1.1, 1.9, 2.1, 50.0])
    after = AFTER.get(label, label)
    assert labels == [label, label, UNNAMED, UNNAMED, after, after]


def test_labels_of_a_script_are_those_of_its_parts() -> None:
    body = Body()
    parts = [_with_phases(label, body) for label in ("clapping", "falling")]
    script = Script(parts, [0.0, 3.0])
    labels = script.labels([0.5, 1.5, 2.5, 2.99, 3.0, 4.5, 5.5])
    assert labels == ["clapping", UNNAMED, "clapping", "clapping", "falling", UNNAMED, "lying"]


@pytest.mark.parametrize("seed", range(3))
def test_labels_of_a_script_are_those_played_or_unnamed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    script = Script.random(rng, rng.permutation(ACTIONS)[:12].tolist(), 3.0)
    times = np.arange(0, float(script.starts[-1]) + 3.0, 0.1)
    for time, label in zip(times, script.labels(times), strict=True):
        played = script.label_at(time)
        part = script.parts[max(int(np.searchsorted(script.starts, time, side="right")) - 1, 0)]
        after = part.after or AFTER.get(played, played)
        assert label in (played, part.before, after)


def test_random_script_contains_all_actions() -> None:
    script = Script.random(np.random.default_rng(1), ACTIONS, 3.0)
    labels = {part.label for part in script.parts}
    assert labels >= set(ACTIONS)
    assert labels <= {*ACTIONS, *OTHERS}


def test_movements_between_states_are_added_where_they_lack() -> None:
    order = ["standing", "lying", "sitting", "standing_up", "walking", "falling", "lying", "bowing"]
    rng = np.random.default_rng(0)
    parts = linked([perform(label, rng, Body()) for label in order], rng)
    assert [part.label for part in parts] == [
        *("standing", "lying_down", "lying", "getting_up_from_floor", "sitting_down", "sitting"),
        *("standing_up", "walking", "falling", "lying", "getting_up_from_floor", "bowing"),
    ]
    assert linked([], rng) == []


@pytest.mark.parametrize("seed", range(4))
def test_performances_begin_where_the_one_before_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation([*ACTIONS, *OTHERS])[:12].tolist()
    parts = linked([perform(label, rng, Body()) for label in order], rng)
    states = [states_of(part.label, bool(part.furniture)) for part in parts]
    for (_, end), (begin, _) in pairwise(states):
        assert end == begin
    rest = iter([part.label for part in parts])
    assert all(label in rest for label in order)  # in this order
    assert not any(part.furniture for part in parts[1:] if part.label == "lying")


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_movements_between_states_end_in_the_other_state(before: str, after: str) -> None:
    state = before
    for label in between(before, after):
        assert states_of(label, furnished=False)[0] == state
        state = states_of(label, furnished=False)[1]
    assert state == after


def test_furniture_is_there_during_its_part() -> None:
    script = Script.random(np.random.default_rng(3), ["standing", "sitting"], 3.0)
    assert not script.furniture_at(0.0)
    assert script.furniture_at(100.0) == script.furniture


def test_a_person_lies_where_the_fall_ended_with_the_head_there() -> None:
    for seed in range(4):
        script = Script.random(np.random.default_rng(seed), ["falling", "lying"], 5.0)
        fallen, lying = script.joints([script.starts[1] - 0.7, script.starts[1] + 0.7])
        assert np.linalg.norm((lying - fallen)[HIPS]) < 0.35
        spines = [pose[FIGURE.index("neck")] - pose[HIPS] for pose in (fallen, lying)]
        ahead = [spine[:2] / np.linalg.norm(spine[:2]) for spine in spines]
        if script.parts[0].after == "lying":
            assert ahead[0] @ ahead[1] > 0.5


def test_pose_at_a_time_does_not_depend_on_other_times() -> None:
    script = Script.random(np.random.default_rng(2), ["walking", "bowing", "jumping"], 2.0)
    times = np.arange(0, 7, 0.1)
    whole = script.joints(times)
    for index in (33, 5, 69, 20):
        assert np.allclose(script.joints([times[index]])[0], whole[index], atol=1e-12)


def test_the_same_seed_gives_the_same_script() -> None:
    scripts = [Script.random(np.random.default_rng(9), ACTIONS[::4], 1.0) for _ in range(2)]
    assert scripts[0].body == scripts[1].body
    first, second = (script.joints([0.5, 3.0, 11.0]) for script in scripts)
    assert np.array_equal(first, second)


def test_script_begins_at_its_position_and_heading() -> None:
    body = Body()
    part = perform("standing", np.random.default_rng(4), body)
    here = Script([part], [0.0]).joints([1.0])[0]
    there = Script([part], [0.0], position=(2.0, -1.0), heading=np.pi / 2).joints([1.0])[0]
    turned = np.stack([-here[:, 1] + 2.0, here[:, 0] - 1.0, here[:, 2]], axis=1)
    assert np.allclose(there, turned, atol=1e-9)


def test_next_action_begins_at_the_end_of_the_walk_with_the_first_heading() -> None:
    rng, body = np.random.default_rng(0), Body()
    walks = (perform("walking", np.random.default_rng(seed), body) for seed in range(50))
    walk = next(p for p in walks if np.linalg.norm(p.joints([3.0])[0, HIPS, :2]) > 0.5)
    script = Script([walk, perform("bowing", rng, body)], [0.0, 3.0])
    before, after = script.joints([2.3, 4.5])
    assert np.linalg.norm(after[HIPS, :2] - before[HIPS, :2]) < 1.2
    across = after[FIGURE.index("left_hip")] - after[FIGURE.index("right_hip")]
    assert across[1] > 0.9 * np.linalg.norm(across)


@pytest.mark.parametrize("starts", [[1.0, 2.0], [0.0, 0.2], [0.0], [0.0, np.nan]])
def test_invalid_starts_are_errors(starts: list[float]) -> None:
    rng, body = np.random.default_rng(0), Body()
    parts = [perform("standing", rng, body), perform("bowing", rng, body)]
    with pytest.raises(InputError, match="expected"):
        Script(parts, starts)


@pytest.mark.parametrize("seed", range(4))
def test_after_a_turn_the_next_action_faces_the_new_way(seed: int) -> None:
    rng, body = np.random.default_rng(seed), Body()
    turn = perform("turning_round", rng, body)
    script = Script([turn, perform("bowing", rng, body), perform("standing", rng, body)], [0, 3, 6])
    reached = turn.channels([3.0])["yaw"][0]
    heading = script.channels([5.0, 8.0])["yaw"]
    assert np.abs(heading - reached).max() < 40
    rate = np.abs(np.diff(script.channels(np.arange(2.7, 3.4, 0.02))["yaw"])) / 0.02
    assert rate.max() < 500
