"""Files of `process`: annotated video or picture, table and plot of actions, recording, exports."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import cv2
import numpy as np

from pose_action_ros.drawing import draw_people
from pose_action_ros.drawing.captions import Captions
from pose_action_ros.errors import SettingError
from pose_action_ros.frame import Frame
from pose_action_ros.output.exports.exports import Exports
from pose_action_ros.output.segments import Segment, Segments
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.timeline import Presence, write_timeline
from pose_action_ros.output.video import VideoFile
from pose_action_ros.poses import Pose2D
from pose_action_ros.recording_file import FILE_NAME, RecordingWriter
from pose_action_ros.settings import names_of
from pose_action_ros.skeletons import BODY_25, Skeleton
from pose_action_ros.sources.images import picture_names
from pose_action_ros.sources.kinds import Kind, kind_of, stem_of, title_of
from pose_action_ros.sources.openpose_json import ENDING, openpose_json

if TYPE_CHECKING:
    from pose_action_ros.output.bag_file import BagFile

COLUMNS = ("start", "end", "person", "label", "score")
_PICTURES = (".png", ".jpg", ".jpeg")
_VIDEO = "annotated.mp4"


class Outputs:
    """The files of one run; segments are on disk as soon as they end, the others with `close`.

    Attributes:
        seconds: time by person and label [s], for the summary.
        people: time in view by person, for the summary.

    Args:
        folder: where to write; made if missing.
        rate: images per second of the source.
        settings: of the files.
        skeleton: of the keypoints.

    Raises:
        SettingError: a file cannot be written, or does not fit the source.
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
        self.people: dict[int, Presence] = {}
        self._table = _open_table(folder)
        self._rows = csv.writer(self._table)
        self._rows.writerow(COLUMNS)
        source = settings.source or settings.keypoints_json
        self._recording = RecordingWriter(folder / FILE_NAME, title_of(source), rate)
        self._whole = not settings.seconds
        self._json, self._bag = _json_files(settings), _bag_file(settings, skeleton)
        self._video = _annotated(folder, rate, settings) if settings.video else None
        self._draws = settings.video or (self._bag is not None and settings.bag_viewers)
        self._segments, self._captions = Segments(), Captions()
        self._ended: list[Segment] = []
        self._folder, self._film = folder, _film(folder, settings)
        self._exports = Exports(names_of(settings.export), folder)

    def add(self, frame: Frame) -> None:
        """Write all about one image; may draw into it."""
        for person in frame.people:
            presence = self.people.setdefault(person.id, Presence(frame.stamp, frame.stamp))
            presence.last = frame.stamp
            self._recording.add(
                frame.index, frame.stamp, person.keypoints, person.pose, frame.intrinsics
            )
        self._write(self._segments.add(frame.actions, frame.stamp))
        self._captions.add(frame.actions, frame.stamp)
        self._exports.add(frame)
        if self._json is not None:
            self._json.add(frame.index, frame.keypoints)
        labels = self._captions.at(frame.stamp)
        if self._draws:
            frame = _annotate(frame, labels)
        if self._bag is not None:
            self._bag.add(frame, labels)
        if self._video is not None:
            assert frame.image is not None
            self._video.add(frame.image, frame.stamp)

    def _write(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._ended.append(segment)
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
            SettingError: a file cannot be written.
        """
        self._write(self._segments.finish())
        self._table.close()
        if self._video is not None:
            self._video.close()
        self._recording.close()
        if self._bag is not None:
            self._bag.close(complete=complete and self._whole)
        write_timeline(self._folder / "actions.svg", self._ended, self.people)
        self._exports.close(self._film, self._ended)


def _annotate(frame: Frame, labels: Mapping[int, str]) -> Frame:
    """Draw the people into the image, or into a copy where it cannot be written."""
    assert frame.image is not None
    # A raw image out of a bag is the message's memory, which cannot be written.
    image = np.require(frame.image, requirements=("C", "W"))
    draw_people(image, frame.keypoints, labels)
    return replace(frame, image=image)


def _film(folder: Path, settings: ProcessSettings) -> str:
    """The video with the times of the results; empty for none."""
    if settings.source and kind_of(settings.source) is Kind.VIDEO:
        return settings.source
    return str(folder / _VIDEO) if settings.video else ""


def _open_table(folder: Path) -> TextIO:
    """actions.csv in a folder that is made if missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "actions.csv").open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise SettingError(f"cannot write into {folder}: {error.strerror}") from error


