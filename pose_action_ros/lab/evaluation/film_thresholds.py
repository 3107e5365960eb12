"""Thresholds of each label, chosen on films of real people.

Probabilities of simulated people say little about those of real ones: some labels are never
mistaken in films and only hesitantly given, others are given with certainty to other movements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from pose_action_ros.lab.evaluation.film_answers import FilmEstimates
from pose_action_ros.lab.evaluation.film_scores import (
    UNSPECIFIC,
    FilmScores,
    label_seconds,
    score_film,
)
from pose_action_ros.lab.training.action.data import mirrored_labels
from pose_action_ros.models.card import read_card, write_card
from pose_action_ros.recognition.classifier import SILENT
from pose_action_ros.recognition.decision import DecisionRule

CANDIDATES: Final = tuple(np.round(np.arange(0.35, 0.91, 0.025), 3).tolist())
FALSE: Final = 0.1
"""Greatest false share of the seconds of a label."""
LITTLE: Final = 0.3
"""False seconds of a label that always may be."""
FILMS: Final = 3
PEOPLE: Final = 2
"""Films of a label, and people in them, from which its threshold may become lower."""
_TRAINED: Final = "unknown_below"
"""Key, in `training` of a card, of the thresholds before any were chosen on films."""


def thresholds_by_films(found: Sequence[FilmEstimates], rule: DecisionRule) -> DecisionRule:
    """Choose the threshold of each label on films; silent labels stay silent.

    It is the lowest candidate at which at most FALSE of the label's seconds are false, or at most
    LITTLE seconds, the greatest one if there is none. It is never below that of the rule unless
    there are enough films of the label, and never above it unless PEOPLE mistake the label: what
    one person does says little about others. A label and its mirror image have a common one. All
    films count but the ambiguous ones.

    Args:
        found: of films of people that no later measurement has.
        rule: thresholds of the model.
    """
    clear = [one for one in found if not one.film.ambiguous]
    chosen = np.array(rule.unknown_below)
    for group in _groups(clear[0].labels if clear else ()):
        names = [clear[0].labels[row] for row in group]
        if (chosen[group] >= SILENT).all() or {*names} & {*UNSPECIFIC}:
            continue
        base = float(chosen[group][chosen[group] < SILENT].max())
        least = CANDIDATES[0] if _enough(clear, names) else base
        most = CANDIDATES[-1] if _mistaken(clear, rule, names) else base
        options = [value for value in sorted({base, *CANDIDATES}) if least <= value <= most]
        value = next((one for one in options if _fits(clear, rule, group, one)), options[-1])
        chosen[group] = np.where(chosen[group] >= SILENT, chosen[group], value)
    return replace(rule, unknown_below=tuple(chosen.tolist()))


def rules_without_each(
    found: Sequence[FilmEstimates], rule: DecisionRule
) -> dict[str, DecisionRule]:
    """For each person the rule with thresholds chosen on the films of all others.

    Figures with these rules are those of people that the thresholds have not seen.
    """
    people = dict.fromkeys(one.film.person for one in found)
    return {
        person: thresholds_by_films([one for one in found if one.film.person != person], rule)
        for person in people
    }


def thresholds_of(rule: DecisionRule, labels: Sequence[str]) -> dict[str, float]:
    """Thresholds by label, without the silent labels."""
    pairs = zip(labels, rule.unknown_below, strict=True)
    return {label: round(value, 3) for label, value in pairs if value < SILENT}


def write_thresholds(
    table: Mapping[str, float], model: Path, films: Sequence[FilmEstimates], manifest: str
) -> None:
    """Write thresholds of labels into the card of an action model; others keep theirs.

    The card keeps those of the training, and says how many films and people they were chosen on.

    Raises:
        ModelError: there is no card, or it is of another model.
    """
    card = read_card(model, "action")
    old = card.settings["unknown_below"]
    every = old if isinstance(old, Mapping) else dict.fromkeys(card.settings["labels"], old)
    settings = {**card.settings, "unknown_below": {**every, **table}}
    people = len({one.film.person for one in films})
    chosen = (
        f"chosen on {len(films)} films of {people} people in {manifest}; the scores of a person "
        "there are with thresholds chosen on all others"
    )
    training = {_TRAINED: every, **card.training, "thresholds": chosen}
    write_card(model, replace(card, settings=settings, training=training))


def rule_of_training(rule: DecisionRule, labels: Sequence[str], model: Path) -> DecisionRule:
    """The rule with the thresholds that the model had before any were chosen on films.

    Without it, thresholds that films have chosen would be chosen, and measured, on them again.

    Raises:
        ModelError: there is no card, or it is of another model.
    """
    table = read_card(model, "action").training.get(_TRAINED)
    if table is None:
        return rule
    pairs = zip(labels, rule.unknown_below, strict=True)
    values = (value if value >= SILENT else float(table[label]) for label, value in pairs)
    return replace(rule, unknown_below=tuple(values))


def _groups(labels: Sequence[str]) -> Iterator[list[int]]:
    """Positions of each label with its mirror image."""
    for row, other in enumerate(mirrored_labels(labels).tolist()):
        if other < 0 or other == row:
            yield [row]
        elif row < other:
            yield [row, other]


def _enough(films: Sequence[FilmEstimates], names: Sequence[str]) -> bool:
    """Whether there are enough films of any of the labels."""
    people = [one.film.person for one in films if one.film.label in names]
    return len(people) >= FILMS and len({*people}) >= PEOPLE


def _mistaken(films: Sequence[FilmEstimates], rule: DecisionRule, names: Collection[str]) -> bool:
    """Whether the labels are false for more than LITTLE with PEOPLE, or with all there are."""
    wrong = {
        one.film.person for one in films if label_seconds(score_film(one, rule), names)[1] > LITTLE
    }
    return len(wrong) >= min(PEOPLE, len({one.film.person for one in films}))


def _fits(
    films: Sequence[FilmEstimates], rule: DecisionRule, group: Sequence[int], value: float
) -> bool:
    """Whether few seconds of the labels are false with a threshold."""
    values = list(rule.unknown_below)
    for row in group:
        values[row] = value if values[row] < SILENT else values[row]
    tried = replace(rule, unknown_below=tuple(values))
    names = {films[0].labels[row] for row in group}
    answered, false = _seconds((score_film(one, tried) for one in films), names)
    return false <= max(FALSE * answered, LITTLE)


def _seconds(scores: Iterable[FilmScores], names: set[str]) -> tuple[float, float]:
    """Seconds of the labels, and the false ones among them."""
    parts = [label_seconds(score, names) for score in scores]
    return sum(answered for answered, _ in parts), sum(false for _, false in parts)
