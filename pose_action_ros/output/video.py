"""Video files with a constant rate, from images with stamps."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import cv2
import numpy as np
import numpy.typing as npt

from pose_action_ros.errors import SettingError
from pose_action_ros.sources.capture import quiet_opencv

if TYPE_CHECKING:
    from av.video.stream import VideoStream

_LOG = logging.getLogger(__name__)
HIGHEST_RATE = 60.0
"""Images per second; of faster sources, images are left out."""
LONGEST_FREEZE = 5.0
"""Longest time [s] without images in the video; longer gaps are shortened to it."""
_THREADS = 2
_BT709, _BT601, _LIMITED = 1, 6, 1  # numbers of FFmpeg

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Codec:
    """Names of a video codec.

    Attributes:
        encoder: of FFmpeg, for PyAV.
        fourcc: for OpenCV.
        options: of the encoder.
    """

    encoder: str
    fourcc: str
    options: Mapping[str, str] = field(default_factory=dict)


CODECS: Mapping[str, Codec] = {
    "h264": Codec("libx264", "avc1", {"preset": "veryfast", "crf": "23"}),
    "vp9": Codec(
        "libvpx-vp9", "vp09", {"deadline": "realtime", "cpu-used": "8", "crf": "32", "b": "0"}
    ),
    "mpeg4": Codec("mpeg4", "mp4v", {"qmin": "2", "qmax": "6"}),
}
"""Codecs by their setting; every OpenCV writes the last one."""
DEFAULT_CODEC = "h264"


class _Writer(Protocol):
    """An open video file for images of one size."""

    def write(self, image: Image) -> None:
        """Append an image (H, W, 3) BGR."""

    def close(self) -> None:
        """Finish the file."""


class VideoFile:
    """An .mp4 file that follows the stamps: images are repeated or left out to fit.

    The size is that of the first image, less one row or column where it is odd; others are scaled
    to it. The file appears with the first image. PyAV encodes it, without PyAV OpenCV.

    Args:
        path: of the file, replaced if it exists.
        rate: images per second of the source.
        codec: a name in CODECS.
    """

    def __init__(self, path: Path, rate: float, codec: str = DEFAULT_CODEC) -> None:
        self.path = path
        self.rate = round(min(rate, HIGHEST_RATE), 3)  # MPEG-4 takes no finer steps
        self._codec = codec
        self._writer: _Writer | None = None
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
            height, width = image.shape[:2]
            self._size = max(width // 2 * 2, 2), max(height // 2 * 2, 2)  # colours of 2 by 2 pixels
            self._writer = _open(self.path, self.rate, self._size, self._codec)
        image = _fitted(image, self._size)
        try:
            for _ in range(self._due(stamp)):
                self._writer.write(image)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _due(self, stamp: float) -> int:
        """Number of times to write an image so that the video keeps up with the stamps."""
        late = stamp - self._shift - self._count / self.rate
        if late > LONGEST_FREEZE:
            self._shift += late - LONGEST_FREEZE
        due = round((stamp - self._shift) * self.rate) + 1 - self._count
        self._count += max(due, 0)
        return due

    def close(self) -> None:
        """Finish the file; may be repeated.

        Raises:
            SettingError: the file cannot be written.
        """
        writer, self._writer = self._writer, None
        try:
            if writer is not None:
                writer.close()
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _unwritable(path: Path, error: OSError) -> SettingError:
    return SettingError(f"cannot write {path}: {error.strerror or error}")


def _fitted(image: Image, size: tuple[int, int]) -> Image:
    """The image without an odd last row or column, or scaled to another size."""
    width, height = size
    more = (image.shape[0] - height, image.shape[1] - width)
    if set(more) <= {0, 1}:
        return image[:height, :width]
    return np.asarray(cv2.resize(image, size), dtype=np.uint8)


def _open(path: Path, rate: float, size: tuple[int, int], name: str) -> _Writer:
    """A writer of PyAV, or of OpenCV where PyAV or its encoder is missing."""
    try:
        return _PyAv(path, rate, size, CODECS[name])
    except (ImportError, ValueError):
        return _open_cv(path, rate, size, name)
    except OSError as error:
        raise _unwritable(path, error) from error


class _PyAv:
    """PyAV's writer; raises OSError, and ValueError for an unknown encoder."""

    def __init__(self, path: Path, rate: float, size: tuple[int, int], codec: Codec) -> None:
        import av  # noqa: PLC0415 - optional on robots

        self._av = av
        # "file:" so that a colon in the path names no protocol. The index is moved to the front of
        # the file, so that a browser plays it while it loads.
        self._file = av.open(f"file:{path}", "w", options={"movflags": "+faststart"})
        options = dict(codec.options)
        added = self._file.add_stream(codec.encoder, Fraction(str(rate)), options=options)
        self._stream = stream = cast("VideoStream", added)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = _THREADS
        context.colorspace, context.color_range = _BT601, _LIMITED  # else players guess
        context.color_primaries = context.color_trc = _BT709
        with self._errors():
            self._file.start_encoding()

    def write(self, image: Image) -> None:
        """See _Writer."""
        with self._errors():
            frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
            self._file.mux(self._stream.encode(frame))

    def close(self) -> None:
        """See _Writer."""
        with self._errors(), closing(self._file):
            self._file.mux(self._stream.encode(None))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise OSError in place of FFmpeg's errors."""
        try:
            yield
        except self._av.FFmpegError as error:
            raise OSError(error.errno, error.strerror) from error


class _OpenCv:
    """OpenCV's writer."""

    def __init__(self, writer: cv2.VideoWriter) -> None:
        self._writer = writer
        self.close = writer.release

    def write(self, image: Image) -> None:
        """See _Writer."""
        self._writer.write(image)


def _open_cv(path: Path, rate: float, size: tuple[int, int], name: str) -> _Writer:
    """OpenCV's writer with the codec, or with the one that it always has."""
    for codec in dict.fromkeys((name, "mpeg4")):
        with quiet_opencv():
            fourcc = cv2.VideoWriter.fourcc(*CODECS[codec].fourcc)
            # Absolute, so that a colon in the path names no protocol.
            writer = cv2.VideoWriter(str(path.absolute()), fourcc, rate, size)
        if writer.isOpened():
            if codec != name:
                _LOG.info(
                    "%s is written as %s, which browsers do not play: this OpenCV has no %s; run: "
                    "pip install av",
                    path,
                    codec,
                    name,
                )
            return _OpenCv(writer)
        writer.release()
    raise SettingError(
        f"cannot write {path} with {size[0]}x{size[1]} px at {rate}/s as {name} or mpeg4: "
        "is the folder writable, and has this OpenCV FFmpeg?"
    )
