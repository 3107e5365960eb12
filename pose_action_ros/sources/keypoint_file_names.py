"""The image of each of OpenPose's files, from the files' names.

OpenPose names the files of a video after the video and the number of the image, those of pictures
after each picture.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from itertools import pairwise
from math import gcd
from pathlib import Path

from pose_action_ros.errors import SourceError
from pose_action_ros.folders import files_in
from pose_action_ros.sources.base import Source
from pose_action_ros.sources.openpose_json import ENDING

_LOG = logging.getLogger(__name__)

_NUMBERED = re.compile(rf".*_(\d{{12}}){re.escape(ENDING)}")
_SUFFIX = ".json"
_LARGEST_GAP = 10
"""Mean distance of the numbers of a video's files, at most, in multiples of OpenPose's
--frame_step."""
_SHOWN = 3  # names in a message


def files_by_number(folder: Path, images: Source | None, names: Sequence[str]) -> dict[int, Path]:
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
