"""Opening things with OpenCV's VideoCapture, with errors that name them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from pose_action_ros.errors import SourceError

# Before the first capture: FFmpeg's own lines about damaged files add nothing to our errors.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


def open_capture(name: str | int, problem: str) -> cv2.VideoCapture:
    """An open capture; SourceError with the text `problem` when it cannot be opened."""
    try:
        with quiet_opencv():
            capture = cv2.VideoCapture(name)
    except cv2.error as error:
        raise SourceError(f"{problem}: {error}") from error
    if not capture.isOpened():
        capture.release()
        raise SourceError(problem)
    return capture


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """While trying what may fail and is reported by us, OpenCV writes nothing on stderr."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
