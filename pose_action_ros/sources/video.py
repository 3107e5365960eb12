"""Video files, webcams and network streams, read by OpenCV."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.address import fault_of, public
from pose_action_ros.sources.base import SourceFrame
from pose_action_ros.sources.capture import Capture
from pose_action_ros.sources.contents import missing_part

_LOG = logging.getLogger(__name__)
_CONVERT = (
    "it is damaged, or this OpenCV lacks its codec; convert it, for example with: ffmpeg -i FILE "
    "film.mp4"
)


class VideoSource:
    """A video with an end: a file, or one of a web server; see Source.

    Timestamps are those of the container. Images have square pixels.

    Args:
        name: absolute path (FFmpeg takes a name with a colon for an address), or an address.
        title: name for messages.

    Raises:
        SourceError: not a video, or its first image cannot be decoded.
    """

    intrinsics = None
    uncalibrated = ""
    late = 0

    def __init__(self, name: str, title: str) -> None:
        self._name, self._title = name, title
        self.skipped = 0
        self.damage = ""
        missing = missing_part(Path(name))
        cut = f"{title} is cut off: {missing}; copy it again, or repair it" if missing else ""
        capture = Capture(name, cut or f"not a video: {title} cannot be decoded; {_CONVERT}")
        readable = capture.read() is not None
        self.rate, self.length = capture.rate, capture.length
        capture.close()
        if not readable:
            raise SourceError(
                cut or f"{title} has no image that can be decoded; the file is damaged"
            )

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, from the first."""
        capture = Capture(self._name, f"{self._title} cannot be opened again")
        count = 0
        try:
            first, stamp = None, -1 / self.rate
            while (image := capture.read()) is not None:
                position = capture.position()
                first = position if first is None else first
                # Some containers give no timestamps, or one twice: then the rate gives them.
                later = np.isfinite(position) and position - first > stamp
                stamp = position - first if later else stamp + 1 / self.rate
                yield SourceFrame(count, stamp, image, scale=capture.scale)
                count += 1
        finally:
            capture.close()
        self._note_missing(count)

    def _note_missing(self, count: int) -> None:
        """Compare with the number in the header: a truncated file just ends."""
        lost = (self.length or 0) - count
        self.skipped = max(lost, 0)
        if lost > 0:
            missing = missing_part(Path(self._name))
            self.damage = f"{self._title}: only {count} of {self.length} images could be decoded"
            self.damage += f"; {missing}" if missing else ""
            _LOG.warning("%s", self.damage)

    def skip_until(self, _stamp: float) -> bool:
        """See Source; each image of a video needs the one before."""
        return False

    def close(self) -> None:
        """See Source; the file is open only during an iteration."""


class LiveSource:
    """A webcam or a stream: no end, images stamped on arrival; see Source.

    Args:
        capture: open.
        title: name for messages.
    """

    intrinsics = None
    damage = ""
    uncalibrated = ""
    length = None
    late = 0

    def __init__(self, capture: Capture, title: str) -> None:
        self._capture, self._title = capture, title
        self.rate = capture.rate
        self.skipped = 0

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames as they come.

        Raises:
            SourceError: the camera gives no more images.
        """
        index, start = 0, None
        while True:
            image = self._capture.read()
            now = time.monotonic()
            if image is None:
                raise SourceError(f"{self._title} gives no more images; is it still connected?")
            start = now if start is None else start
            yield SourceFrame(index, now - start, image, scale=self._capture.scale)
            index += 1

    def skip_until(self, _stamp: float) -> bool:
        """See Source; a camera sets the pace."""
        return False

    def close(self) -> None:
        """Release the device."""
        self._capture.close()


def open_webcam(name: int | str, size: tuple[int, int]) -> LiveSource:
    """Open a webcam.

    Args:
        name: number, or path of its device.
        size: requested width and height of the images [px]; it gives the nearest it can.

    Raises:
        SourceError: it cannot be opened; gives the reason.
    """
    title = f"webcam {name}"
    problem = f"{title} cannot be opened: {_webcam_fault(name)}"
    return LiveSource(Capture(name, problem, webcam_size=size), title)


def open_address(address: str) -> LiveSource | VideoSource:
    """Open the address of a stream, or of a video on a web server, which has an end.

    Raises:
        SourceError: it cannot be opened; gives the reason without user and password.
    """
    title = f"stream {public(address)}"
    try:
        capture = Capture(address, "")
    except SourceError:
        raise SourceError(f"{title} cannot be opened: {fault_of(address)}") from None
    if capture.length is None:
        return LiveSource(capture, title)
    capture.close()
    return VideoSource(address, f"video {public(address)}")


def _webcam_fault(name: int | str) -> str:
    """Reason why a webcam cannot be opened."""
    path = Path(f"/dev/video{name}") if isinstance(name, int) else Path(name)
    if not sys.platform.startswith("linux"):
        return "is it connected, and may this program use it?"
    if not path.exists():
        present = ", ".join(sorted(map(str, Path("/dev").glob("video[0-9]*")))) or "no /dev/video*"
        return f"there is no device {path}, but {present}; is it connected?"
    if not os.access(path, os.R_OK | os.W_OK):
        return "this user may not use it; run: sudo usermod -aG video $USER, and log in again"
    return (
        "another program uses it, or it has no images: many cameras have a second device for other "
        "data; `v4l2-ctl --list-devices` lists them"
    )
