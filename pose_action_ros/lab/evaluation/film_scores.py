"""What is right in a film with a label.

Definitions:
    An action is recognised in time when its label, or an accepted one, is an answer for any person
        at some time between its start and LATEST after its end.
    The delay is the time from the start to the first such answer. The stay is the time from the end
        to the first moment without such an answer; without a value where the label is never
        answered in time, or still is when the film ends.
    A specific label is any but "unknown" and standing. Answered seconds are those with a specific
        label as the newest answer for a person in view, added up over people.
    They are false unless the label is right and the action began and ended at most LATEST ago.
    A film of another movement is wrong when more than MOST of its seconds are false.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pose_action_ros.lab.evaluation.film_answers import Answer, FilmEstimates
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm
from pose_action_ros.recognition.decision import DecisionRule
from pose_action_ros.recognition.settings import UNKNOWN

LATEST = 1.0
"""[s] after the end of an action in which its label is right."""
MOST = 0.3
"""False seconds of a film that do not count yet."""
UNSPECIFIC = ("standing", UNKNOWN)
"""Labels that are never false seconds."""


@dataclass(frozen=True)
class FilmScores:
    """Figures of one film.

    Attributes:
        film: with its true label.
        ids: number of ids of the one person.
        delay, stay: [s], see the module; None without a value.
        answered: seconds with a specific label.
        false: seconds with a false one.
        labels: seconds of each answer while a right answer would count.
        answers: all of them, in order.
    """

    film: LabelledFilm
    ids: int
    delay: float | None
    stay: float | None
    answered: float
    false: float
    labels: Mapping[str, float]
    answers: tuple[Answer, ...]

    @property
    def in_time(self) -> bool:
        """True if the action is recognised in time."""
        return self.delay is not None

    @property
    def wrong(self) -> bool:
        """True if the false seconds count."""
        return self.false > MOST


def score_film(found: FilmEstimates, rule: DecisionRule) -> FilmScores:
    """Decide on the labels of a film and compare them with the true one."""
    film, answers = found.film, tuple(found.answers(rule))
    span = film.start, min(film.end + LATEST, found.seconds)
    end = min(film.end, found.seconds)
    right = [one for one in answers if one.label in film.right and _common(one, span) > 0]
    specific = [one for one in answers if one.label not in UNSPECIFIC]
    labels: dict[str, float] = {}
    for one in answers:
        if seconds := _common(one, span):
            labels[one.label] = labels.get(one.label, 0.0) + seconds
    answered = sum(one.end - one.start for one in specific)
    return FilmScores(
        film=film,
        ids=len(found.ids),
        delay=max(right[0].start - film.start, 0.0) if right else None,
        stay=_stay(right, end, found.seconds) if right else None,
        answered=answered,
        false=answered - sum(_common(one, span) for one in right if one in specific),
        labels=labels,
        answers=answers,
    )


def label_seconds(score: FilmScores, names: Collection[str]) -> tuple[float, float]:
    """Seconds of some labels in a film, and the false ones among them."""
    film = score.film
    span = film.start, film.end + LATEST
    given = [one for one in score.answers if one.label in names]
    answered = sum(one.end - one.start for one in given)
    right = sum(_common(one, span) for one in given if one.label in film.right)
    return answered, answered - right


def _common(answer: Answer, span: tuple[float, float]) -> float:
    """Seconds of an answer within a span."""
    return max(min(answer.end, span[1]) - max(answer.start, span[0]), 0.0)


def _stay(right: Sequence[Answer], end: float, seconds: float) -> float | None:
    """Time from the end of the action to the first moment without a right answer [s]."""
    until = end
    for one in right:
        if one.start <= until + 1e-6 and one.end > until:
            until = one.end
    return until - end if until < seconds - 1e-6 else None


@dataclass(frozen=True)
class FilmTotals:
    """Figures of several films.

    Attributes:
        actions: films of the model's labels, `in_time` of them recognised in time.
        others: films of other movements, `wrong` of them with false seconds that count.
        delay, stay: medians [s]; NaN without any.
        answered, false: seconds, see the module.
        seconds: length of all films.
        several: films with more than one id.
    """

    actions: int
    in_time: int
    others: int
    wrong: int
    delay: float
    stay: float
    answered: float
    false: float
    several: int

    @property
    def false_share(self) -> float:
        """Share of the answered seconds that are false; 0 without any."""
        return self.false / self.answered if self.answered else 0.0


def total(scores: Iterable[FilmScores]) -> FilmTotals:
    """Add up the figures of films."""
    films = list(scores)
    actions = [one for one in films if one.film.of_label]
    others = [one for one in films if not one.film.of_label]
    return FilmTotals(
        actions=len(actions),
        in_time=sum(one.in_time for one in actions),
        others=len(others),
        wrong=sum(one.wrong for one in others),
        delay=_median(one.delay for one in actions),
        stay=_median(one.stay for one in actions),
        answered=sum(one.answered for one in films),
        false=sum(one.false for one in films),
        several=sum(one.ids > 1 for one in films),
    )


def _median(values: Iterable[float | None]) -> float:
    counted = [value for value in values if value is not None]
    return float(np.median(counted)) if counted else float("nan")


def by(
    scores: Sequence[FilmScores], key: Callable[[LabelledFilm], str]
) -> dict[str, list[FilmScores]]:
    """Films by a name, in the order of the names."""
    names = sorted({key(one.film) for one in scores})
    return {name: [one for one in scores if key(one.film) == name] for name in names}


def strict(scores: Iterable[FilmScores]) -> list[FilmScores]:
    """The films without those with an ambiguous label."""
    return [one for one in scores if not one.film.ambiguous]
