"""Folders of the files that OpenPose writes, one for each image: people without a detector."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SourceError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.sources.base import Image, Source, SourceFrame
from pose_action_ros.sources.kinds import natural_order
from pose_action_ros.sources.openpose_json import ENDING, people_from_json

_LOG = logging.getLogger(__name__)
_NUMBERED = re.compile(rf".*_(\d{{12}}){re.escape(ENDING)}")


class KeypointFiles:
    """The people in a folder of OpenPose's files, image by image; see Source.

    Files of a video have the number of its image, files of an image folder the image's name: these
    count in natural order. An image without a file is left out, its time passes; a file that
    cannot be read is reported, counted and left out.

    Args:
        folder: with the files.
        rate: images per second, where there are no pictures.
        size: width and height of the images [px], which no file tells.
        pictures: the images themselves; without them they are black.

    Raises:
        SourceError: no such files, or files of several recordings.
    """

    def __init__(
        self, folder: Path, rate: float, size: tuple[int, int], pictures: Source | None = None
    ) -> None:
        self._folder, self._files = folder, numbered_files(folder)
        self._size, self._pictures = size, pictures
        self._skeleton: Skeleton | None = None
        self.rate = rate if pictures is None else pictures.rate
        self.intrinsics: Intrinsics | None = None if pictures is None else pictures.intrinsics
        self.length = len(self._files)
        self.skipped = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames, with their people.

        Raises:
            SourceError: not one of the files can be read, they are of several networks, or the
                pictures cannot be read.
        """
        self.skipped, pictured = 0, 0
        for frame in self._black() if self._pictures is None else self._pictures:
            file = self._files.get(frame.index)
            pictured += file is not None
            people = None if file is None else self._read(file)
            if people is not None:
                yield replace(frame, people=people)
        if self.skipped == self.length:
            raise SourceError(f"none of the {self.length} files in {self._folder} can be read")
        if not pictured:
            raise SourceError(
                f"none of the {self.length} files in {self._folder} is of an image that there is; "
                "are the pictures those of another recording?"
            )
        if pictured < self.length:
            _LOG.warning(
                "%s: only %d of %d files have a picture", self._folder, pictured, self.length
            )

    @property
    def damage(self) -> str:
        """What of the pictures is lost."""
        return "" if self._pictures is None else self._pictures.damage

    def _black(self) -> Iterator[SourceFrame]:
        """A black picture for each file."""
        width, height = self._size
        first = next(iter(self._files))
        for index in self._files:
            image: Image = np.zeros((height, width, 3), dtype=np.uint8)
            yield SourceFrame(index, (index - first) / self.rate, image)

    def _read(self, file: Path) -> tuple[Pose2D, ...] | None:
        """The people of a file; None when it cannot be read."""
        try:
            people = people_from_json(file.read_bytes())
        except (OSError, InputError) as error:
            self.skipped += 1
            _LOG.warning("%s is left out: %s", file, error)
            return None
        for person in people:
            self._skeleton = self._skeleton or person.skeleton
            if person.skeleton is not self._skeleton:
                raise SourceError(
                    f"{file} has joints of {person.skeleton.name}, the files before it of "
                    f"{self._skeleton.name}; give each network's files a folder of their own"
                )
        return people

    def skip_until(self, _stamp: float) -> bool:
        """See Source; every image is wanted."""
        return False

    def close(self) -> None:
        """Close the pictures."""
        if self._pictures is not None:
            self._pictures.close()


def numbered_files(folder: Path) -> dict[int, Path]:
    """OpenPose's files by the number of their image, in its order.

    Raises:
        SourceError: no such files, or two for one image.
    """
    try:
        files = [file for file in folder.iterdir() if file.name.endswith(ENDING)]
    except OSError as error:
        raise SourceError(f"cannot read the folder {folder}: {error.strerror}") from error
    if not files:
        raise SourceError(
            f"folder {folder} has no files of OpenPose, whose names end with {ENDING}; run it with "
            "--write_json"
        )
    found = [(_NUMBERED.fullmatch(file.name), file) for file in sorted(files, key=natural_order)]
    if not all(match for match, _ in found):
        return dict(enumerate(file for _, file in found))
    numbers = {int(match[1]): file for match, file in found if match}
    if len(numbers) < len(found):
        raise SourceError(
            f"folder {folder} has several files for one image; give each recording its own folder"
        )
    return dict(sorted(numbers.items()))
