"""Captions over people: the newest answers about them, as long as they are valid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

HOLD = 1.0
"""Time [s] for which an answer is valid, unless a newer one replaces it."""


class Answer(Protocol):
    """Action of one person, or of two together: an estimate or a message."""

    @property
    def person_ids(self) -> Sequence[int]:
        """One id, or two."""

    @property
    def label(self) -> str:
        """Name of the action."""

    @property
    def score(self) -> float:
        """Probability of the action."""


class Captions:
    """The valid answers by person ids; safe to use from two threads."""

    def __init__(self) -> None:
        self._answers: dict[tuple[int, ...], tuple[float, Answer]] = {}

    def add(self, answers: Iterable[Answer], stamp: float) -> None:
        """Add answers with the timestamp of their image [s]."""
        for answer in answers:
            self._answers[tuple(answer.person_ids)] = stamp, answer

    def at(self, stamp: float) -> dict[int, str]:
        """Text by person id for an image with this timestamp [s].

        Of several answers about one person, in pairs with others, the most likely one counts.
        """
        for key, (added, _) in list(self._answers.items()):
            if not added - HOLD <= stamp <= added + HOLD:
                self._answers.pop(key, None)
        valid = sorted((answer for _, answer in list(self._answers.values())), key=_score)
        return {
            person_id: f"{answer.label} {answer.score:.2f}"
            for answer in valid
            for person_id in answer.person_ids
        }


def _score(answer: Answer) -> float:
    return answer.score
