"""What is written over people's heads: the newest answers about them, while they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

HOLD = 1.0
"""An answer stands until the person's next one, but not longer than this [s]."""


class Answer(Protocol):
    """What one person does, or two do together; an estimate and a message both are."""

    @property
    def person_ids(self) -> Sequence[int]:
        """One id, or two."""

    @property
    def label(self) -> str:
        """What is done."""

    @property
    def score(self) -> float:
        """Its probability."""


class Captions:
    """Remembers answers by whom they are about; safe to use from two threads."""

    def __init__(self) -> None:
        self._answers: dict[tuple[int, ...], tuple[float, Answer]] = {}

    def add(self, answers: Iterable[Answer], stamp: float) -> None:
        """Take new answers, of images of this time [s]."""
        for answer in answers:
            self._answers[tuple(answer.person_ids)] = stamp, answer

    def at(self, stamp: float) -> dict[int, str]:
        """Text by person id for an image of this time [s].

        Of several answers about one person, in pairs with others, it is the most likely one's.
        """
        for key, (given, _) in list(self._answers.items()):
            if not given - HOLD <= stamp <= given + HOLD:
                self._answers.pop(key, None)
        standing = sorted((answer for _, answer in list(self._answers.values())), key=_score)
        return {
            person_id: f"{answer.label} {answer.score:.2f}"
            for answer in standing
            for person_id in answer.person_ids
        }


def _score(answer: Answer) -> float:
    return answer.score
