"""Thresholds chosen on films: lower where a label is never mistaken, higher where it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from action_models import write_action_model
from pose_action_ros.lab.evaluation.film_answers import Estimate, FilmEstimates
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm
from pose_action_ros.lab.evaluation.film_report import film_report
from pose_action_ros.lab.evaluation.film_scores import label_seconds, score_film, total
from pose_action_ros.lab.evaluation.film_thresholds import (
    CANDIDATES,
    rule_of_training,
    rules_without_each,
    thresholds_by_films,
    thresholds_of,
    write_thresholds,
)
from pose_action_ros.models.card import read_card
from pose_action_ros.recognition.classifier import SILENT, ActionClassifier
from pose_action_ros.recognition.decision import DecisionRule

LABELS = ("standing", "waving_left", "waving_right", "bowing", "pointing")
RULE = DecisionRule(0.0, (0.5, 0.5, 0.5, 0.5, SILENT), 0.0)


def film(
    label: str, given: str, probability: float, person: str = "ada", *, ambiguous: bool = False
) -> FilmEstimates:
    """Four seconds with one probability of one label; nothing else is probable."""
    values = np.where(np.array(LABELS) == given, probability, 0.0)
    rows = tuple(Estimate(0, start, start + 0.5, values) for start in np.arange(0.0, 4.0, 0.5))
    path = Path(f"{label}.mp4")
    true = LabelledFilm(path, path.name, label, 0.0, 4.0, person, ambiguous, (), "", "row 2")
    return FilmEstimates(true, 4.0, (0,), LABELS, rows)


def bows(probability: float, people: str = "abc") -> list[FilmEstimates]:
    return [film("bowing", "bowing", probability, person) for person in people]


def mistakes(given: str, probability: float, people: str = "xy") -> list[FilmEstimates]:
    """Films of another movement with a label."""
    return [film("other", given, probability, person) for person in people]


def table(films: list[FilmEstimates]) -> dict[str, float]:
    return thresholds_of(thresholds_by_films(films, RULE), LABELS)


def above(probability: float) -> float:
    """The lowest candidate above a probability."""
    return min(float(value) for value in CANDIDATES if value > probability)


def test_a_label_that_is_never_mistaken_gets_the_lowest_threshold() -> None:
    assert table([*bows(0.4), *mistakes("bowing", 0.3)])["bowing"] == CANDIDATES[0]


def test_it_stays_above_the_certainty_of_mistakes() -> None:
    chosen = table([*bows(0.95), *mistakes("bowing", 0.72)])
    assert chosen["bowing"] == above(0.72)


def test_few_films_or_one_person_do_not_lower_a_threshold() -> None:
    assert table(bows(0.4, "ab"))["bowing"] == 0.5
    assert table(bows(0.4, "aaa"))["bowing"] == 0.5


def test_one_person_of_several_does_not_raise_a_threshold() -> None:
    one, several = mistakes("bowing", 0.62, "xx"), mistakes("bowing", 0.62, "xy")
    rest = bows(0.6, "ab")
    assert table([*one, *rest])["bowing"] == 0.5
    assert table([*several, *rest])["bowing"] == above(0.62)
    assert table(one)["bowing"] == above(0.62)  # there are no others


def test_a_label_that_films_always_mistake_gets_the_greatest_candidate() -> None:
    assert table(mistakes("bowing", 0.99))["bowing"] == CANDIDATES[-1]


def test_mirror_images_have_one_threshold_and_standing_and_silent_labels_keep_theirs() -> None:
    wrong = [*mistakes("waving_right", 0.7), *mistakes("standing", 0.9)]
    chosen = table([*wrong, *bows(0.9)])
    assert chosen["waving_left"] == chosen["waving_right"] == above(0.7)
    assert chosen["standing"] == 0.5
    assert "pointing" not in chosen


def test_ambiguous_films_do_not_count() -> None:
    assert table([*bows(0.9), film("other", "bowing", 0.99, ambiguous=True)])["bowing"] < 0.5


def test_seconds_of_a_label_are_right_in_its_films_alone() -> None:
    rule = DecisionRule(0.0, (0.5,) * 5, 0.0)
    right, wrong = film("bowing", "bowing", 0.9), film("other", "bowing", 0.9)
    assert label_seconds(score_film(right, rule), {"bowing"}) == (4.0, 0.0)
    assert label_seconds(score_film(wrong, rule), {"bowing"}) == (4.0, 4.0)
    assert label_seconds(score_film(wrong, rule), {"waving_left"}) == (0, 0)


def test_figures_of_a_person_have_thresholds_of_all_others() -> None:
    films = [*bows(0.9), *mistakes("bowing", 0.72)]
    rules = rules_without_each(films, RULE)
    assert thresholds_of(rules["a"], LABELS)["bowing"] == above(0.72)
    assert thresholds_of(rules["x"], LABELS)["bowing"] == 0.5  # y alone does not raise it
    report = film_report(films, thresholds_by_films(films, RULE), rules)
    false = {one.film.person: one.false for one in report.films}
    assert false == {"a": 0, "b": 0, "c": 0, "x": 4.0, "y": 4.0}
    assert total(report.films).in_time == 3


def test_chosen_thresholds_are_written_into_the_card(tmp_path: Path) -> None:
    path = write_action_model(tmp_path / "one.onnx")
    write_thresholds({"waving": 0.7}, path, bows(0.9), "films.csv")
    card = read_card(path, "action")
    settings = card.settings
    assert card.training["thresholds"].startswith("chosen on 3 films of 3 people in films.csv")
    assert settings["unknown_below"] == {"standing": 0.0, "waving": 0.7, "bowing": 0.0}
    assert ActionClassifier(str(path)).unknown_below == (0.0, 0.7, 0.0)
    assert json.loads(path.with_suffix(".json").read_text())["settings"] == settings
    labels = ("standing", "waving", "bowing")
    used = DecisionRule(0.0, (0.0, 0.7, SILENT), 0.0)
    assert rule_of_training(used, labels, path).unknown_below == (0.0, 0.0, SILENT)
    write_thresholds({"waving": 0.8}, path, bows(0.9), "films.csv")
    assert rule_of_training(used, labels, path).unknown_below == (0.0, 0.0, SILENT)
    assert read_card(path, "action").settings["unknown_below"]["waving"] == 0.8
