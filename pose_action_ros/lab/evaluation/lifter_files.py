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

from pose_action_ros.lab.evaluation.lifter_errors import METRICS
from pose_action_ros.lab.evaluation.lifter_poses import COMMON
from pose_action_ros.lab.evaluation.lifter_report import Figure, Figures, LifterReport, RowScore
from pose_action_ros.lab.evaluation.tables import Table

_COLUMNS = ("method", "keypoints", "metric", "group", "unit", "mean", "deviation", "runs")
_HIDDEN = ("mpjpe", "p_mpjpe")  # in the first table
_DETAILS = ("mpjpe", "n_mpjpe", "p_mpjpe", "pck", "lean", "acceleration")
_FOUND = ("reported", "found")
_SCORES = ("claimed", "correct", "calibration")
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # Tol's bright
_GREY = "#999999"
_DOTS_PER_INCH = 110


def tables(report: LifterReport) -> list[Table]:
    """All tables: rows, each grouping, joints, details of rows with scores."""
    titles = [title for title, groups in report.sizes.items() if len(groups) > 1]
    found = [_overview(report), _others(report)]
    found += [_groups(report, title) for title in titles]
    found.append(_joints(report))
    for row in report.rows:
        if row.reliability:
            found += [*(_details(row, title) for title in titles), _reliability(row)]
    return found


def markdown(report: LifterReport) -> str:
    """The tables below a line of definitions."""
    partial = {name: share for name, share in report.defined.items() if share < 100}
    missing = ", ".join(f"{name} in {share:.0f} %" for name, share in partial.items())
    note = (
        f"{report.poses} poses; mean ± standard deviation over runs of other seeds. MPJPE "
        "(protocol 1), after the best scale (N-MPJPE) and after Procrustes (P-MPJPE, protocol 2) "
        f"over {17 - len(partial)} of 17 joints in all poses{missing and ', ' + missing}; the "
        f"root's error is zero. The 14 joints: {', '.join(COMMON)}. PCK at 150 mm. Differences to "
        f"{report.reference!r} with the same keypoints, negative is better.\n"
    )
    return "\n".join([note, *(table.markdown() for table in tables(report))])


def csv_text(report: LifterReport) -> str:
    """One line for each figure."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in report.rows:
        for metric, group, figure in _all_figures(row):
            numbers = [f"{number:.4f}" for number in (figure.mean, figure.deviation)]
            unit = METRICS[metric].unit
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
    header = ["method", "2D", "MPJPE [mm]", "difference", "mean of actions"]
    header += ["P-MPJPE [mm]", "difference", "mean of actions"]
    rows = []
    for row in report.rows:
        cells = [row.method, row.keypoints]
        for metric, difference in (("mpjpe", row.difference), ("p_mpjpe", row.p_difference)):
            cells += [_text(row.figures.get(metric)), _percent(difference)]
            cells += [_text(row.by_action.get(metric))]
        rows.append(cells)
    return Table("Lifters", header, rows)


def _others(report: LifterReport) -> Table:
    """The other figures over all people, those that some row has."""
    metrics = [
        metric
        for metric in METRICS
        if metric not in _HIDDEN and any(metric in row.figures for row in report.rows)
    ]
    rows = [
        [row.method, row.keypoints, *(_text(row.figures.get(metric)) for metric in metrics)]
        for row in report.rows
    ]
    return Table("Other figures", ["method", "2D", *map(_heading, metrics)], rows)


def _heading(metric: str) -> str:
    heading, unit = METRICS[metric]
    return f"{heading} [{unit}]"


def _percent(difference: float | None) -> str:
    return "-" if difference is None else f"{difference:+.1f} %"


def _groups(report: LifterReport, title: str) -> Table:
    """MPJPE and P-MPJPE of each group, with a column for each row of the report."""
    rows = [
        [name, str(size), *(_both(row.groups[title][name]) for row in report.rows)]
        for name, size in report.sizes[title].items()
    ]
    return Table(f"MPJPE (P-MPJPE) [mm] by {title}", [title, "poses", *_names(report)], rows)


def _both(figures: Figures) -> str:
    if "mpjpe" not in figures:
        return "-"
    return f"{_text(figures['mpjpe'])} ({_text(figures['p_mpjpe'])})"


def _joints(report: LifterReport) -> Table:
    names = list(report.rows[0].joints)
    rows = [[name, *(_text(row.joints.get(name)) for row in report.rows)] for name in names]
    return Table("MPJPE [mm] by joint", ["joint", *_names(report)], rows)


def _details(row: RowScore, title: str) -> Table:
    """Figures of each group of a row."""
    metrics = [metric for metric in (*_DETAILS, *_FOUND, *_SCORES) if metric in row.figures]
    rows = [
        [name, *(_text(figures.get(metric)) for metric in metrics)]
        for name, figures in row.groups[title].items()
    ]
    heading = f"{row.method}, {row.keypoints}, by {title}"
    return Table(heading, [title, *map(_heading, metrics)], rows)


def _reliability(row: RowScore) -> Table:
    """Mean score and the share within 150 mm of each tenth of the scores."""
    rows = [
        [f"{one.claimed:.1f}", f"{one.correct:.1f}", f"{one.share:.1f}"] for one in row.reliability
    ]
    header = [*map(_heading, _SCORES[:2]), "share of joints [%]"]
    return Table(f"Scores of {row.method}, {row.keypoints}", header, rows)


def _names(report: LifterReport) -> list[str]:
    return [f"{row.method}, {row.keypoints}" for row in report.rows]


def _text(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    spread = f" ± {figure.deviation:.1f}" if len(figure.runs) > 1 else ""
    return f"{figure.mean:.1f}{spread}"


def _all_figures(row: RowScore) -> Iterator[tuple[str, str, Figure]]:
    """Metric, group and figure of all figures of a row."""
    for metric, figure in row.figures.items():
        yield metric, "all", figure
    for metric, figure in row.by_action.items():
        yield metric, "mean of actions", figure
    for name, figure in row.joints.items():
        yield "mpjpe", f"joint {name}", figure
    for title, groups in row.groups.items():
        for name, figures in groups.items():
            for metric, figure in figures.items():
                yield metric, f"{title} {name}", figure


def save_plot(report: LifterReport, path: Path) -> None:
    """Plot the report as a PNG file, with a line of panels for each source of keypoints."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = _plot(report)
        # Without the version of matplotlib equal reports give equal bytes.
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _plot(report: LifterReport) -> Picture:
    sources = list(dict.fromkeys(row.keypoints for row in report.rows))
    methods = list(dict.fromkeys(row.method for row in report.rows))
    others = [method for method in methods if method != report.reference]
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(others)}
    colours[report.reference] = _GREY
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
            **{
                name: figures["mpjpe"]
                for name, figures in row.groups["action"].items()
                if "mpjpe" in figures
            },
            "mean": row.by_action["mpjpe"],
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
