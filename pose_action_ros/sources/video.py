"""Video files, webcams and network streams, read by OpenCV."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Image, SourceFrame

_LOG = logging.getLogger(__name__)
_DEFAULT_RATE = 30.0
"""Images per second if the file or device gives none."""
_PROTOCOLS = ("rtsp", "rtsps", "http", "https", "rtmp", "rtp", "udp", "tcp", "srt", "file")

# Before the first capture: FFmpeg's own lines about damaged files add nothing to our errors.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class VideoSource:
    """A video file, with the timestamps of its container; see Source.

    Raises:
        SourceError: not a video, or its first image cannot be decoded.
    """

    intrinsics = None
    uncalibrated = ""
    late = 0

    def __init__(self, path: Path) -> None:
        self._path = path
        self.skipped = 0
        self.damage = ""
        capture = _open_capture(str(path), f"not a video: {path} cannot be decoded")
        readable, _ = capture.read()
        frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.rate = _rate(capture)
        capture.release()
        if not readable:
            raise SourceError(f"{path} has no image that can be decoded; the file is damaged")
        self.length = int(frames) if np.isfinite(frames) and frames > 0 else None

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, from the first."""
        capture = _open_capture(str(self._path), f"{self._path} cannot be opened again")
        count = 0
        try:
            first, stamp = None, -1 / self.rate
            while (image := _next(capture)) is not None:
                position = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                first = position if first is None else first
                # Some containers give no timestamps, or one twice: then the rate gives them.
                later = np.isfinite(position) and position - first > stamp
                stamp = position - first if later else stamp + 1 / self.rate
                yield SourceFrame(count, stamp, image)
                count += 1
        finally:
            capture.release()
        self._note_missing(count)

    def _note_missing(self, count: int) -> None:
        """Compare with the number in the header: a truncated file just ends."""
        missing = (self.length or 0) - count
        self.skipped = max(missing, 0)
        if missing > 0:
            self.damage = f"{self._path}: only {count} of {self.length} images could be decoded"
            _LOG.warning("%s", self.damage)

    def skip_until(self, _stamp: float) -> bool:
        """See Source; each image of a video needs the one before."""
        return False

    def close(self) -> None:
        """See Source; the file is open only during an iteration."""


class LiveSource:
    """A webcam or a stream: no end, images stamped on arrival; see Source.

    Args:
        name: index of a webcam or address of a stream.
        size: requested width and height of a webcam's images [px]; it gives the nearest it can.

    Raises:
        SourceError: it cannot be opened.
    """

    intrinsics = None
    damage = ""
    uncalibrated = ""
    length = None
    late = 0

    def __init__(self, name: str | int, size: tuple[int, int]) -> None:
        self._name = f"webcam {name}" if isinstance(name, int) else f"stream {_public(name)}"
        self.skipped = 0
        self._capture = _open_capture(name, f"{self._name} cannot be opened: {_hint(name)}")
        if isinstance(name, int):
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        self.rate = _rate(self._capture)

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames as they come.

        Raises:
            SourceError: the camera gives no more images.
        """
        index, start = 0, None
        while True:
            image = _next(self._capture)
            now = time.monotonic()
            if image is None:
                raise SourceError(f"{self._name} gives no more images; is it still connected?")
            start = now if start is None else start
            yield SourceFrame(index, now - start, image)
            index += 1

    def skip_until(self, _stamp: float) -> bool:
        """See Source; a camera sets the pace."""
        return False

    def close(self) -> None:
        """Release the device."""
        self._capture.release()


def _public(address: str) -> str:
    """Protocol, host and port of an address: user, password and keys stay private."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{address.partition('://')[0]}://..."
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _hint(name: str | int) -> str:
    if isinstance(name, int):
        return "is it connected, and may this user read it?"
    protocol = name.partition("://")[0].lower()
    if protocol not in _PROTOCOLS:
        return f"unknown protocol {protocol!r}, expected one of {', '.join(_PROTOCOLS)}"
    return (
        "is the host reachable from here, and are port, path, user and password right? "
        "Addresses are such as rtsp://USER:PASSWORD@HOST:554/PATH or http://HOST:PORT/PATH"
    )


def _open_capture(name: str | int, problem: str) -> cv2.VideoCapture:
    """Open a capture; SourceError with the text `problem` if it cannot be opened."""
    try:
        with quiet_opencv():
            capture = cv2.VideoCapture(name)
    except cv2.error as error:
        raise SourceError(f"{problem}: {error}") from error
    if not capture.isOpened():
        capture.release()
        raise SourceError(problem)
    return capture


def _rate(capture: cv2.VideoCapture) -> float:
    rate = capture.get(cv2.CAP_PROP_FPS)
    return rate if np.isfinite(rate) and 0 < rate <= 1000 else _DEFAULT_RATE


def _next(capture: cv2.VideoCapture) -> Image | None:
    """Read the next image; None at the end."""
    found, image = capture.read()
    return np.asarray(image, dtype=np.uint8) if found else None


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep OpenCV from writing on stderr about failures that are reported as our errors."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
