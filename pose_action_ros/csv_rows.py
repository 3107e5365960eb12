"""Rows of CSV files, each with its place for error messages."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pose_action_ros.errors import InputError


@dataclass(frozen=True)
class CsvRow:
    """One row.

    Attributes:
        place: file and row, for errors.
        values: text of each column without spaces around it; empty where the row is too short.
    """

    place: str
    values: dict[str, str]

    def number(self, column: str, expected: str) -> float | None:
        """The number in a column; None where it is empty.

        Raises:
            InputError: no finite number; the message ends with `expected`.
        """
        text = self.values[column]
        if not text:
            return None
        try:
            value = float(text)
            if abs(value) < float("inf"):
                return value
        except ValueError:
            pass
        raise self.error(f"the {column} {text!r}", expected)

    def error(self, got: str, expected: str) -> InputError:
        """The error of a value in this row."""
        return InputError(f"{self.place}: got {got}, expected {expected}")


def read_csv(path: Path, columns: Sequence[str], content: str, each: str) -> list[CsvRow]:
    """Read a CSV file with a header.

    Args:
        path: of the file.
        columns: that it must have; others may follow.
        content: of the file, for errors, such as "labels".
        each: meaning of a row, for errors.

    Raises:
        InputError: the file cannot be read, lacks a column, or has no rows.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read the {content} {path}: {error}") from error
    if not set(columns) <= set(names):
        raise InputError(
            f"{path}: got the columns {', '.join(names) or 'none'}, expected {', '.join(columns)}"
        )
    if not rows:
        raise InputError(f"{path}: got no rows, expected one for each {each}")
    return [
        CsvRow(f"{path}, row {number}", {name: (row[name] or "").strip() for name in names})
        for number, row in rows
    ]
