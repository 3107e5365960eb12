"""`--export trc` and `c3d`: the joints as markers for biomechanics, one file for each person.

TRC: Motion Analysis, as OpenSim reads it. C3D: https://www.c3d.org, written by ezc3d (Michaud and
Begon 2021, J. Open Source Softw. 6:2911). Millimetres, Y up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.output.exports.even_track import EvenTrack, even_track
from pose_action_ros.pose_tracks import PoseTrack

Array = npt.NDArray[np.float64]

MOST_FRAMES = 65535
"""Limit of the frames of a C3D file: their numbers have 16 bit."""
_MILLIMETRES = 1000.0


def write_trc_files(folder: Path, tracks: Sequence[PoseTrack]) -> None:
    """Write person_<id>.trc for each track; OSError if one cannot be written."""
    for track in map(even_track, tracks):
        path = folder / f"person_{track.person_id}.trc"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in _trc(track, path.name))


def _trc(track: EvenTrack, name: str) -> Iterator[str]:
    """Lines of a file."""
    count, markers = track.points.shape[:2]
    rate = f"{track.rate:.6g}"
    yield f"PathFileType\t4\t(X/Y/Z)\t{name}"
    yield (
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames"
    )
    yield f"{rate}\t{rate}\t{count}\t{markers}\tmm\t{rate}\t{track.first + 1}\t{count}"
    yield "Frame#\tTime\t" + "".join(f"{joint}\t\t\t" for joint in track.joints).rstrip("\t")
    axes = (f"{axis}{number}" for number in range(1, markers + 1) for axis in "XYZ")
    yield "\t\t" + "\t".join(axes)
    yield ""
    numbers = enumerate(zip(track.times.tolist(), _flat(track), strict=True), track.first + 1)
    for number, (time, row) in numbers:
        # "NaN": many readers split at spaces of any number, and would not notice an empty cell.
        cells = (f"{value:.2f}" if isfinite(value) else "NaN" for value in row)
        yield f"{number}\t{time:.6f}\t" + "\t".join(cells)


def _flat(track: EvenTrack) -> list[list[float]]:
    """Rows of x, y and z [mm] of all joints."""
    rows: list[list[float]] = (track.points * _MILLIMETRES).reshape(len(track.points), -1).tolist()
    return rows


def write_c3d_files(folder: Path, tracks: Sequence[PoseTrack]) -> None:
    """Write person_<id>.c3d for each track; OSError if one cannot be written.

    A file has MOST_FRAMES at most: further frames are in person_<id>_2.c3d and so on.
    """
    ezc3d = import_module("ezc3d")
    for track in map(even_track, tracks):
        for number, start in enumerate(range(0, len(track.points), MOST_FRAMES), 1):
            end = f"_{number}" if number > 1 else ""
            path = folder / f"person_{track.person_id}{end}.c3d"
            path.open("wb").close()  # ezc3d reports no error
            points = track.points[start : start + MOST_FRAMES]
            _c3d(ezc3d, replace(track, first=track.first + start, points=points), path)


def _c3d(ezc3d: Any, track: EvenTrack, path: Path) -> None:
    """Write one file; its first frame has the number in the film where the format allows it."""
    count = len(track.points)
    file = ezc3d.c3d()
    parameters = file["parameters"]["POINT"]
    parameters["RATE"]["value"] = [track.rate]
    parameters["LABELS"]["value"] = tuple(track.joints)
    parameters["UNITS"]["value"] = ["mm"]
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file.add_parameter("POSE_ACTION", "START", [track.first / track.rate])
    file["header"]["points"]["first_frame"] = track.first * (track.first + count <= MOST_FRAMES)
    values = np.ones((4, len(track.joints), count))
    values[:3] = track.points.transpose(2, 1, 0) * _MILLIMETRES  # (3, J, T)
    file["data"]["points"] = values
    file.write(str(path))
    if path.stat().st_size < values.size * 4:  # single precision; ezc3d reports no error
        raise OSError(f"{path.name} is incomplete; is the disk full?")
