"""Results of a search: the best genotype, pictures of its cells and of the rewards, a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator

from pose_action_ros.errors import InputError
from pose_action_ros.lab.networks.cell_layer import edges
from pose_action_ros.lab.networks.genotype import (
    OPERATIONS,
    Cell,
    Genotype,
    loose_ends,
    write_genotype,
)
from pose_action_ros.lab.search.enas import CURVE, Epoch, Ranked, read_curve

GENOTYPE, CELLS, REWARDS = "genotype.json", "cells.png", "rewards.png"

# Tol's bright colours; an operation has the same colour in all pictures.
_COLOURS = dict(
    zip(OPERATIONS, ("#4477aa", "#aa3377", "#228833", "#ee6677", "#999999"), strict=True)
)
_JOINED = "#000000"
_DOTS_PER_INCH = 110
_SIDE, _LONG = 0.14, 0.2  # curvature of a node's two arrows, and of arrows past other nodes


def write_report(folder: Path, ranked: Sequence[Ranked]) -> None:
    """Write the best genotype and both pictures into the folder of a search.

    Args:
        folder: output of `search`, with the curve.
        ranked: result of `search`.

    Raises:
        ModelError: the folder has no curve.
        InputError: there are no genotypes.
    """
    if not ranked:
        raise InputError("no genotype is ranked, expected the result of a search")
    best = ranked[0]
    write_genotype(folder / GENOTYPE, best.genotype)
    save_cells(best.genotype, folder / CELLS)
    save_rewards(read_curve(folder / CURVE), folder / REWARDS)


def comparison(
    searched: float, random: Sequence[float], hand_made: float, jet: float | None = None
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of a table that compares the search with random cells and a manual design.

    Args:
        searched: accuracy 0 to 1 of the searched cells, trained from scratch.
        random: accuracies of networks of random cells, trained in the same way.
        hand_made: accuracy of the convolutional network.
        jet: accuracy of the searched cells with images in JET colours, if others are compared.

    Raises:
        InputError: no accuracies of random cells.
    """
    if not random:
        raise InputError("no accuracies of random cells, expected at least one; train some")
    rows: list[tuple[str, ...]] = [
        ("searched cells", _percent(searched), _percent(searched)),
        (f"random cells ({len(random)})", _percent(fmean(random)), _percent(max(random))),
        ("hand-made network", _percent(hand_made), _percent(hand_made)),
    ]
    if jet is not None:
        rows.append(("searched cells, JET colours", _percent(jet), _percent(jet)))
    return ("network", "mean accuracy [%]", "best accuracy [%]"), rows


def _percent(part: float) -> str:
    return f"{100 * part:.1f}"


def save_rewards(curve: Sequence[Epoch], path: Path) -> None:
    """Draw loss of the shared weights, rewards, and the controller's entropy by epoch, as PNG."""
    _save(lambda picture: _draw_rewards(picture, curve), (12, 3.6), path)


def _draw_rewards(picture: Figure, curve: Sequence[Epoch]) -> None:
    epochs = [row.epoch for row in curve]
    panels = {
        "loss of the shared weights": {"loss": [row.loss for row in curve]},
        "reward": {
            "mean": [row.reward for row in curve],
            "baseline": [row.baseline for row in curve],
            "best": [row.best for row in curve],
        },
        "entropy of the controller [nats]": {"entropy": [row.entropy for row in curve]},
    }
    for place, (title, lines) in enumerate(panels.items()):
        panel = picture.add_subplot(1, len(panels), place + 1)
        for (name, values), colour in zip(lines.items(), _COLOURS.values(), strict=False):
            panel.plot(epochs, values, label=name, color=colour, marker=".")
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.grid(linewidth=0.4)
        if len(lines) > 1:
            panel.legend(fontsize=8)


def save_cells(genotype: Genotype, path: Path) -> None:
    """Draw both cells as graphs, as PNG: arrows are operations, one colour for each."""
    _save(lambda picture: _draw_cells(picture, genotype), (12, 4.6), path)


def _draw_cells(picture: Figure, genotype: Genotype) -> None:
    for place, (name, cell) in enumerate(
        (("normal", genotype.normal), ("reduction", genotype.reduction))
    ):
        panel = picture.add_subplot(1, 2, place + 1)
        panel.set_title(f"{name} cell", fontsize=11)
        _draw_cell(panel, cell)
    names = {**_COLOURS, "concatenated": _JOINED}
    handles = [Line2D([], [], color=colour, label=name) for name, colour in names.items()]
    picture.legend(handles=handles, loc="outside lower center", ncols=len(names), fontsize=9)


def _draw_cell(panel: Axes, cell: Cell) -> None:
    places = layout(cell)
    end = len(places) - 1
    for edge in edges(cell):
        bend = _SIDE if edge.side else -_SIDE
        _arrow(panel, places[edge.source], places[edge.node + 2], _COLOURS[edge.name], bend)
    for loose in loose_ends(cell):
        _arrow(panel, places[loose], places[end], _JOINED, 0.0)
    names = ["before\nlast", "last\ncell", *map(str, range(len(cell))), "output"]
    for (x, y), name in zip(places, names, strict=True):
        panel.text(x, y, name, ha="center", va="center", fontsize=9, bbox=_BOX)
    panel.set_xlim(-0.5, places[end][0] + 0.5)
    panel.set_ylim(min(y for _, y in places) - 0.8, max(y for _, y in places) + 0.8)
    panel.axis("off")


_BOX = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "#444444"}


def layout(cell: Cell) -> list[tuple[float, float]]:
    """Positions of a cell's two inputs, its nodes and its output, each right of its sources.

    The column is the length of the longest path from an input; each column is centred on zero.
    """
    columns = [0, 0]
    for node in cell:
        columns.append(1 + max(columns[source] for source in node.inputs))
    columns.append(1 + max(columns))
    places = []
    for number, column in enumerate(columns):
        above = columns[:number].count(column)
        places.append((float(column), (columns.count(column) - 1) / 2 - above))
    return places


def _arrow(
    panel: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    bend: float,
) -> None:
    if end[0] - start[0] > 1:  # around the nodes between
        bend += _LONG if start[1] >= end[1] else -_LONG
    panel.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=12,
            shrinkA=16,
            shrinkB=16,
            color=colour,
            linewidth=1.6,
        )
    )


def _save(draw: Callable[[Figure], None], size: tuple[float, float], path: Path) -> None:
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg"}):
        picture = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(picture)
        draw(picture)
        # Without the version of matplotlib, the file is reproducible.
        picture.savefig(path, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
