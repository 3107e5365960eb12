"""A LifterReport as a picture: bars of every method by action and by joint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture

from pose_action_ros.lab.evaluation.lifter_report import Figure, LifterReport, RowScore

_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # Tol's bright
_GREY = "#999999"
_DOTS_PER_INCH = 110


def save_plot(report: LifterReport, path: Path) -> None:
    """Draw the report as a PNG file: a line of panels for each source of keypoints."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = _drawn(report)
        # Without the version of matplotlib the same report gives the same bytes.
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _drawn(report: LifterReport) -> Picture:
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
    """Figures by method, for each panel: those of the actions with their mean, and the joints."""
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
    """Bars side by side, a group for each name; whiskers are the deviation over runs."""
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
