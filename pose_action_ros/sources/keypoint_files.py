"""Folders of OpenPose's JSON files, one per image: detections without a detector."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SettingError, SourceError
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.sources.base import Image, Source, SourceFrame
from pose_action_ros.sources.images import picture_names
from pose_action_ros.sources.keypoint_file_names import files_by_number
from pose_action_ros.sources.kinds import Kind, kind_of
from pose_action_ros.sources.open import Extent, open_source
from pose_action_ros.sources.openpose_json import are_shares, people_from_json
from pose_action_ros.sources.settings import SourceSettings

_LOG = logging.getLogger(__name__)
_SMALLEST = 8
"""Size of the smallest image in which all joints of a person are apart [px]."""
_SAMPLE = 32  # people that decide between pixels and shares
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
    path = Path(folder).expanduser()
    if settings.source:
        images = open_source(replace(settings, loop=False, seconds=0.0))
        files = KeypointFiles(path, images.rate, (0, 0), images, _picture_names(settings.source))
    else:
        files = KeypointFiles(path, settings.rate, _parse_size(size))
    return Extent(files, settings.loop, settings.seconds)


def _picture_names(source: str) -> list[str]:
    """Names of the source's pictures; none for a video."""
    if kind_of(source) not in {Kind.IMAGES, Kind.IMAGE}:
        return []
    return picture_names(Path(source).expanduser())


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

    Images without a file are skipped, their time passes; files that cannot be read are logged,
    counted and skipped, people that cannot be read are logged once, counted and left out.

    Args:
        folder: with the files.
        rate: images per second, if there are no images.
        size: width and height of the images [px], which the files do not contain.
        images: the images themselves; black if None.
        names: of the pictures by their number; empty for images of a video.

    Raises:
        SourceError: no such files, files of several recordings, or of other pictures.
    """

    def __init__(
        self,
        folder: Path,
        rate: float,
        size: tuple[int, int],
        images: Source | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self._folder, self._files = folder, files_by_number(folder, images, names)
        self._size, self._images = size, images
        self._skeleton: Skeleton | None = None
        self.rate = rate if images is None else images.rate
        self.intrinsics: Intrinsics | None = None if images is None else images.intrinsics
        self.uncalibrated = "" if images is None else images.uncalibrated
        self.length = len(self._files)
        self.skipped = 0
        self._left_out = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, with their detections.

        Raises:
            SourceError: none of the files can be read, they have several skeletons or no pixels, or
                the images cannot be read.
        """
        self.skipped, self._left_out, matched = 0, 0, 0
        for frame in self._black() if self._images is None else self._images:
            file = self._files.get(frame.index)
            if file is not None and not matched:
                self._check_pixels(max(frame.image.shape))
            matched += file is not None
            people = None if file is None else self._read(file)
            if people is not None:
                yield replace(frame, people=tuple(_scaled(one, frame.scale) for one in people))
        self._check_matched(matched)
        if self._left_out > 1:
            _LOG.warning("%s: %d people are left out", self._folder, self._left_out)

    def _check_matched(self, matched: int) -> None:
        """SourceError if no file could be used; log how many have no image."""
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

    def _check_pixels(self, size: int) -> None:
        """SourceError if the coordinates are shares of the images, of this size [px]."""
        people: list[Pose2D] = []
        if size < _SMALLEST:
            return
        # Evenly over the folder, so that one person in a corner does not decide.
        files, step = list(self._files.values()), max(len(self._files) // _SAMPLE, 1)
        for first in range(step):
            for file in files[first::step]:
                with suppress(OSError, InputError):
                    people += people_from_json(file.read_bytes()).people
            if len(people) >= _SAMPLE:
                break
        if are_shares(people):
            raise SourceError(
                f"the joints in {self._folder} are all in the corner of the image: these "
                "coordinates are shares of the image; run OpenPose with --keypoint_scale 0, which "
                "writes pixels"
            )

    @property
    def late(self) -> int:
        """See Source."""
        return 0 if self._images is None else self._images.late

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
            content = people_from_json(file.read_bytes())
        except (OSError, InputError) as error:
            self.skipped += 1
            _LOG.warning("%s is skipped: %s", file, error)
            return None
        if content.faults and not self._left_out:
            _LOG.warning("%s: a person is left out: %s", file, content.faults[0])
        self._left_out += len(content.faults)
        for person in content.people:
            self._skeleton = self._skeleton or person.skeleton
            if person.skeleton is not self._skeleton:
                raise SourceError(
                    f"{file} has joints of {person.skeleton.name}, the files before it of "
                    f"{self._skeleton.name}; give the files of each network their own folder"
                )
        return content.people

    def skip_until(self, _stamp: float) -> bool:
        """See Source; no image is skipped."""
        return False

    def close(self) -> None:
        """Close the images."""
        if self._images is not None:
            self._images.close()


def _scaled(person: Pose2D, scale: tuple[float, float]) -> Pose2D:
    """Scale a person as the image: OpenPose leaves the pixels of a film as they are."""
    return replace(person, points=person.points * scale) if scale != (1.0, 1.0) else person
