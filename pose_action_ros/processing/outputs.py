"""What `process` writes: annotated.mp4, actions.csv, poses.npz, and OpenPose's files if wanted."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from pose_action_ros.captions import Captions
from pose_action_ros.drawing import draw_people
from pose_action_ros.errors import SettingError
from pose_action_ros.processing.json_files import JsonFiles
from pose_action_ros.processing.pipeline import Result
from pose_action_ros.processing.recording import Recording
from pose_action_ros.processing.segments import Segment, Segments
from pose_action_ros.processing.video import VideoFile
from pose_action_ros.sources import Frame

COLUMNS = ("start", "end", "person", "label", "score")


class Outputs:
    """The files of one run; segments are on disk as soon as they end, the poses with `close`.

    Attributes:
        seconds: time by person and label [s], for the summary.

    Args:
        folder: where to write; made when it is not there.
        rate: images per second of the source.
        video: whether to write annotated.mp4.
        json: what writes OpenPose's files; None for none.

    Raises:
        SettingError: the folder cannot be written.
    """

    def __init__(
        self, folder: Path, rate: float, *, video: bool, json: JsonFiles | None = None
    ) -> None:
        self.seconds: dict[tuple[str, str], float] = {}
        self._table = _open_table(folder)
        self._rows = csv.writer(self._table)
        self._rows.writerow(COLUMNS)
        self._folder, self._json = folder, json
        self._video = VideoFile(folder / "annotated.mp4", rate) if video else None
        self._recording, self._segments, self._captions = Recording(), Segments(), Captions()

    def add(self, frame: Frame, result: Result) -> None:
        """Write what belongs to one image; draws into it."""
        self._recording.add(frame.index, frame.stamp, result)
        self._write(self._segments.add(result.actions, frame.stamp))
        self._captions.add(result.actions, frame.stamp)
        if self._json is not None:
            self._json.add(frame.index, result.keypoints)
        if self._video is not None:
            draw_people(frame.image, result.keypoints, self._captions.at(frame.stamp))
            self._video.add(frame.image, frame.stamp)

    def _write(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            person = "+".join(str(person_id) for person_id in segment.person_ids)
            length = segment.end - segment.start
            key = (person, segment.label)
            self.seconds[key] = self.seconds.get(key, 0.0) + length
            start, end = f"{segment.start:.3f}", f"{segment.end:.3f}"
            self._rows.writerow((start, end, person, segment.label, f"{segment.score:.4f}"))
        self._table.flush()

    def close(self) -> None:
        """Finish all files."""
        self._write(self._segments.finish())
        self._table.close()
        if self._video is not None:
            self._video.close()
        self._recording.save(self._folder / "poses.npz")


def _open_table(folder: Path) -> TextIO:
    """actions.csv in a folder that is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "actions.csv").open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise SettingError(f"cannot write into {folder}: {error.strerror}") from error
