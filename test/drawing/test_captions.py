"""Captions: the newest and most likely valid answer about each person."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.drawing.captions import HOLD, Captions


@dataclass
class Answer:
    """An answer."""

    person_ids: tuple[int, ...]
    label: str
    score: float


def test_answer_is_valid_until_the_next_or_for_a_time() -> None:
    captions = Captions()
    captions.add([Answer((4,), "waving", 0.9), Answer((5,), "bowing", 0.75)], 10.0)
    assert captions.at(10.5) == {4: "waving 0.90", 5: "bowing 0.75"}
    captions.add([Answer((4,), "standing", 0.6)], 10.6)
    assert captions.at(10.6) == {4: "standing 0.60", 5: "bowing 0.75"}
    assert captions.at(10.0 + HOLD + 0.01) == {4: "standing 0.60"}
    assert captions.at(12.0) == {}
    assert captions._answers == {}


def test_both_people_of_a_pair_have_the_answer() -> None:
    captions = Captions()
    captions.add([Answer((1, 2), "hugging", 0.8)], 0.0)
    assert captions.at(0.0) == {1: "hugging 0.80", 2: "hugging 0.80"}


def test_most_likely_answer_of_several_pairs_counts() -> None:
    answers = [
        Answer((1, 2), "hugging", 0.8),
        Answer((2, 3), "unknown", 0.4),
        Answer((1, 3), "kicking", 0.9),
    ]
    for ordered in (answers, answers[::-1]):
        captions = Captions()
        captions.add(ordered, 0.0)
        assert captions.at(0.1) == {1: "kicking 0.90", 2: "hugging 0.80", 3: "kicking 0.90"}


def test_answers_are_dropped_when_time_jumps_back() -> None:
    captions = Captions()
    captions.add([Answer((1,), "waving", 0.9)], 100.0)
    assert captions.at(3.0) == {}
