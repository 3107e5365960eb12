"""The exports of one run: files in the chosen formats, beside its other results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from pose_action_ros.errors import SettingError
from pose_action_ros.frame import Frame
from pose_action_ros.output.exports.bvh import write_bvh_files
from pose_action_ros.output.exports.elan import eaf
from pose_action_ros.output.exports.image_objects import ImageObjects
from pose_action_ros.output.exports.joint_rows import JointRows
from pose_action_ros.output.exports.markers import write_c3d_files, write_trc_files
from pose_action_ros.output.exports.subtitles import srt, vtt
from pose_action_ros.output.segments import Segment
from pose_action_ros.output.settings import EXPORTS
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recording import load_recording
from pose_action_ros.recording_file import FILE_NAME


class _Growing(Protocol):
    """A file that grows with each image."""

    def add(self, frame: Frame) -> None:
        """Append one image."""

    def close(self) -> None:
        """Finish the file."""


_GROWING: Mapping[str, Callable[[Path], _Growing]] = {
    "csv": lambda folder: JointRows(folder / "joints.csv"),
    "json": lambda folder: ImageObjects(folder / "images.json"),
}


@dataclass(frozen=True)
class Results:
    """The results of a run.

    Attributes:
        folder: of the results, with a recording.
        film: video that the segments belong to; empty for none.
        segments: of all people.
    """

    folder: Path
    film: str
    segments: Sequence[Segment]

    @cached_property
    def tracks(self) -> list[PoseTrack]:
        """The poses of each person, from the recording."""
        return load_recording(self.folder / FILE_NAME).tracks()


def _text(name: str, content: Callable[[Results], str]) -> Callable[[Results], None]:
    """Writer of a text file."""
    return lambda results: _write(results.folder / name, content(results))


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


_AT_END: Mapping[str, Callable[[Results], None]] = {
    "srt": _text("actions.srt", lambda results: srt(results.segments)),
    "vtt": _text("actions.vtt", lambda results: vtt(results.segments)),
    "eaf": _text(
        "actions.eaf", lambda results: eaf(results.segments, results.folder, results.film)
    ),
    "trc": lambda results: write_trc_files(results.folder, results.tracks),
    "c3d": lambda results: write_c3d_files(results.folder, results.tracks),
    "bvh": lambda results: write_bvh_files(results.folder, results.tracks),
}


class Exports:
    """Writes the chosen formats: some with each image, the others at the end.

    Args:
        names: of the formats, of EXPORTS.
        folder: of the results, which exists.

    Raises:
        SettingError: a file cannot be written, or a package is missing.
    """

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self._at_end = [name for name in EXPORTS if name in names and name in _AT_END]
        if "c3d" in names and find_spec("ezc3d") is None:
            raise SettingError(
                "exporting c3d needs ezc3d, which is missing; run: pip install ezc3d"
            )
        self._growing = [make(folder) for name, make in _GROWING.items() if name in names]

    def add(self, frame: Frame) -> None:
        """Write one image.

        Raises:
            SettingError: a file cannot be written.
        """
        for file in self._growing:
            file.add(frame)

    def close(self, film: str, segments: Sequence[Segment]) -> None:
        """Finish all files; the recording is complete.

        Raises:
            SettingError: a file cannot be written.
        """
        for file in self._growing:
            file.close()
        results = Results(self._folder, film, segments)
        try:
            for name in self._at_end:
                _AT_END[name](results)
        except OSError as error:
            raise SettingError(
                f"cannot export into {self._folder}: {error.strerror or error}"
            ) from error
