"""A detector that notes on disk what it finds, so that a run that was killed need not look again.

What comes after the detector is done anew when a run goes on: it is fast, and so everything is the
same as in one go. The notes are lines of JSON: the first says what they are about, each other has
the people of an image and what the detector remembers after it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

from pose_action_ros.detection import Detector, DetectorSettings, Image, Memory
from pose_action_ros.errors import SettingError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import skeleton_named


class NotedDetector:
    """Says what the notes say, image by image, then asks a detector and takes notes; see Detector.

    Attributes:
        noted: images that the notes of an earlier run were about.

    Args:
        detector: that has seen no image yet.
        path: of the notes; those about something else are replaced.
        about: what the notes are about, detector and images; the same for the same.

    Raises:
        SettingError: the notes cannot be written.
    """

    def __init__(self, detector: Detector, path: Path, about: str) -> None:
        self.skeleton, self.engine = detector.skeleton, detector.engine
        self._detector, self._path = detector, path
        try:
            self._file, self.noted = _opened(path, json.dumps({"about": about}))
        except OSError as error:
            raise SettingError(f"cannot write {path}: {error.strerror}") from error
        self._left = self.noted

    @property
    def settings(self) -> DetectorSettings:
        """Of the detector."""
        return self._detector.settings

    @settings.setter
    def settings(self, settings: DetectorSettings) -> None:
        self._detector.settings = settings

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in the next image, noted or found.

        Raises:
            SettingError: the notes are about images of another size, or cannot be written.
        """
        size = [image.shape[1], image.shape[0]]
        if self._left:
            return self._said_before(size)
        people = self._detector(image)
        noted = [_numbers(person) for person in people]
        line = {"size": size, "people": noted, "memory": self._detector.remembered()}
        try:
            self._file.write(json.dumps(line).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise SettingError(f"cannot write {self._path}: {error.strerror}") from error
        return people

    def _said_before(self, size: list[int]) -> tuple[Pose2D, ...]:
        try:
            line = json.loads(self._file.readline())
            people = tuple(_person(numbers) for numbers in line["people"])
        except (ValueError, KeyError, TypeError) as error:
            raise SettingError(f"{self._path} is damaged ({error}); use --no-resume") from error
        if line["size"] != size:
            raise SettingError(
                f"{self._path} is about an image of {line['size']} px, this one has {size}: it is "
                "of another source; use --no-resume"
            )
        self._left -= 1
        if not self._left:
            self._detector.recall(line["memory"])
            self._file.seek(0, 2)
        return people

    def reset(self) -> None:
        """See Detector."""
        self._detector.reset()

    def remembered(self) -> Memory:
        """See Detector."""
        return self._detector.remembered()

    def recall(self, memory: Memory) -> None:
        """See Detector."""
        self._detector.recall(memory)

    def close(self) -> None:
        """Close the notes, which stay."""
        self._file.close()


def _opened(path: Path, title: str) -> tuple[IO[bytes], int]:
    """The file, behind its first line, and the images noted in it; begun when it is another's."""
    file = path.open("r+b" if path.exists() else "w+b")
    if file.readline() != title.encode() + b"\n":
        file.seek(0)
        file.truncate()
        file.write(title.encode() + b"\n")
        file.flush()
    begin, count, end = file.tell(), 0, file.tell()
    for line in iter(file.readline, b""):
        if not line.endswith(b"\n"):  # killed while it was written
            break
        count, end = count + 1, file.tell()
    file.truncate(end)
    file.seek(begin)
    return file, count


def _numbers(person: Pose2D) -> dict[str, Any]:
    """As JSON holds it; its numbers come back exactly, and NaN is one of Python's."""
    return {
        "skeleton": person.skeleton.name,
        "points": person.points.tolist(),
        "scores": person.scores.tolist(),
        "score": float(person.score),
    }


def _person(numbers: dict[str, Any]) -> Pose2D:
    skeleton = skeleton_named(numbers["skeleton"])
    return Pose2D(skeleton, numbers["points"], numbers["scores"], score=numbers["score"])
