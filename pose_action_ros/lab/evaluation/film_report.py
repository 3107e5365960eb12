"""Report of films with labels: tables, CSV files and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pose_action_ros.lab.evaluation.film_answers import FilmEstimates
from pose_action_ros.lab.evaluation.film_pictures import draw_curve, draw_films
from pose_action_ros.lab.evaluation.film_scores import (
    FilmScores,
    FilmTotals,
    by,
    score_film,
    strict,
    total,
)
from pose_action_ros.lab.evaluation.tables import Table, write_rows
from pose_action_ros.models.card import read_card, write_card
from pose_action_ros.recognition.decision import DecisionRule

THRESHOLDS = tuple(np.round(np.arange(0.3, 0.96, 0.05), 2).tolist())
"""Of `unknown`, in the table of thresholds."""
HEADER = (
    "films of labels",
    "in time",
    "delay [s]",
    "stay [s]",
    "films of others",
    "wrong",
    "answered [s]",
    "false [s]",
    "false [%]",
)
"""Columns of FilmTotals in tables; delay and stay are medians."""


@dataclass(frozen=True, eq=False)
class FilmReport:
    """Figures of films.

    Attributes:
        chosen: threshold of most labels.
        films: figures of each film with the thresholds of its rule.
        curve: `chosen` and THRESHOLDS in order, and the totals over the films without those with
            an ambiguous label, with each as the threshold of all labels but the silent ones.
    """

    chosen: float
    films: tuple[FilmScores, ...]
    curve: tuple[tuple[float, FilmTotals], ...]


def film_report(
    found: Sequence[FilmEstimates],
    rule: DecisionRule,
    of_people: Mapping[str, DecisionRule] | None = None,
) -> FilmReport:
    """Decide with a rule, and with other thresholds, and measure the answers.

    Args:
        found: of the films.
        rule: thresholds of the model.
        of_people: rules for the films of some people, instead of it.
    """
    own = of_people or {}
    films = tuple(score_film(one, own.get(one.film.person, rule)) for one in found)
    clear = [one for one in found if not one.film.ambiguous]
    curve = {
        threshold: total(score_film(one, rule.with_threshold(threshold)) for one in clear)
        for threshold in THRESHOLDS
    }
    curve[rule.threshold] = total(strict(films))
    return FilmReport(rule.threshold, films, tuple(sorted(curve.items())))


def write_to_card(report: FilmReport, model: Path, manifest: str) -> None:
    """Write the totals and the curve of thresholds into the card of the action model.

    The card has the number of people, not their names.

    Args:
        report: of films without a person that the model was chosen with, if possible.
        model: the .onnx file.
        manifest: name of the CSV file.

    Raises:
        ModelError: there is no card, or it is of another model.
    """
    card = read_card(model, "action")
    figures = {
        "films": manifest,
        "people": len({one.film.person for one in report.films}),
        "unknown_below": report.chosen,
        "not_ambiguous": _rounded(total(strict(report.films))),
        "all": _rounded(total(report.films)),
        "curve": {f"{threshold:g}": _rounded(figures) for threshold, figures in report.curve},
    }
    write_card(model, replace(card, scores={**card.scores, "films": figures}))


def _rounded(figures: FilmTotals) -> dict[str, float | None]:
    """The figures in values of JSON; None for medians without any value."""
    values = {**vars(figures), "false_share": figures.false_share}
    return {name: None if np.isnan(value) else round(value, 3) for name, value in values.items()}


def film_tables(report: FilmReport) -> list[Table]:
    """All tables, the total first."""
    films = report.films
    clear = strict(films)
    tables = [
        _table(
            f"Films, 'unknown' below {report.chosen:g}",
            "films",
            {"not ambiguous": clear, "all": films},
        ),
        _table("By label, not ambiguous", "label", by(clear, lambda film: film.label)),
    ]
    if any(one.film.group for one in films):
        groups = by(clear, lambda film: film.group or "none")
        tables.append(_table("By group, not ambiguous", "group", groups))
    tables.append(_table("By person, not ambiguous", "person", by(clear, lambda film: film.person)))
    tables += [_confusion(clear), _several(films), _curve(report)]
    return [table for table in tables if table.rows]


def write_films(report: FilmReport, folder: Path) -> None:
    """Write films.md, films.csv, answers.csv, thresholds.csv, films.png and thresholds.png."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(table.markdown() for table in film_tables(report))
    (folder / "films.md").write_text(text, encoding="utf-8")
    write_rows(folder / "films.csv", _film_rows(report.films))
    write_rows(folder / "answers.csv", _answer_rows(report.films))
    write_rows(
        folder / "thresholds.csv",
        ({"unknown_below": value, **vars(figures)} for value, figures in report.curve),
    )
    draw_films(report.films, folder / "films.png")
    draw_curve(report.curve, report.chosen, folder / "thresholds.png")


