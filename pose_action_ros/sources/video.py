"""Video files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Image, SourceFrame
from pose_action_ros.sources.capture import open_capture

_LOG = logging.getLogger(__name__)
_USUAL_RATE = 30.0
"""Images per second assumed when a file does not say."""


class VideoSource:
    """A video file, with the stamps of its container; see Source.

    Raises:
        SourceError: not a video, or its first image cannot be decoded.
    """

    intrinsics = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self.skipped = 0
        self.damage = ""
        capture = open_capture(str(path), f"{path} is not a video file that can be read")
        readable, _ = capture.read()
        rate = capture.get(cv2.CAP_PROP_FPS)
        frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        capture.release()
        if not readable:
            raise SourceError(f"{path} has no image that can be decoded; the file is damaged")
        self.rate = rate if np.isfinite(rate) and 0 < rate <= 1000 else _USUAL_RATE
        self.length = int(frames) if np.isfinite(frames) and frames > 0 else None

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames, from the first."""
        capture = open_capture(str(self._path), f"{self._path} cannot be opened again")
        count = 0
        try:
            first, stamp = None, -1 / self.rate
            while (image := _next(capture)) is not None:
                told = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                first = told if first is None else first
                # Some containers tell no time, or the same again: then the rate does.
                later = np.isfinite(told) and told - first > stamp
                stamp = told - first if later else stamp + 1 / self.rate
                yield SourceFrame(count, stamp, image)
                count += 1
        finally:
            capture.release()
        self._note_missing(count)

    def _note_missing(self, count: int) -> None:
        """A file cut off in the middle just stops; compare with what its header promised."""
        missing = (self.length or 0) - count
        self.skipped = max(missing, 0)
        if missing > 0:
            self.damage = f"{self._path}: only {count} of {self.length} images could be decoded"
            _LOG.warning("%s", self.damage)

    def skip_until(self, _stamp: float) -> bool:
        """See Source; each image of a film needs the one before."""
        return False

    def close(self) -> None:
        """Nothing to give back: the file is open only while it is read."""


def _next(capture: cv2.VideoCapture) -> Image | None:
    """The next image; None at the end."""
    found, image = capture.read()
    return np.asarray(image, dtype=np.uint8) if found else None
