"""A detector with notes on disk, from which a run that was stopped is resumed.

Only the detections are noted: the stages after the detector are fast and run again. At each
checkpoint the state of the detector is noted, too, so that a run resumed from there equals one
without interruption. The notes are lines of JSON: the first names detector, settings and images,
the others have the detections of one image each, and the last marks the end of the source.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

from pose_action_ros.detection import Detector, Image
from pose_action_ros.detection.base import Wrapper
from pose_action_ros.errors import SettingError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import skeleton_named

CHECKPOINT = 3000
"""Number of images between two checkpoints: a resumed run repeats a minute of work at most."""
_END = b"{}\n"


class NotedDetector(Wrapper):
    """Returns the noted detections, image by image, then calls the detector; see Detector.

    Attributes:
        noted: number of images with notes of an earlier run.

    Args:
        detector: after a reset.
        path: of the notes; those for another key are replaced.
        key: names detector, settings and images; equal for equal detections.

    Raises:
        SettingError: the notes cannot be written.
    """

    def __init__(self, detector: Detector, path: Path, key: str) -> None:
        super().__init__(detector)
        self._path = path
        try:
            self._file, self.noted = _open(path, json.dumps({"key": key}))
        except OSError as error:
            raise SettingError(f"cannot write {path}: {error.strerror}") from error
        self._count = 0

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in the next image, from the notes or the detector.

        Raises:
            SettingError: the notes are of an image of another size, or cannot be written.
        """
        size = [image.shape[1], image.shape[0]]
        number, self._count = self._count, self._count + 1
        if number < self.noted:
            return self._read(size, last=number + 1 == self.noted)
        people = self._detector(image)
        line: dict[str, Any] = {"size": size, "people": [_numbers(person) for person in people]}
        if self._count % CHECKPOINT == 0:
            line["state"] = self._detector.state
        try:
            self._file.write(json.dumps(line).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise SettingError(f"cannot write {self._path}: {error.strerror}") from error
        return people

    def _read(self, size: list[int], *, last: bool) -> tuple[Pose2D, ...]:
        """Read the detections of one image, and with the last ones the state of the detector."""
        try:
            line = json.loads(self._file.readline())
            people = tuple(_person(numbers) for numbers in line["people"])
            if last and "state" in line:  # not at the end of the source
                self._detector.state = line["state"]
        except (ValueError, KeyError, TypeError) as error:
            raise SettingError(f"{self._path} is damaged ({error}); use --no-resume") from error
        if line["size"] != size:
            raise SettingError(
                f"{self._path} is of an image of {line['size']} px, this one has {size}: it is of "
                "another source; use --no-resume"
            )
        return people

    def close(self, *, complete: bool) -> None:
        """Close the notes, which stay.

        Args:
            complete: the source was read to its end, which is a checkpoint, too.
        """
        if complete:
            self._file.write(_END)
        self._file.close()


def _open(path: Path, title: str) -> tuple[IO[bytes], int]:
    """The file, behind its first line and cut at the newest checkpoint, and its images."""
    file = path.open("r+b" if path.exists() else "w+b")
    if file.readline() != title.encode() + b"\n":
        file.seek(0)
        file.truncate()
        file.write(title.encode() + b"\n")
        file.flush()
    begin = checkpoint = file.tell()
    complete = 0
    for count, line in enumerate(iter(file.readline, b""), 1):
        if line == _END:
            complete, checkpoint = count - 1, file.tell() - len(_END)
        elif count % CHECKPOINT == 0 and line.endswith(b"\n"):  # the last may be cut off
            complete, checkpoint = count, file.tell()
    file.truncate(checkpoint)
    file.seek(begin)
    return file, complete


def _numbers(person: Pose2D) -> dict[str, Any]:
    """For JSON, which keeps the exact numbers; its NaN is an extension of Python."""
    return {
        "skeleton": person.skeleton.name,
        "points": person.points.tolist(),
        "scores": person.scores.tolist(),
        "score": float(person.score),
    }


def _person(numbers: dict[str, Any]) -> Pose2D:
    skeleton = skeleton_named(numbers["skeleton"])
    return Pose2D(skeleton, numbers["points"], numbers["scores"], score=numbers["score"])
