"""Order of the stamps of a stream: which images are late, and where the clock has jumped.

One rule for nodes, bags and direct calls. An image continues the stream if its stamp is newer than
the newest. Otherwise it is late, as after a transport that reorders or repeats messages: it is
dropped, and changes nothing. The clock has jumped, and the stream restarts,

- at a stamp more than GAP ahead of the newest: no state is kept for longer;
- at the second of two images in a row that are more than LATE older than the newest and in order
  among themselves: a bag that is played again, a clock that was set back;
- at the last of MOST_LATE images in a row that are not newer: a clock that was set back by less.

A stamp that is ahead of its arrival, by more than LATE and by more than HASTE steps of the stream,
is late too, unless the next image continues from it.

Therefore neither a single wrong stamp, however old or new, nor an image that overtakes fewer than
MOST_LATE others within LATE restarts a stream; a jump restarts it once; and fewer than MOST_LATE
images in a row are dropped.

A stamp of zero is no time, and neither is one that MOST_LATE images in a row repeat. Such
an image has the time of its arrival, on the clock of the other stamps: the newest stamp, and the
time since that one arrived.
"""

from __future__ import annotations

from enum import Enum, auto

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
LATE = 1.0
"""Age [s] relative to the newest image from which two images in a row are a jump."""
MOST_LATE = 10
"""Number of images in a row that are not newer, at which the clock has been set back."""
HASTE = 10
"""Number of steps of the stream by which a stamp may precede its arrival: slow streams are played
fast."""
GAP = 60.0
"""Longest time [s] between two images of one stream: the longest memory of tracks."""


class Order(Enum):
    """Place of an image in its stream."""

    NEXT = auto()
    LATE = auto()
    JUMP = auto()


class StampOrder:
    """Places the images of one stream, one after the other; all times are in nanoseconds.

    Args:
        live: the stamps that follow are not known to have the clock of the arrivals. Then the first
            image is dropped if it has no stamp: the second shows whether any image has one.

    Attributes:
        step: of the newest jump; negative for a jump back.
        unstamped: number of images without a stamp.
        late: number of dropped images.
    """

    def __init__(self, *, live: bool = False) -> None:
        self.step = self.unstamped = self.late = 0
        self._live = live
        self._newest: int | None = None
        self._arrival = 0  # of the newest
        self._raw, self._repeats = 0, 0  # the last stamp, and how often it came again
        self._pace = 0  # the last step of the stream
        self._ahead: int | None = None  # time of the image before, if it was dropped as ahead
        self._dropped, self._run = 0, 0  # the last late one, and the number of late ones in a row

    def place(self, stamp: int, arrival: int | None = None) -> tuple[Order, int]:
        """Place the next image.

        Args:
            stamp: of the image.
            arrival: its time of arrival by a clock that need not be that of the stamps; None if
                that is not known, then every stamp is a time.

        Returns:
            Its order, and its time: the stamp, or the time of arrival for a stamp that is none.
        """
        time = stamp if arrival is None else self._time(stamp, arrival)
        newest, order = self._newest, Order.NEXT
        if newest is None and self._live and not stamp and self.unstamped == 1:
            return Order.LATE, time
        if newest is not None:
            step = time - newest
            set_back = step <= 0 and self._set_back(time, newest)
            if self._is_ahead(time, step, arrival) or (step <= 0 and not set_back):
                self.late += 1
                return Order.LATE, time
            if set_back or step > GAP * NANOSECONDS:
                order, self.step = Order.JUMP, step
            else:
                self._pace = step
        self._newest, self._arrival, self._run = time, arrival or 0, 0
        return order, time

    def _is_ahead(self, time: int, step: int, arrival: int | None) -> bool:
        """True for a stamp ahead of its arrival that does not continue from another one."""
        before, self._ahead = self._ahead, None
        if arrival is None or not self._pace:
            return False
        lead = step - (arrival - self._arrival)
        if lead <= max(LATE * NANOSECONDS, HASTE * self._pace) or (before and time > before):
            return False
        self._ahead = time
        return True

    def _set_back(self, time: int, newest: int) -> bool:
        """True if an image that is not newer shows a clock that was set back."""
        far = newest - time > LATE * NANOSECONDS
        continues = far and self._run > 0 and self._dropped < time
        self._dropped, self._run = time, self._run + 1
        return continues or self._run >= MOST_LATE

    def _time(self, stamp: int, arrival: int) -> int:
        self._repeats = self._repeats + 1 if stamp == self._raw else 0
        self._raw = stamp
        if stamp and self._repeats < MOST_LATE:
            return stamp
        self.unstamped += 1
        return arrival if self._newest is None else self._newest + arrival - self._arrival
