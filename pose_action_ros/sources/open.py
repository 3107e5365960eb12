"""Opening of a source by its name, looped and cut as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.base import Source, SourceFrame
from pose_action_ros.sources.kinds import Kind, device_of, kind_of
from pose_action_ros.sources.settings import SourceSettings


def open_source(settings: SourceSettings) -> Source:
    """Open `settings.source`, looped and cut as the settings say.

    Raises:
        SourceError: there is no such source or it cannot be read; names it and the reason.
    """
    return Extent(_open(settings), settings.loop, settings.seconds)


def _open(settings: SourceSettings) -> Source:
    """Open the source itself; each kind is imported only when used."""
    name, kind = settings.source, kind_of(settings.source)
    path = Path(name).expanduser()
    if kind is Kind.SIMULATION:
        from pose_action_ros.sources.simulation import SimulatedSource  # noqa: PLC0415

        return SimulatedSource(settings)
    if kind is Kind.LIVE:
        from pose_action_ros.sources.video import open_address, open_webcam  # noqa: PLC0415

        device = device_of(name)
        if device is None:
            return open_address(name)
        return open_webcam(device, (settings.image_width, settings.image_height))
    if kind is Kind.BAG:
        return _open_bag(path, settings.image_topic)
    if kind is Kind.VIDEO:
        from pose_action_ros.sources.video import VideoSource  # noqa: PLC0415

        return VideoSource(str(path.absolute()), str(path))
    from pose_action_ros.sources.images import ImageFiles  # noqa: PLC0415

    return ImageFiles(path, settings.rate)


def _open_bag(path: Path, topic: str) -> Source:
    try:
        from pose_action_ros.sources.bag import BagSource  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SourceError(
            f"reading bag {path} needs rosbags ({error}); run: pip install rosbags"
        ) from error
    return BagSource(path, topic)


class Extent:
    """A source repeated if `loop`, and cut after `seconds` (0: not cut); see Source."""

    def __init__(self, source: Source, loop: bool, seconds: float) -> None:
        self._source = source
        self._loop = loop
        self._seconds = seconds
        self._begin = 0.0
        self.rate = source.rate
        self.intrinsics, self.uncalibrated = source.intrinsics, source.uncalibrated

    @property
    def length(self) -> int | None:
        """See Source."""
        whole = None if self._loop else self._source.length
        if not self._seconds:
            return whole
        cut = ceil(self._seconds * self.rate)
        return cut if whole is None else min(cut, whole)

    @property
    def skipped(self) -> int:
        """See Source."""
        return self._source.skipped

    @property
    def late(self) -> int:
        """See Source."""
        return self._source.late

    @property
    def damage(self) -> str:
        """See Source."""
        return self._source.damage

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames; index and stamp continue over the rounds of a loop."""
        index, self._begin = 0, 0.0
        while True:
            last = None
            for frame in self._source:
                last = replace(frame, index=index + frame.index, stamp=self._begin + frame.stamp)
                if self._seconds and last.stamp >= self._seconds:
                    return
                yield last
            if not self._loop or last is None:
                return
            index, self._begin = last.index + 1, last.stamp + 1 / self.rate

    def skip_until(self, stamp: float) -> bool:
        """See Source."""
        return self._source.skip_until(stamp - self._begin)

    def close(self) -> None:
        """Close the source."""
        self._source.close()