class PictureFile:
    """The annotated picture of a single picture.

    Args:
        path: of the file, replaced if it exists; its ending names the format.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, image: np.ndarray, _stamp: float) -> None:
        """Write the picture (H, W, 3) BGR; SettingError if it cannot be written."""
        content = cv2.imencode(self._path.suffix, image)[1].tobytes()
        try:
            self._path.write_bytes(content)
        except OSError as error:
            raise SettingError(f"cannot write {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Do nothing: the file is complete."""


def _annotated(folder: Path, rate: float, settings: ProcessSettings) -> VideoFile | PictureFile:
    """annotated.mp4, or a picture where the source is one."""
    suffix = Path(settings.source).suffix.lower()
    if settings.source and kind_of(settings.source) is Kind.IMAGE:
        return PictureFile(folder / f"annotated{suffix if suffix in _PICTURES else '.png'}")
    return VideoFile(folder / _VIDEO, rate, settings.video_codec)


class JsonFiles:
    """One file for each image, as OpenPose names them.

    A file is PICTURE_keypoints.json for a picture, and STEM_000000000000_keypoints.json with the
    image's number for other sources.

    Args:
        folder: where to write; made if missing.
        stem: of the files' names.
        pictures: names of the pictures by their number; empty for other sources.

    Raises:
        SettingError: the folder cannot be made.
    """

    def __init__(self, folder: Path, stem: str, pictures: Sequence[str] = ()) -> None:
        self._folder, self._stem, self._pictures = folder, stem, pictures
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(f"cannot write into {folder}: {error.strerror}") from error

    def add(self, index: int, people: Sequence[Pose2D]) -> None:
        """Write the people [px] of one image.

        Raises:
            SettingError: the file cannot be written.
        """
        name = self._pictures[index] if self._pictures else f"{self._stem}_{index:012}"
        path = self._folder / f"{name}{ENDING}"
        try:
            path.write_text(openpose_json(people), encoding="utf-8")
        except OSError as error:
            raise SettingError(f"cannot write {path}: {error.strerror}") from error


def _json_files(settings: ProcessSettings) -> JsonFiles | None:
    if not settings.write_json:
        return None
    folder = Path(settings.write_json).expanduser()
    if settings.source and kind_of(settings.source) in {Kind.IMAGES, Kind.IMAGE}:
        if settings.loop:
            raise SettingError("write_json and loop: a picture has one file; leave out one of them")
        pictures = picture_names(Path(settings.source).expanduser())
        return JsonFiles(folder, stem_of(settings.source), pictures)
    return JsonFiles(folder, stem_of(settings.source or settings.keypoints_json))


def _bag_file(settings: ProcessSettings, skeleton: Skeleton) -> BagFile | None:
    """The bag, if any; only then rosbags is imported."""
    if not settings.write_bag:
        return None
    if settings.loop:
        raise SettingError("write_bag and loop: a bag has each time once; leave out one of them")
    try:
        from pose_action_ros.output.bag_file import open_bag_file  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingError(
            f"writing bag {settings.write_bag} needs rosbags ({error}); run: pip install rosbags"
        ) from error
    path = Path(settings.write_bag).expanduser()
    return open_bag_file(
        path,
        settings.source,
        settings.bag_storage,
        skeleton,
        originals=settings.with_originals,
        viewers=settings.bag_viewers,
    )
