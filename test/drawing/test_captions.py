"""Captions: the newest and most likely answer about each person, while it stands."""

from __future__ import annotations

from dataclasses import dataclass

from pose_action_ros.drawing.captions import HOLD, Captions


@dataclass
class Said:
    """An answer."""

    person_ids: tuple[int, ...]
    label: str
    score: float


def test_the_newest_answer_about_a_person_stands_until_the_next_or_for_a_time() -> None:
    captions = Captions()
    captions.add([Said((4,), "waving", 0.9), Said((5,), "bowing", 0.75)], 10.0)
    assert captions.at(10.5) == {4: "waving 0.90", 5: "bowing 0.75"}
    captions.add([Said((4,), "standing", 0.6)], 10.6)
    assert captions.at(10.6) == {4: "standing 0.60", 5: "bowing 0.75"}
    assert captions.at(10.0 + HOLD + 0.01) == {4: "standing 0.60"}
    assert captions.at(12.0) == {}
    assert captions._answers == {}


def test_both_of_a_pair_have_the_answer() -> None:
    captions = Captions()
    captions.add([Said((1, 2), "hugging", 0.8)], 0.0)
    assert captions.at(0.0) == {1: "hugging 0.80", 2: "hugging 0.80"}


def test_of_several_pairs_the_most_likely_answer_counts_in_any_order() -> None:
    said = [
        Said((1, 2), "hugging", 0.8),
        Said((2, 3), "unknown", 0.4),
        Said((1, 3), "kicking", 0.9),
    ]
    for answers in (said, said[::-1]):
        captions = Captions()
        captions.add(answers, 0.0)
        assert captions.at(0.1) == {1: "kicking 0.90", 2: "hugging 0.80", 3: "kicking 0.90"}


def test_after_time_jumps_back_old_answers_are_gone() -> None:
    captions = Captions()
    captions.add([Said((1,), "waving", 0.9)], 100.0)
    assert captions.at(3.0) == {}
