"""Folders of OpenPose's JSON files, one per image: detections without a detector.

OpenPose names the files of a video after the video and the number of the image, those of pictures
after each picture.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from math import gcd
from pathlib import Path

import numpy as np

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError, SettingError, SourceError
from pose_action_ros.folders import files_in
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import Skeleton
from pose_action_ros.sources.base import Image, Source, SourceFrame
from pose_action_ros.sources.images import picture_names
from pose_action_ros.sources.kinds import Kind, kind_of
from pose_action_ros.sources.open import Extent, open_source
from pose_action_ros.sources.openpose_json import ENDING, are_shares, people_from_json
from pose_action_ros.sources.settings import SourceSettings

_LOG = logging.getLogger(__name__)
_NUMBERED = re.compile(rf".*_(\d{{12}}){re.escape(ENDING)}")
_SUFFIX = ".json"
_LARGEST_GAP = 10
"""Mean distance of the numbers of a video's files, at most, in multiples of OpenPose's
--frame_step."""
_SHOWN = 3  # names in a message
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
        self._folder, self._files = folder, _files_by_number(folder, images, names)
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


def _files_by_number(folder: Path, images: Source | None, names: Sequence[str]) -> dict[int, Path]:
    """OpenPose's files by the number of their image, in ascending order.

    A file with the name of a picture is of that picture. Other names end with the number of the
    image, or the files are of all images in natural order.

    Raises:
        SourceError: no such files, two for one image, or none for one of the pictures.
    """
    files = _json_files(folder)
    stems = {_stem(file): file for file in files}
    named = {number: stems.pop(name) for number, name in enumerate(names) if name in stems}
    if named:
        _log_unmatched(folder, [name for i, name in enumerate(names) if i not in named], [*stems])
        return named
    numbers = _numbers(files)
    if images is None and not _are_of_video(numbers):
        numbers = []
    if names and not (numbers and max(numbers) < len(names)):
        raise SourceError(
            f"none of the {len(files)} files in {folder} is named after one of the {len(names)} "
            f"pictures: there are files of {_some([*stems])} and pictures {_some(names)}"
        )
    if len(set(numbers)) < len(numbers):
        raise SourceError(
            f"folder {folder} has several files for one image; give each recording its own folder"
        )
    return dict(sorted(zip(numbers or range(len(files)), files, strict=True)))


def _json_files(folder: Path) -> list[Path]:
    """The files in natural order; those with OpenPose's ending, or else all .json files."""
    try:
        found = files_in(folder, _SUFFIX)
    except OSError as error:
        raise SourceError(f"cannot read the folder {folder}: {error.strerror}") from error
    files = [file for file in found if file.name.endswith(ENDING)] or found
    if not files:
        raise SourceError(
            f"folder {folder} has no files of OpenPose (*{ENDING}); run it with --write_json"
        )
    return files


def _stem(file: Path) -> str:
    return file.name.removesuffix(ENDING).removesuffix(_SUFFIX)


def _numbers(files: Sequence[Path]) -> list[int]:
    """Numbers at the end of the files' names; empty if one has none."""
    matches = [_NUMBERED.fullmatch(file.name) for file in files]
    numbers = [int(match[1]) for match in matches if match]
    return numbers if len(numbers) == len(files) else []


def _are_of_video(numbers: Sequence[int]) -> bool:
    """False for numbers with large gaps, as in the names of COCO's pictures."""
    steps = [after - before for before, after in pairwise(sorted(set(numbers)))]
    return not steps or sum(steps) <= _LARGEST_GAP * gcd(*steps) * len(steps)


def _log_unmatched(folder: Path, pictures: Sequence[str], files: Sequence[str]) -> None:
    """Log the names without a counterpart."""
    if pictures:
        _LOG.warning(
            "%s: %d pictures have no file and are left out: %s",
            folder,
            len(pictures),
            _some(pictures),
        )
    if files:
        _LOG.warning("%s: %d files have no picture: %s", folder, len(files), _some(files))


def _some(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
