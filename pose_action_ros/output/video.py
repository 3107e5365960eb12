"""Video files with a constant rate, from images with stamps."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import SettingError
from pose_action_ros.sources.video import quiet_opencv

_LOG = logging.getLogger(__name__)
CODECS = ("avc1", "mp4v")
"""H.264, which every player and browser reads, and MPEG-4 part 2, which every OpenCV writes."""
HIGHEST_RATE = 60.0
"""Images per second; of faster sources, images are left out."""
LONGEST_FREEZE = 5.0
"""Longest time [s] without images in the video; longer gaps are shortened to it."""

Image = npt.NDArray[np.uint8]


class VideoFile:
    """An .mp4 file that follows the stamps: images are repeated or left out to fit.

    The size is that of the first image; others are scaled to it. The file appears with the first
    image.

    Args:
        path: of the file, replaced if it exists.
        rate: images per second of the source.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self.path = path
        self.rate = round(min(rate, HIGHEST_RATE), 3)  # MPEG-4 takes no finer steps
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._count = 0
        self._shift = 0.0

    def add(self, image: Image, stamp: float) -> None:
        """Write the next image.

        Args:
            image: (H, W, 3) BGR.
            stamp: [s] since the first image.

        Raises:
            SettingError: the file cannot be written.
        """
        if self._writer is None:
            self._size = (image.shape[1], image.shape[0])
            self._writer = _open(self.path, self.rate, self._size)
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        for _ in range(self._due(stamp)):
            self._writer.write(image)

    def _due(self, stamp: float) -> int:
        """Number of times to write an image so that the video keeps up with the stamps."""
        late = stamp - self._shift - self._count / self.rate
        if late > LONGEST_FREEZE:
            self._shift += late - LONGEST_FREEZE
        due = round((stamp - self._shift) * self.rate) + 1 - self._count
        self._count += max(due, 0)
        return due

    def close(self) -> None:
        """Finish the file; may be repeated."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None


def _open(path: Path, rate: float, size: tuple[int, int]) -> cv2.VideoWriter:
    """A writer with the best available codec; SettingError if there is none."""
    for codec in CODECS:
        with quiet_opencv():
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, size)
        if writer.isOpened():
            if codec != CODECS[0]:
                _LOG.info("%s: this OpenCV has no %s; written as %s", path, CODECS[0], codec)
            return writer
        writer.release()
    raise SettingError(
        f"cannot write {path} with {size[0]}x{size[1]} px at {rate}/s as {' or '.join(CODECS)}: "
        "is the folder writable, and has this OpenCV FFmpeg?"
    )
