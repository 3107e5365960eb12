"""OpenCV's reader of videos, webcams and streams, with images of square pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Image

_DEFAULT_RATE = 30.0
"""Images per second if the file or device gives none."""
_LARGEST_ASPECT = 4.0
"""Largest ratio of the sides of a pixel that is believed."""

# Before the first capture: FFmpeg's own lines about damaged files add nothing to our errors.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class Capture:
    """An open video, webcam or stream.

    Args:
        name: path of a file, number or path of a webcam, or address of a stream.
        problem: text of the error.
        webcam_size: requested width and height of the images [px] of a webcam, which gives the
            nearest it can; None for other sources.

    Attributes:
        rate: images per second.
        length: number of images; None if unknown.
        scale: factors (x, y) by which the images are scaled; known with the first image.

    Raises:
        SourceError: it cannot be opened.
    """

    def __init__(
        self, name: str | int, problem: str, *, webcam_size: tuple[int, int] | None = None
    ) -> None:
        by_path = webcam_size is not None and isinstance(name, str)
        backend = cv2.CAP_V4L2 if by_path else cv2.CAP_ANY
        try:
            with quiet_opencv():
                self._capture = cv2.VideoCapture(name, backend)
        except cv2.error as error:
            raise SourceError(f"{problem}: {error}") from error
        if not self._capture.isOpened():
            self.close()
            raise SourceError(problem)
        if webcam_size is not None:
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, webcam_size[0])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, webcam_size[1])
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if np.isfinite(rate) and 0 < rate <= 1000 else _DEFAULT_RATE
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.length = int(count) if np.isfinite(count) and count > 0 else None
        self.scale = (1.0, 1.0)
        self._first = True

    def read(self) -> Image | None:
        """Read the next image (H, W, 3) BGR; None at the end."""
        found, image = self._capture.read()
        if not found:
            return None
        if self._first:
            self._first = False
            self.scale = self._scale()
        if self.scale != (1.0, 1.0):
            height, width = image.shape[:2]
            image = cv2.resize(image, (round(width * self.scale[0]), round(height * self.scale[1])))
        return np.asarray(image, dtype=np.uint8)

    def _scale(self) -> tuple[float, float]:
        """Factors that make the pixels square; one side is kept, the other one grows."""
        names = (cv2.CAP_PROP_SAR_NUM, cv2.CAP_PROP_SAR_DEN)
        width, height = (self._capture.get(name) for name in names)
        if not (np.isfinite([width, height]).all() and width > 0 and height > 0):
            return 1.0, 1.0
        aspect = width / height
        if self._capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 and self._capture.get(
            cv2.CAP_PROP_ORIENTATION_AUTO
        ):
            aspect = 1 / aspect  # of the film as it lies in the file
        if not 1 / _LARGEST_ASPECT <= aspect <= _LARGEST_ASPECT:
            return 1.0, 1.0
        return max(aspect, 1.0), max(1 / aspect, 1.0)

    def position(self) -> float:
        """Timestamp of the newest image [s]; not finite or constant where there is none."""
        return float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000

    def close(self) -> None:
        """Release the file or device."""
        self._capture.release()


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep OpenCV from writing on stderr about failures that are reported as our errors."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
