"""A LifterReport as tables and files: Markdown to read, CSV and JSON to go on with, one picture."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from pathlib import Path

from pose_action_ros.lab.evaluation.lifter_plot import save_plot
from pose_action_ros.lab.evaluation.lifter_report import Figure, LifterReport, RowScore
from pose_action_ros.lab.evaluation.placement_report import placement_table
from pose_action_ros.lab.evaluation.tables import Table

_COLUMNS = ("method", "keypoints", "metric", "group", "unit", "mean", "deviation", "runs")


def tables(report: LifterReport) -> list[Table]:
    """All tables: the rows, each way of grouping, the joints, and placement where measured."""
    titles = list(report.rows[0].groups)
    return [
        _overview(report),
        *(_groups(report, title) for title in titles),
        _joints(report),
        *(
            placement_table(row.placement, f"Placement: {row.method}, {row.keypoints}")
            for row in report.rows
            if row.placement is not None
        ),
    ]


def markdown(report: LifterReport) -> str:
    """The tables with a line that says what the figures are."""
    note = (
        f"{report.poses} poses; mean ± standard deviation over runs of other seeds. MPJPE "
        "(protocol 1) and P-MPJPE (protocol 2) over 17 joints, the root's error zero; PCK at "
        f"150 mm; difference to {report.baseline!r} with the same keypoints, negative is better.\n"
    )
    return "\n".join([note, *(table.markdown() for table in tables(report))])


def csv_text(report: LifterReport) -> str:
    """Every figure in a line of its own."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in report.rows:
        for metric, group, unit, figure in _figures(row):
            numbers = [f"{number:.4f}" for number in (figure.mean, figure.deviation)]
            writer.writerow(
                [row.method, row.keypoints, metric, group, unit, *numbers, len(figure.runs)]
            )
    return text.getvalue()


def write_report(report: LifterReport, folder: Path, name: str = "lifter") -> None:
    """Write name.md, name.csv, name.json and name.png; the same report gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(markdown(report), encoding="utf-8")
    (folder / f"{name}.csv").write_text(csv_text(report), encoding="utf-8")
    values = json.dumps(asdict(report), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / f"{name}.json").write_text(values + "\n", encoding="utf-8")
    save_plot(report, folder / f"{name}.png")


def _overview(report: LifterReport) -> Table:
    placed = any(row.placement is not None for row in report.rows)
    header = ["method", "2D", "MPJPE [mm]", "difference", "mean of actions", "16 joints"]
    header += ["P-MPJPE [mm]", "difference", "mean of actions", "PCK [%]", "AUC [%]"]
    header += ["root error [mm]", "of the distance [%]"] if placed else []
    rows = []
    for row in report.rows:
        cells = [row.method, row.keypoints, _text(row.mpjpe), _percent(row.difference)]
        cells += [_text(row.action_mpjpe), _text(row.mpjpe_without_root), _text(row.p_mpjpe)]
        cells += [_percent(row.p_difference), _text(row.action_p_mpjpe)]
        cells += [_text(row.pck), _text(row.auc)]
        rows.append(cells + (_placed(row) if placed else []))
    return Table("Lifters", header, rows)


def _percent(difference: float | None) -> str:
    return "-" if difference is None else f"{difference:+.1f} %"


def _placed(row: RowScore) -> list[str]:
    overall = None if row.placement is None else row.placement.overall
    if overall is None or overall.error is None or overall.relative is None:
        return ["-", "-"]
    return [f"{overall.error:.0f}", f"{overall.relative:.1f}"]


def _groups(report: LifterReport, title: str) -> Table:
    """MPJPE and P-MPJPE of each group, a line each, a column for each row of the report."""
    names = list(report.rows[0].groups[title])
    rows = [
        [name]
        + [
            f"{_text(row.groups[title][name].mpjpe)} ({_text(row.groups[title][name].p_mpjpe)})"
            for row in report.rows
        ]
        for name in names
    ]
    return Table(f"MPJPE (P-MPJPE) [mm] by {title}", [title, *_names(report)], rows)


def _joints(report: LifterReport) -> Table:
    names = list(report.rows[0].joints)
    rows = [[name, *(_text(row.joints[name]) for row in report.rows)] for name in names]
    return Table("MPJPE [mm] by joint", ["joint", *_names(report)], rows)


def _names(report: LifterReport) -> list[str]:
    return [f"{row.method}, {row.keypoints}" for row in report.rows]


def _text(figure: Figure) -> str:
    spread = f" ± {figure.deviation:.1f}" if len(figure.runs) > 1 else ""
    return f"{figure.mean:.1f}{spread}"


def _figures(row: RowScore) -> Iterator[tuple[str, str, str, Figure]]:
    """Metric, group, unit and figure, of all that a row has."""
    yield "mpjpe", "all", "mm", row.mpjpe
    yield "mpjpe_without_root", "all", "mm", row.mpjpe_without_root
    yield "p_mpjpe", "all", "mm", row.p_mpjpe
    yield "mpjpe", "mean of actions", "mm", row.action_mpjpe
    yield "p_mpjpe", "mean of actions", "mm", row.action_p_mpjpe
    yield "pck", "all", "%", row.pck
    yield "auc", "all", "%", row.auc
    for name, figure in row.joints.items():
        yield "mpjpe", f"joint {name}", "mm", figure
    for title, scores in row.groups.items():
        for name, score in scores.items():
            yield "mpjpe", f"{title} {name}", "mm", score.mpjpe
            yield "p_mpjpe", f"{title} {name}", "mm", score.p_mpjpe
