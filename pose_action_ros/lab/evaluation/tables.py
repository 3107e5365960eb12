"""Tables in Markdown, and files of figures."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_action_ros.errors import InputError


@dataclass(frozen=True)
class Table:
    """A table with a title.

    Attributes:
        title: above it.
        header: of each column; the first is left-aligned text, the others are numbers.
        rows: with as many cells as the header.

    Raises:
        InputError: a row has more or fewer cells than the header.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.header)]
        if wrong:
            raise InputError(f"table {self.title!r}: got row {wrong[0]} for header {self.header}")

    def markdown(self) -> str:
        """A heading and the table, with columns padded for reading as plain text."""
        cells = [[cell.replace("|", "\\|") for cell in row] for row in (self.header, *self.rows)]
        widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
        rule = [
            "-" * widths[0],
            *("-" * (width - 1) + ":" for width in widths[1:]),
        ]
        lines = [_line(row, widths) for row in (cells[0], rule, *cells[1:])]
        return "\n".join([f"### {self.title}", "", *lines, ""])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    others = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return f"| {' | '.join([first, *others])} |"


def share(values: Iterable[bool]) -> float:
    """Share of true values; NaN without any value."""
    counted = list(values)
    return sum(counted) / len(counted) if counted else float("nan")


def show(*tables: Table) -> None:
    """Print tables."""
    for table in tables:
        print(table.markdown())  # noqa: T201 - the output of commands


def write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows with the same columns as a CSV file; without rows it is empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow(row)


def write_figures(figures: Any, path: Path) -> None:
    """Write figures as JSON and print the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"kept in {path}")  # noqa: T201 - the output of commands
