"""The time of the images of a bag, from the stamps of their headers and the time of recording."""

from __future__ import annotations

from dataclasses import replace

from pose_action_ros.sources.base import Header
from pose_action_ros.stamp_order import GAP, NANOSECONDS, Order, StampOrder

DEFAULT_RATE = 30.0
"""Rate of a bag with a single image [Hz]."""


class BagClock:
    """Seconds since the first image, which continue where the clock of the stamps jumps back.

    Attributes:
        order: of the images.
        header: of the newest image.
        part: number of jumps so far.
    """

    def __init__(self) -> None:
        self.order, self.part = StampOrder(), 0
        self.header = Header(0, "", 0)
        self._origin: int | None = None  # stamp at second 0 [ns]
        self._step = round(NANOSECONDS / DEFAULT_RATE)  # between the last two images
        self._jumps: list[str] = []

    def read(self, header: Header) -> float | None:
        """Timestamp [s] of the next image; None for a late one."""
        order, time = self.order.place(header.stamp, header.received)
        if order is Order.LATE:
            return None
        if order is Order.JUMP:
            self._jump(header.received - self.header.received)
        elif self._origin is not None:
            self._step = time - self.header.stamp
        self._origin = time if self._origin is None else self._origin
        self.header = replace(header, stamp=time)
        return (time - self._origin) / NANOSECONDS

    def _jump(self, passed: int) -> None:
        """Begin another part, recorded this time [ns] after the last image of the one before."""
        assert self._origin is not None
        step = self.order.step
        self.part += 1
        if step < 0:
            gap = passed if 0 < passed < GAP * NANOSECONDS else self._step
            self._origin += step - gap
            now = (self.header.stamp + step - self._origin) / NANOSECONDS
            self._jumps.append(
                f"the clock jumped back by {-step / NANOSECONDS:.1f} s, {now:.1f} s after the "
                "beginning: people get new ids there, and the time of the results continues"
            )

    def notes(self) -> list[str]:
        """Sentences about jumps, and about late images and those without a stamp."""
        late, unstamped = self.order.late, self.order.unstamped
        texts = []
        if unstamped:
            texts.append(f"{unstamped} images without a stamp have the time of their recording")
        if late:
            texts.append(f"{late} images older than the newest, or repeated, were dropped")
        return [*self._jumps, *texts]
