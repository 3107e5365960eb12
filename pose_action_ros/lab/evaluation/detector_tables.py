"""Tables of the figures of detectors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isinf, isnan
from pathlib import Path

from pose_action_ros.lab.evaluation.detector import DetectorFigures
from pose_action_ros.lab.evaluation.films import FilmFigures, FilmReport
from pose_action_ros.lab.evaluation.keypoint_scores import HEIGHTS
from pose_action_ros.lab.evaluation.tables import Table


def detector_tables(figures: Sequence[DetectorFigures]) -> list[Table]:
    """Tables with one row for each detector; shares in percent.

    Accuracy and cost always; the later stages and identity where they were measured.
    """
    tables = [_accuracy(figures), _cost(figures)]
    if any(one.groups for one in figures):
        tables.append(_outcome(figures))
    if any(one.identity for one in figures):
        tables.append(_identity(figures))
    return tables


def _accuracy(figures: Sequence[DetectorFigures]) -> Table:
    bands = [
        f"found, {low:.0f} px and more" if isinf(high) else f"found, {low:.0f} to {high:.0f} px"
        for low, high in pairwise(HEIGHTS)
    ]
    header = ["detector", "AP", "AP 0.5", "AP 0.75", "AR", *bands, "people per image"]
    rows = [
        [
            one.name,
            *map(_percent, (one.scores.ap, one.scores.ap50, one.scores.ap75, one.scores.ar)),
            *(f"{_percent(found / of)} of {of}" if of else "-" for found, of in one.scores.found),
            f"{one.people[1]:.2f} of {one.people[0]:.2f}",
        ]
        for one in figures
    ]
    images = figures[0].images if figures else 0
    return Table(f"Detection in {images} images; found at OKS 0.5, by height", header, rows)


def _cost(figures: Sequence[DetectorFigures]) -> Table:
    header = ["detector", "ms per image", "CPU ms per image", "CPU ms, first image", "memory [MB]"]
    rows = [
        [one.name, *map(_number, (cost.wall, cost.cpu, cost.first, cost.memory))]
        for one, cost in ((one, one.cost) for one in figures)
    ]
    return Table("Time of an image of a film, and memory", header, rows)


def _outcome(figures: Sequence[DetectorFigures]) -> Table:
    header = ["people in the scene, detector", "AP", "people per image", "CPU ms per image"]
    header += ["MPJPE [mm]", "3D joints right %", "actions right %"]
    counts = sorted({group.people for one in figures for group in one.groups})
    rows = [
        [
            f"{count}, {one.name}",
            _percent(group.scores.ap),
            f"{group.detected[1]:.2f} of {group.detected[0]:.2f}",
            _number(group.cpu),
            _number(group.mpjpe),
            *map(_percent, (group.pck, group.windows)),
        ]
        for count in counts
        for one in figures
        for group in one.groups
        if group.people == count
    ]
    return Table("Through lifter and action model, by people in the scene", header, rows)


def _identity(figures: Sequence[DetectorFigures]) -> Table:
    header = ["detector", "IDF1", "HOTA", "DetA", "AssA", "switches", "per person and minute"]
    rows = []
    for one in figures:
        scores = one.identity
        if scores is not None:
            shares = (scores.idf1, scores.hota, scores.deta, scores.assa)
            cells = [*map(_percent, shares), str(scores.switches), f"{scores.rate:.2f}"]
            rows.append([one.name, *cells])
    return Table("Identity of passers-by", header, rows)


def film_table(reports: Sequence[FilmReport]) -> Table:
    """One row for all films of each detector, and one for each film that is not perfect."""
    header = ["films", "ids", "changes", "changes a minute", "phantoms [s]", "missed [s]"]
    header += ["length [s]", "people per image", "CPU ms", "CPU ms, first image"]
    rows = []
    for report in reports:
        perfect = sum(figures.perfect for figures in report.films.values())
        title = f"{report.name}: {perfect} of {len(report.films)} perfect"
        cost = map(_number, (report.cost.cpu, report.cost.first))
        rows.append([title, *_film_cells(report.total), *cost])
        for film, figures in report.films.items():
            if not figures.perfect:
                rows.append([f"{report.name}, {Path(film).name}", *_film_cells(figures), "", ""])
    return Table("Ids in films of one person", header, rows)


def _film_cells(figures: FilmFigures) -> list[str]:
    seconds, images = max(figures.seconds, 1e-9), max(figures.images, 1)
    return [
        str(figures.ids),
        str(figures.changes),
        _number(60 * figures.changes / seconds),
        *map(_number, (figures.phantom_seconds, figures.missed_seconds, figures.seconds)),
        f"{figures.people / images:.2f}",
    ]


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:.1f}"


def _percent(value: float) -> str:
    return "-" if isnan(value) else f"{100 * value:.1f}"
