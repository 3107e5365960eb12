"""Labelled tracks of recordings, by the labels in them or in a CSV file.

The CSV file has the columns recording, person, start, end and label: path of the recording or of
the folder with its poses.npz, person id, seconds as in actions.csv, and a label such as
waving_left. An empty person is the only person of the recording; an empty start or end is that of
the recording.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from pose_action_ros.arrays import SUFFIX
from pose_action_ros.errors import InputError
from pose_action_ros.pose_tracks import LabelledSpan, PoseTrack
from pose_action_ros.recording import FILE_NAME, load_recording

COLUMNS = ("recording", "person", "start", "end", "label")


@dataclass(frozen=True)
class _Row:
    """One row of a CSV file of labels.

    Attributes:
        place: file and row, for errors.
        recording: path as written.
        span: the labelled span.
    """

    place: str
    recording: str
    span: LabelledSpan


def load_recordings(
    folders: Path | Sequence[Path], labels_file: Path | None = None
) -> list[PoseTrack]:
    """The labelled tracks of all recordings in folders and the folders below, ordered by path.

    Args:
        folders: folder of the recordings, or several.
        labels_file: CSV file of labels, see the module; its paths are relative to its own folder
            or to one of `folders`. They replace the labels in a recording.

    Raises:
        InputError: no recordings, one that cannot be used, a recording without labels where no
            CSV file is given, or a row of the CSV file that does not fit.
    """
    folders = [folders] if isinstance(folders, Path) else folders
    rows: dict[Path, list[_Row]] = defaultdict(list)
    for row in _read(labels_file) if labels_file else ():
        rows[_named(row, folders, labels_file)].append(row)
    paths = set(rows)
    for folder in folders:
        inside = {path.resolve() for path in folder.rglob(f"*{SUFFIX}")}
        if not inside:
            raise InputError(
                f"no recordings (*{SUFFIX}) in {folder}; make some with: pose-action record"
            )
        paths |= inside
    files = sorted(paths)
    return [track for path in files for track in _labelled(path, rows.get(path), labels_file)]


def _named(row: _Row, folders: Sequence[Path], labels_file: Path | None) -> Path:
    """The file that a row of labels names."""
    for base in (*([labels_file.parent] if labels_file else []), *folders):
        path = base / row.recording
        path = path / FILE_NAME if path.is_dir() else path
        if path.is_file():
            return path.resolve()
    raise InputError(
        f"{row.place}: got the recording {row.recording!r}, expected a path relative to the CSV "
        f"file or to {', '.join(map(str, folders))}"
    )


def _labelled(
    path: Path, rows: Sequence[_Row] | None, labels_file: Path | None
) -> Iterator[PoseTrack]:
    recording = load_recording(path)
    if rows is None:
        if not recording.spans and labels_file is None:
            raise InputError(
                f"{path}: the recording has no labels; name its actions in a CSV file (--labels)"
            )
        yield from recording.labelled()
    for row in rows or ():
        span = row.span
        try:
            yield recording.track(span.person_id, span.start, span.end, span.label)
        except InputError as error:
            raise InputError(f"{row.place}: {error}") from error


def _read(path: Path) -> list[_Row]:
    """Read a CSV file of labels.

    Raises:
        InputError: the file cannot be read, lacks a column, has no rows, or has a value that is
            not allowed; names file and row.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read the labels {path}: {error}") from error
    if not set(COLUMNS) <= set(columns):
        raise InputError(
            f"{path}: got the columns {', '.join(columns) or 'none'}, expected {', '.join(COLUMNS)}"
        )
    if not rows:
        raise InputError(f"{path}: got no rows, expected one for each labelled span")
    return [_row(f"{path}, row {number}", row) for number, row in rows]


def _row(place: str, row: Mapping[str, str | None]) -> _Row:
    values = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        person = _number(values, "person", "a person id such as 0, or empty for the only person")
        start = _number(values, "start", "seconds, or empty for the start of the recording")
        end = _number(values, "end", "seconds, or empty for the end of the recording")
        span = LabelledSpan(
            None if person is None else int(person),
            -inf if start is None else start,
            inf if end is None else end,
            values["label"],
        )
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
    return _Row(place, values["recording"], span)


def _number(values: Mapping[str, str], name: str, expected: str) -> float | None:
    """The number in a column; None if it is empty."""
    text = values[name]
    if not text:
        return None
    try:
        return int(text) if name == "person" else float(text)
    except ValueError:
        raise InputError(f"got the {name} {text!r}, expected {expected}") from None
