"""Labelled tracks of recordings, by the labels in them or in a CSV file.

The CSV file has the columns recording, person, start, end and label: path of the recording or of
the folder with its poses.npz, person id, seconds as in actions.csv, and a label such as
waving_left. An empty person is the only person of the recording; an empty start or end is that of
the recording.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from pose_action_ros.arrays import SUFFIX
from pose_action_ros.csv_rows import CsvRow, read_csv
from pose_action_ros.errors import InputError
from pose_action_ros.folders import files_below
from pose_action_ros.pose_tracks import LabelledSpan, PoseTrack
from pose_action_ros.recording import load_recording
from pose_action_ros.recording_file import FILE_NAME

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
    folders: Path | Sequence[Path], labels_file: Path | None = None, lead: float = 0.0
) -> list[PoseTrack]:
    """The labelled tracks of all recordings in folders and the folders below, ordered by path.

    Args:
        folders: folder of the recordings, or several.
        labels_file: CSV file of labels, see the module; its paths are relative to its own folder
            or to one of `folders`. They replace the labels in a recording.
        lead: time before each labelled span from which there are poses, too [s].

    Raises:
        InputError: no recordings, one that cannot be used, a recording without labels where no
            CSV file is given, or a row of the CSV file that does not fit.
    """
    folders = [folders] if isinstance(folders, Path) else folders
    rows: dict[Path, list[_Row]] = defaultdict(list)
    read = read_csv(labels_file, COLUMNS, "labels", "labelled span") if labels_file else ()
    for row in map(_row, read):
        rows[_named(row, folders, labels_file)].append(row)
    paths = set(rows)
    for folder in folders:
        inside = {path.resolve() for path in files_below(folder, SUFFIX)}
        if not inside:
            raise InputError(
                f"no recordings (*{SUFFIX}) in {folder}; make some with: pose-action record"
            )
        paths |= inside
    files = sorted(paths)
    return [track for path in files for track in _labelled(path, rows.get(path), labels_file, lead)]


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
    path: Path, rows: Sequence[_Row] | None, labels_file: Path | None, lead: float
) -> Iterator[PoseTrack]:
    recording = load_recording(path)
    if rows is None:
        if not recording.spans and labels_file is None:
            raise InputError(
                f"{path}: the recording has no labels; name its actions in a CSV file (--labels)"
            )
        yield from recording.labelled(lead)
    for row in rows or ():
        span = row.span
        try:
            yield recording.track(span.person_id, span.start, span.end, span.label, lead)
        except InputError as error:
            raise InputError(f"{row.place}: {error}") from error


def _row(row: CsvRow) -> _Row:
    values = row.values
    try:
        person = int(values["person"]) if values["person"] else None
    except ValueError:
        raise row.error(
            f"the person {values['person']!r}",
            "a person id such as 0, or empty for the only person",
        ) from None
    start = row.number("start", "seconds, or empty for the start of the recording")
    end = row.number("end", "seconds, or empty for the end of the recording")
    try:
        span = LabelledSpan(
            person,
            -inf if start is None else start,
            inf if end is None else end,
            values["label"],
        )
    except InputError as error:
        raise InputError(f"{row.place}: {error}") from error
    return _Row(row.place, values["recording"], span)
