"""Image files: those of a folder, or one alone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.folders import files_in
from pose_action_ros.sources.base import Image, SourceFrame
from pose_action_ros.sources.capture import quiet_opencv
from pose_action_ros.sources.contents import is_cut_image
from pose_action_ros.sources.kinds import IMAGE_FILES

_LOG = logging.getLogger(__name__)


class ImageFiles:
    """One image, or the images of a folder in natural order; see Source.

    Images of a folder that cannot be read are logged, counted and skipped; their time passes.

    Args:
        path: the file or folder.
        rate: images per second.

    Raises:
        SourceError: the folder has no image files.
    """

    intrinsics = None
    damage = ""
    uncalibrated = ""
    late = 0

    def __init__(self, path: Path, rate: float) -> None:
        files = [path] if path.is_file() else _images_in(path)
        if not files:
            raise SourceError(f"folder {path} has no images ({' '.join(IMAGE_FILES)})")
        self._path = path
        self._files = files
        self.rate = rate
        self.length = len(files)
        self.skipped = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames.

        Raises:
            SourceError: none of the files can be read.
        """
        self.skipped = 0
        for index, file in enumerate(self._files):
            image = _read(file)
            if not isinstance(image, str):
                yield SourceFrame(index, index / self.rate, image)
                continue
            if self._path == file:
                raise SourceError(f"{file} {image}")
            self.skipped += 1
            _LOG.warning("%s is skipped: it %s", file, image)
        if self.skipped == self.length:
            raise SourceError(f"none of the {self.length} images in {self._path} can be read")

    def skip_until(self, _stamp: float) -> bool:
        """See Source; no image is skipped."""
        return False

    def close(self) -> None:
        """See Source; no file stays open."""


def picture_names(path: Path) -> list[str]:
    """Names of the pictures by their number as frames, for files about each of them.

    The names are without ending, except those of pictures that differ in their endings alone.
    """
    files = [path] if path.is_file() else _images_in(path)
    stems = Counter(file.stem for file in files)
    return [file.stem if stems[file.stem] == 1 else file.name for file in files]


def _images_in(folder: Path) -> list[Path]:
    return files_in(folder, *IMAGE_FILES)


def _read(file: Path) -> Image | str:
    """Read an image as (H, W, 3) BGR, or return the reason why it cannot be read."""
    try:
        # Not imread: it takes no path with characters outside the system's code page.
        data = np.fromfile(file, dtype=np.uint8)
        if is_cut_image(data.tobytes()):  # some versions of OpenCV fill the rest with grey
            return "is cut off: its end is missing"
        with quiet_opencv():
            image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        image = None
    if image is None:
        return "cannot be read as an image; is it damaged?"
    return np.asarray(image, dtype=np.uint8)
