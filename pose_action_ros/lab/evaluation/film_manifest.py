"""Films with labels: a CSV file with one row for each film of one person.

Columns: path (relative to the CSV file), label (of the model, or `other` for a movement that is
none of its labels), start_s and end_s of the action (empty: start or end of the film), person,
ambiguous (1 if people would not agree about the label, else 0). Optional: accept (labels, separated
by spaces, that are right too) and distance (name of a group of films). Further columns are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final

from pose_action_ros.csv_rows import CsvRow, read_csv
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets import prefix_errors
from pose_action_ros.pose_tracks import checked_label

COLUMNS: Final = ("path", "label", "start_s", "end_s", "person", "ambiguous")
OTHER: Final = "other"
"""Label of a film of a movement that is none of the model's labels."""


@dataclass(frozen=True)
class LabelledFilm:
    """One film of one person and one action.

    Attributes:
        path: of the film.
        name: the path as in the CSV file.
        label: of the model, or OTHER.
        start, end: of the action [s]; the end is infinite for the end of the film.
        person: name.
        ambiguous: True if people would not agree about the label.
        accept: further labels that are right.
        group: name of a group of films, such as a distance; empty for none.
        place: file and row, for errors.
    """

    path: Path
    name: str
    label: str
    start: float
    end: float
    person: str
    ambiguous: bool
    accept: tuple[str, ...]
    group: str
    place: str

    @property
    def right(self) -> frozenset[str]:
        """The labels that are right while the action lasts."""
        return frozenset((self.label, *self.accept)) - {OTHER}

    @property
    def of_label(self) -> bool:
        """True if the model has a label for the action."""
        return self.label != OTHER

    def check_label(self, labels: Collection[str]) -> None:
        """Raise InputError if the label is none of the model's; accepted ones may be."""
        if self.label not in (OTHER, *labels):
            raise InputError(
                f"{self.place}: got the label {self.label!r}, expected {OTHER} or one of the "
                f"model's: {', '.join(labels)}"
            )


def read_manifest(path: Path, group: str = "") -> list[LabelledFilm]:
    """Read the films of a CSV file.

    Args:
        path: of the CSV file.
        group: regular expression; its first group, in the path of a film, names the group of
            films; empty for the column `distance`.

    Raises:
        InputError: the file cannot be read or has no rows, or a row does not fit; names the row.
        SettingError: no regular expression with a group.
    """
    pattern = _pattern(group)
    rows = read_csv(path, COLUMNS, "manifest", "film")
    films = [_film(row, path.parent, pattern) for row in rows]
    first: dict[Path, LabelledFilm] = {}
    for film in films:
        before = first.setdefault(film.path, film)
        if before is not film:
            raise InputError(
                f"{film.place}: got {film.name} as in {before.place}, expected one row for a film; "
                "cut films with several actions"
            )
    return films


def films_of(
    films: Sequence[LabelledFilm], persons: Sequence[str], left_out: Sequence[str]
) -> list[LabelledFilm]:
    """The films of some people.

    Args:
        films: of all people.
        persons: names of the people to take; empty for all.
        left_out: names of the people to leave out.

    Raises:
        InputError: there is no film of a person, or no film is left.
    """
    there = sorted({film.person for film in films})
    for name in (*persons, *left_out):
        if name not in there:
            raise InputError(
                f"got the person {name!r}, expected one of the manifest: {', '.join(there)}"
            )
    chosen = set(persons or there) - set(left_out)
    taken = [film for film in films if film.person in chosen]
    if not taken:
        raise InputError("got no films, expected at least one person besides those to leave out")
    return taken


def _pattern(group: str) -> re.Pattern[str] | None:
    if not group:
        return None
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise SettingError(f"group: got {group!r}, which is no regular expression: {error}") from (
            error
        )
    if not pattern.groups:
        raise SettingError(f"group: got {group!r}, expected a group in brackets, as in '_([0-9]+)'")
    return pattern


def _film(row: CsvRow, folder: Path, pattern: re.Pattern[str] | None) -> LabelledFilm:
    values = row.values
    name, label, accept = values["path"], values["label"], values.get("accept", "").split()
    if not name or not (folder / name).is_file():
        raise row.error(f"the path {name!r}", f"a film relative to {folder}")
    for text in (label, *accept):
        with prefix_errors(row.place):
            checked_label(text)
    start = row.number("start_s", "seconds, or empty for the start of the film") or 0.0
    end = row.number("end_s", "seconds, or empty for the end of the film")
    end = inf if end is None else end
    if not 0 <= start < end:
        raise row.error(f"start_s {start} and end_s {end}", "0 <= start_s < end_s")
    if values["ambiguous"] not in ("", "0", "1"):
        raise row.error(f"ambiguous {values['ambiguous']!r}", "0 or 1")
    found = pattern.search(name) if pattern else None
    group = values.get("distance", "") if pattern is None else (found.group(1) if found else "")
    return LabelledFilm(
        path=folder / name,
        name=name,
        label=label,
        start=start,
        end=end,
        person=values["person"],
        ambiguous=values["ambiguous"] == "1",
        accept=tuple(accept),
        group=group or "",
        place=row.place,
    )
