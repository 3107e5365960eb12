"""A LifterReport as files: Markdown, CSV, JSON, and a plot with the bars of every method."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture

from pose_action_ros.lab.evaluation.lifter_report import Figure, LifterReport, RowScore
from pose_action_ros.lab.evaluation.tables import Table

_COLUMNS = ("method", "keypoints", "metric", "group", "unit", "mean", "deviation", "runs")
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # Tol's bright
_GREY = "#999999"
_DOTS_PER_INCH = 110


def tables(report: LifterReport) -> list[Table]:
    """All tables: rows, each grouping, joints."""
    groupings = (_groups(report, title) for title in report.rows[0].groups)
    return [_overview(report), *groupings, _joints(report)]


def markdown(report: LifterReport) -> str:
    """The tables below a line of definitions."""
    note = (
        f"{report.poses} poses; mean ± standard deviation over runs of other seeds. MPJPE "
        "(protocol 1) and P-MPJPE (protocol 2) over 17 joints, the root's error zero; PCK at "
        f"150 mm; difference to {report.baseline!r} with the same keypoints, negative is better.\n"
    )
    return "\n".join([note, *(table.markdown() for table in tables(report))])


def csv_text(report: LifterReport) -> str:
    """One line for each figure."""
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


def write_report(report: LifterReport, folder: Path) -> None:
    """Write lifter.md, .csv, .json and .png; equal reports give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lifter.md").write_text(markdown(report), encoding="utf-8")
    (folder / "lifter.csv").write_text(csv_text(report), encoding="utf-8")
    values = json.dumps(asdict(report), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "lifter.json").write_text(values + "\n", encoding="utf-8")
    save_plot(report, folder / "lifter.png")


def _overview(report: LifterReport) -> Table:
    header = ["method", "2D", "MPJPE [mm]", "difference", "mean of actions", "16 joints"]
    header += ["P-MPJPE [mm]", "difference", "mean of actions", "PCK [%]", "AUC [%]"]
    rows = []
    for row in report.rows:
        cells = [row.method, row.keypoints, _text(row.mpjpe), _percent(row.difference)]
        cells += [_text(row.action_mpjpe), _text(row.mpjpe_without_root), _text(row.p_mpjpe)]
        cells += [_percent(row.p_difference), _text(row.action_p_mpjpe)]
        cells += [_text(row.pck), _text(row.auc)]
        rows.append(cells)
    return Table("Lifters", header, rows)


def _percent(difference: float | None) -> str:
    return "-" if difference is None else f"{difference:+.1f} %"


def _groups(report: LifterReport, title: str) -> Table:
    """MPJPE and P-MPJPE of each group, with a column for each row of the report."""
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
    """Metric, group, unit and figure of all figures of a row."""
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


def save_plot(report: LifterReport, path: Path) -> None:
    """Plot the report as a PNG file, with a line of panels for each source of keypoints."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = _plot(report)
        # Without the version of matplotlib equal reports give equal bytes.
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _plot(report: LifterReport) -> Picture:
    sources = list(dict.fromkeys(row.keypoints for row in report.rows))
    methods = list(dict.fromkeys(row.method for row in report.rows))
    others = [method for method in methods if method != report.baseline]
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(others)}
    colours[report.baseline] = _GREY
    picture = Picture(figsize=(16, 1.0 + 3.6 * len(sources)), layout="constrained")
    FigureCanvasAgg(picture)
    for line, source in enumerate(sources):
        rows = [row for row in report.rows if row.keypoints == source]
        for column, (title, values) in enumerate(_panels(rows).items()):
            panel = picture.add_subplot(len(sources), 2, 2 * line + column + 1)
            _bars(panel, values, colours)
            panel.set_title(f"{source}, by {title}", fontsize=11)
    return picture


def _panels(rows: Sequence[RowScore]) -> dict[str, dict[str, Mapping[str, Figure]]]:
    """Figures of each panel by method: actions with their mean, and joints."""
    actions = {
        row.method: {
            **{name: score.mpjpe for name, score in row.groups["action"].items()},
            "mean": row.action_mpjpe,
        }
        for row in rows
    }
    joints = {
        row.method: {name.replace("_", " "): figure for name, figure in row.joints.items()}
        for row in rows
    }
    return {"action": dict(actions), "joint": dict(joints)}


def _bars(
    panel: Axes, values: Mapping[str, Mapping[str, Figure]], colours: Mapping[str, str]
) -> None:
    """Draw bars side by side, a group for each name, with whiskers for the deviation over runs."""
    names = list(next(iter(values.values())))
    width = 0.8 / len(values)
    for place, (method, figures) in enumerate(values.items()):
        left = [group - 0.4 + (place + 0.5) * width for group in range(len(names))]
        spread = [figures[name].deviation for name in names]
        panel.bar(
            left,
            [figures[name].mean for name in names],
            width,
            yerr=spread if any(spread) else None,
            label=method,
            color=colours[method],
            error_kw={"elinewidth": 0.8, "capsize": 1.5},
        )
    panel.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=8)
    panel.set_xlim(-0.6, len(names) - 0.4)
    panel.set_ylabel("MPJPE [mm]")
    panel.grid(axis="y", linewidth=0.4)
    panel.set_axisbelow(True)
    panel.legend(fontsize=8, ncols=3, loc="upper left")
    panel.set_ylim(top=panel.get_ylim()[1] * 1.15)  # room for the legend
