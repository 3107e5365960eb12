"""Folders of images."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Image, SourceFrame
from pose_action_ros.sources.kinds import IMAGE_FILES, natural_order

_LOG = logging.getLogger(__name__)


class FolderSource:
    """The images of one folder in natural order; see Source.

    An image that cannot be read is reported, counted and left out; its time stays empty.

    Args:
        path: the folder.
        rate: images per second.

    Raises:
        SourceError: there are no image files in it.
    """

    intrinsics = None
    damage = ""

    def __init__(self, path: Path, rate: float) -> None:
        files = [file for file in path.iterdir() if file.suffix.lower() in IMAGE_FILES]
        if not files:
            raise SourceError(f"folder {path} has no images ({' '.join(IMAGE_FILES)})")
        self._path = path
        self._files = sorted(files, key=natural_order)
        self.rate = rate
        self.length = len(files)
        self.skipped = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames.

        Raises:
            SourceError: not one of the files can be read.
        """
        self.skipped = 0
        for index, file in enumerate(self._files):
            image = _read(file)
            if image is None:
                self.skipped += 1
                _LOG.warning("%s cannot be read as an image and is left out", file)
            else:
                yield SourceFrame(index, index / self.rate, image)
        if self.skipped == self.length:
            raise SourceError(f"none of the {self.length} images in {self._path} can be read")

    def skip_until(self, _stamp: float) -> bool:
        """See Source; every image is wanted."""
        return False

    def close(self) -> None:
        """Nothing to give back."""


def _read(file: Path) -> Image | None:
    """(H, W, 3) BGR; None when it is not an image."""
    try:
        # Not imread: it takes no path with characters outside the system's code page.
        image = cv2.imdecode(np.fromfile(file, dtype=np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if image is None else np.asarray(image, dtype=np.uint8)