def _table(title: str, first: str, groups: Mapping[str, Sequence[FilmScores]]) -> Table:
    rows = [(name, *_cells(total(films))) for name, films in groups.items() if films]
    return Table(title, (first, *HEADER), rows)


def _cells(figures: FilmTotals) -> tuple[str, ...]:
    times = (figures.delay, figures.stay)
    return (
        str(figures.actions),
        str(figures.in_time),
        *("-" if np.isnan(value) else f"{value:.2f}" for value in times),
        str(figures.others),
        str(figures.wrong),
        f"{figures.answered:.1f}",
        f"{figures.false:.1f}",
        f"{100 * figures.false_share:.1f}",
    )


def _confusion(films: Sequence[FilmScores]) -> Table:
    """Seconds of the answers by true label, while the action lasts."""
    rows = []
    for label, group in by(films, lambda film: film.label).items():
        seconds: dict[str, float] = {}
        for one in group:
            for name, value in one.labels.items():
                seconds[name] = seconds.get(name, 0.0) + value
        parts = ", ".join(f"{name} {value:.1f}" for name, value in _longest(seconds))
        rows.append((label, f"{sum(seconds.values()):.1f}", parts))
    header = ("true label", "answers [s]", "seconds of each answer")
    return Table("Answers while the action lasts, not ambiguous", header, rows)


def _longest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Labels and seconds, the longest first."""
    return sorted(seconds.items(), key=lambda item: -item[1])


def _several(films: Sequence[FilmScores]) -> Table:
    rows = [(one.film.name, str(one.ids)) for one in films if one.ids > 1]
    title = f"Films with more ids than people: {len(rows)} of {len(films)}"
    return Table(title, ("film", "ids"), rows)


def _curve(report: FilmReport) -> Table:
    rows = [
        (
            f"{threshold:g}{' (chosen)' if threshold == report.chosen else ''}",
            *_cells(figures),
        )
        for threshold, figures in report.curve
    ]
    return Table("Thresholds, not ambiguous", ("unknown_below", *HEADER), rows)


def _film_rows(films: Iterable[FilmScores]) -> Iterable[dict[str, object]]:
    for one in films:
        film = one.film
        yield {
            "path": film.name,
            "label": film.label,
            "person": film.person,
            "group": film.group,
            "ambiguous": int(film.ambiguous),
            "ids": one.ids,
            "in_time": int(one.in_time) if film.of_label else "",
            "wrong": "" if film.of_label else int(one.wrong),
            "delay_s": _seconds(one.delay),
            "stay_s": _seconds(one.stay),
            "answered_s": _seconds(one.answered),
            "false_s": _seconds(one.false),
            "answers": " ".join(f"{name}:{time:.2f}" for name, time in _longest(one.labels)),
        }


def _answer_rows(films: Iterable[FilmScores]) -> Iterable[dict[str, object]]:
    for one in films:
        for answer in one.answers:
            yield {
                "path": one.film.name,
                "person": answer.person,
                "start_s": _seconds(answer.start),
                "end_s": _seconds(answer.end),
                "label": answer.label,
                "score": f"{answer.score:.3f}",
            }


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
