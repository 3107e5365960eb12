"""What `process` writes: annotated.mp4, actions.csv, poses.npz, a bag and JSON files if wanted."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from pose_action_ros.drawing import draw_people
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.errors import SettingError
from pose_action_ros.output.json_files import JsonFiles
from pose_action_ros.output.recording import Recording
from pose_action_ros.output.segments import Segment, Segments
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.video import VideoFile
from pose_action_ros.pipeline import Frame
from pose_action_ros.skeletons import BODY_25, Skeleton
from pose_action_ros.sources.kinds import stem_of

if TYPE_CHECKING:
    from pose_action_ros.output.bag_file import BagFile

COLUMNS = ("start", "end", "person", "label", "score")


class Outputs:
    """The files of one run; segments are on disk as soon as they end, the others with `close`.

    Attributes:
        seconds: time by person and label [s], for the summary.

    Args:
        folder: where to write; made when it is not there.
        rate: images per second of the source.
        settings: what is wanted.
        skeleton: of the keypoints.

    Raises:
        SettingError: something cannot be written, or not about this source.
        SourceError: the original messages cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        rate: float,
        settings: ProcessSettings,
        skeleton: Skeleton = BODY_25,
    ) -> None:
        self.seconds: dict[tuple[str, str], float] = {}
        self._table = _open_table(folder)
        self._rows = csv.writer(self._table)
        self._rows.writerow(COLUMNS)
        self._recording = Recording(folder / "poses.npz")
        self._whole = not settings.seconds
        self._json, self._bag = _json_files(settings), _bag_file(settings, skeleton)
        self._video = VideoFile(folder / "annotated.mp4", rate) if settings.video else None
        self._segments, self._captions = Segments(), Captions()

    def add(self, frame: Frame) -> None:
        """Write what belongs to one image; may draw into it."""
        self._recording.add(frame)
        self._write(self._segments.add(frame.actions, frame.stamp))
        self._captions.add(frame.actions, frame.stamp)
        if self._json is not None:
            self._json.add(frame.index, frame.keypoints)
        if self._bag is not None:
            self._bag.add(frame)
        if self._video is not None:
            assert frame.image is not None
            # A raw image out of a bag is the message's memory, which cannot be written.
            image = np.require(frame.image, requirements=("C", "W"))
            draw_people(image, frame.keypoints, self._captions.at(frame.stamp))
            self._video.add(image, frame.stamp)

    def _write(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            person = "+".join(str(person_id) for person_id in segment.person_ids)
            length = segment.end - segment.start
            key = (person, segment.label)
            self.seconds[key] = self.seconds.get(key, 0.0) + length
            start, end = f"{segment.start:.3f}", f"{segment.end:.3f}"
            self._rows.writerow((start, end, person, segment.label, f"{segment.score:.4f}"))
        self._table.flush()

    def close(self, *, complete: bool) -> None:
        """Finish all files.

        Args:
            complete: the source was read to its end.

        Raises:
            SettingError: one of them cannot be written.
        """
        self._write(self._segments.finish())
        self._table.close()
        if self._video is not None:
            self._video.close()
        self._recording.save()
        if self._bag is not None:
            self._bag.close(complete=complete and self._whole)


def _open_table(folder: Path) -> TextIO:
    """actions.csv in a folder that is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "actions.csv").open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise SettingError(f"cannot write into {folder}: {error.strerror}") from error


def _json_files(settings: ProcessSettings) -> JsonFiles | None:
    """What writes OpenPose's files, when they are wanted."""
    if not settings.write_json:
        return None
    name = settings.source or settings.keypoints_json
    return JsonFiles(Path(settings.write_json).expanduser(), stem_of(name))


def _bag_file(settings: ProcessSettings, skeleton: Skeleton) -> BagFile | None:
    """What writes the bag, when it is wanted; rosbags is imported only then."""
    if not settings.write_bag:
        return None
    try:
        from pose_action_ros.output.open_bag_file import open_bag_file  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingError(
            f"writing bag {settings.write_bag} needs rosbags ({error}); run: pip install rosbags"
        ) from error
    return open_bag_file(settings, skeleton)
