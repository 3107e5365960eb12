"""Webcams and network streams."""

from __future__ import annotations

import time
from collections.abc import Iterator

import cv2
import numpy as np

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import SourceFrame
from pose_action_ros.sources.capture import open_capture

_USUAL_RATE = 30.0


class LiveSource:
    """A webcam or a stream: no end, images stamped when they come; see Source.

    Args:
        name: index of a webcam or address of a stream.
        size: wanted width and height of a webcam's images [px]; it gives the nearest it can.

    Raises:
        SourceError: it cannot be opened.
    """

    intrinsics = None
    damage = ""
    length = None

    def __init__(self, name: str | int, size: tuple[int, int]) -> None:
        self._name = f"webcam {name}" if isinstance(name, int) else name
        self.skipped = 0
        self._capture = open_capture(
            name, f"{self._name} cannot be opened: is it connected, and may this user read it?"
        )
        if isinstance(name, int):
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if np.isfinite(rate) and 0 < rate <= 1000 else _USUAL_RATE

    def __iter__(self) -> Iterator[SourceFrame]:
        """The frames as they come.

        Raises:
            SourceError: the camera stopped giving images.
        """
        index, start = 0, None
        while True:
            found, image = self._capture.read()
            now = time.monotonic()
            if not found:
                raise SourceError(f"{self._name} gives no more images; is it still connected?")
            start = now if start is None else start
            yield SourceFrame(index, now - start, np.asarray(image, dtype=np.uint8))
            index += 1

    def skip_until(self, _stamp: float) -> bool:
        """See Source; a camera goes at its own speed."""
        return False

    def close(self) -> None:
        """Release the device."""
        self._capture.release()
