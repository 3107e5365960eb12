"""Folders of OpenPose's JSON files, one per image: detections without a detector."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SettingError, SourceError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.sources.base import Image, Source, SourceFrame
from pose_action_ros.sources.kinds import natural_order
from pose_action_ros.sources.open import Extent, open_source
from pose_action_ros.sources.openpose_json import ENDING, people_from_json
from pose_action_ros.sources.settings import SourceSettings

_LOG = logging.getLogger(__name__)
_NUMBERED = re.compile(rf".*_(\d{{12}}){re.escape(ENDING)}")
_SIZE = re.compile(r"([1-9]\d{0,5})x([1-9]\d{0,5})")


def open_keypoints(folder: str, settings: SourceSettings, size: str) -> Source:
    """Open a folder of OpenPose's files, looped and cut as the settings say.

    Args:
        folder: with the files.
        settings: `source` names their images; empty for none, then `rate` is that of the files.
        size: WIDTHxHEIGHT of the images [px] if there are no images.

    Raises:
        SettingError: neither images nor their size.
        SourceError: the files or their images cannot be read.
    """
    if settings.source:
        images = open_source(replace(settings, loop=False, seconds=0.0))
        shape = (0, 0)
    else:
        images, shape = None, _parse_size(size)
    files = KeypointFiles(Path(folder).expanduser(), settings.rate, shape, images)
    return Extent(files, settings.loop, settings.seconds)


def _parse_size(size: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(size)
    if not match:
        raise SettingError(
            f"parameter 'image_size': got {size!r}, expected WIDTHxHEIGHT such as 1920x1080: files "
            "of keypoints do not contain the size of their images; or name their video"
        )
    return int(match[1]), int(match[2])


class KeypointFiles:
    """The detections in a folder of OpenPose's files, image by image; see Source.

    Files of a video have the number of its image, files of an image folder the image's name: these
    count in natural order. Images without a file are skipped, their time passes; files that cannot
    be read are logged, counted and skipped.

    Args:
        folder: with the files.
        rate: images per second, if there are no images.
        size: width and height of the images [px], which the files do not contain.
        images: the images themselves; black if None.

    Raises:
        SourceError: no such files, or files of several recordings.
    """

    def __init__(
        self, folder: Path, rate: float, size: tuple[int, int], images: Source | None = None
    ) -> None:
        self._folder, self._files = folder, _numbered_files(folder)
        self._size, self._images = size, images
        self._skeleton: Skeleton | None = None
        self.rate = rate if images is None else images.rate
        self.intrinsics: Intrinsics | None = None if images is None else images.intrinsics
        self.length = len(self._files)
        self.skipped = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, with their detections.

        Raises:
            SourceError: none of the files can be read, they have several skeletons, or the images
                cannot be read.
        """
        self.skipped, matched = 0, 0
        for frame in self._black() if self._images is None else self._images:
            file = self._files.get(frame.index)
            matched += file is not None
            people = None if file is None else self._read(file)
            if people is not None:
                yield replace(frame, people=people)
        if self.skipped == self.length:
            raise SourceError(f"none of the {self.length} files in {self._folder} can be read")
        if not matched:
            raise SourceError(
                f"none of the {self.length} files in {self._folder} is of an image that there is; "
                "are the images those of another recording?"
            )
        if matched < self.length:
            _LOG.warning(
                "%s: only %d of %d files have an image", self._folder, matched, self.length
            )

    @property
    def damage(self) -> str:
        """See Source."""
        return "" if self._images is None else self._images.damage

    def _black(self) -> Iterator[SourceFrame]:
        """Yield a black image for each file."""
        width, height = self._size
        first = next(iter(self._files))
        for index in self._files:
            image: Image = np.zeros((height, width, 3), dtype=np.uint8)
            yield SourceFrame(index, (index - first) / self.rate, image)

    def _read(self, file: Path) -> tuple[Pose2D, ...] | None:
        """Read the people of a file; None if it cannot be read."""
        try:
            people = people_from_json(file.read_bytes())
        except (OSError, InputError) as error:
            self.skipped += 1
            _LOG.warning("%s is skipped: %s", file, error)
            return None
        for person in people:
            self._skeleton = self._skeleton or person.skeleton
            if person.skeleton is not self._skeleton:
                raise SourceError(
                    f"{file} has joints of {person.skeleton.name}, the files before it of "
                    f"{self._skeleton.name}; give the files of each network their own folder"
                )
        return people

    def skip_until(self, _stamp: float) -> bool:
        """See Source; no image is skipped."""
        return False

    def close(self) -> None:
        """Close the images."""
        if self._images is not None:
            self._images.close()


def _numbered_files(folder: Path) -> dict[int, Path]:
    """OpenPose's files by the number of their image, in ascending order.

    Raises:
        SourceError: no such files, or two for one image.
    """
    try:
        files = [file for file in folder.iterdir() if file.name.endswith(ENDING)]
    except OSError as error:
        raise SourceError(f"cannot read the folder {folder}: {error.strerror}") from error
    if not files:
        raise SourceError(
            f"folder {folder} has no files of OpenPose (*{ENDING}); run it with --write_json"
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
