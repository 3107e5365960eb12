"""Pictures of answers in films: labels over time against the truth, and the curve of thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Patch

from pose_action_ros.lab.evaluation.film_scores import UNSPECIFIC, FilmScores, FilmTotals

_DOTS_PER_INCH = 110
_LINE = 0.21  # [inch] height of a film
_APART = 4  # [%] of false seconds between two thresholds that are written
_PALE = "0.88"  # colour of labels that are not specific


def draw_films(films: Sequence[FilmScores], path: Path) -> None:
    """Draw the answers of each film as bars over time, the true action as a frame, as PNG."""
    names = sorted({one.label for film in films for one in film.answers} - {*UNSPECIFIC})
    colours = dict(zip(names, _colours(len(names)), strict=True))
    with _picture(11, 1.2 + _LINE * len(films) + 0.03 * len(names), path) as panel:
        longest = max((one.end for film in films for one in film.answers), default=1.0)
        for row, film in enumerate(films):
            for one in film.answers:
                colour = colours.get(one.label, _PALE)
                panel.barh(row, one.end - one.start, 0.8, one.start, color=colour)
            end = min(film.film.end, longest)
            width = end - film.film.start
            edge = "black" if film.film.of_label else "0.5"
            panel.barh(row, width, 0.9, film.film.start, fill=False, edgecolor=edge, linewidth=0.8)
        titles = [f"{film.film.label}: {Path(film.film.name).stem}" for film in films]
        panel.set_yticks(range(len(films)), titles, fontsize=6)
        panel.set_ylim(len(films) - 0.3, -0.7)
        panel.set_xlim(0, longest)
        panel.set_xlabel("time [s]; frame: true action, grey for other movements")
        patches = [Patch(color=colours[name], label=name.replace("_", " ")) for name in names]
        patches.append(Patch(color=_PALE, label=" or ".join(UNSPECIFIC)))
        panel.legend(handles=patches, loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=7)


def draw_curve(curve: Sequence[tuple[float, FilmTotals]], threshold: float, path: Path) -> None:
    """Draw actions in time over the share of false seconds, by threshold, as PNG."""
    with _picture(5.5, 4, path) as panel:
        false = [100 * figures.false_share for _, figures in curve]
        in_time = [100 * figures.in_time / max(figures.actions, 1) for _, figures in curve]
        panel.plot(false, in_time, "o-", markersize=3, linewidth=1)
        written = [index for index, (value, _) in enumerate(curve) if value == threshold]
        for index in range(len(curve)):
            if all(abs(false[index] - false[other]) > _APART for other in written):
                written.append(index)
        for index in written:
            panel.annotate(
                f"{curve[index][0]:g}",
                (false[index], in_time[index]),
                (-4, -12),
                textcoords="offset points",
                weight="bold" if curve[index][0] == threshold else "normal",
            )
        panel.set_xlabel("answered seconds that are false [%]")
        panel.set_ylabel("actions in time [%]")
        panel.set_title("unknown_below")
        panel.set_ylim(0, 102)
        panel.set_xlim(left=0)


@contextmanager
def _picture(width: float, height: float, path: Path) -> Iterator[Axes]:
    """A panel that is written as a PNG file in the end."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = Picture(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(picture)
        yield picture.add_subplot()
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _colours(count: int) -> list[tuple[float, float, float]]:
    """Distinct colours."""
    hues = np.arange(count) * 0.618 % 1.0  # golden ratio: neighbours differ
    values = np.where(np.arange(count) % 2, 0.65, 0.9)
    return [
        tuple(mpl.colors.hsv_to_rgb((hue, 0.75, value)).tolist())
        for hue, value in zip(hues, values, strict=True)
    ]
