"""Work on what comes in: at once, or in a thread on the newest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Immediate(Generic[Item]):
    """Works in the thread of who offers: for work that is not much longer than handing it over.

    Args:
        process: called with one item after the other.
        failed: told every exception that `process` raises.
    """

    def __init__(
        self, process: Callable[[Item], None], failed: Callable[[Exception], None]
    ) -> None:
        self._process = process
        self._failed = failed

    def offer(self, item: Item) -> bool:
        """Work on the item; False, as no other is dropped for it."""
        try:
            self._process(item)
        except Exception as error:  # noqa: BLE001 - a node lives on, whatever comes in
            self._failed(error)
        return False

    def close(self) -> None:
        """Nothing is waiting."""


class NewestWorker(Generic[Item]):
    """Works in its own thread; when it is too slow, the oldest waiting item is dropped.

    Args:
        process: called with one item after the other.
        failed: told every exception that `process` raises; the worker goes on.
        waiting: how many items may wait.
        name: of the thread.
    """

    def __init__(
        self,
        process: Callable[[Item], None],
        failed: Callable[[Exception], None],
        *,
        waiting: int = 1,
        name: str = "worker",
    ) -> None:
        self._process = process
        self._failed = failed
        self._items: deque[Item] = deque()
        self._waiting = waiting
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, item: Item) -> bool:
        """Take the newest item; whether the oldest waiting one was dropped for it."""
        with self._changed:
            full = len(self._items) >= self._waiting
            if full:
                self._items.popleft()
            self._items.append(item)
            self._changed.notify()
        return full

    def close(self) -> None:
        """Finish the item at hand, drop those waiting, end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closing)
                if self._closing:
                    return
                item = self._items.popleft()
            try:
                self._process(item)
            except Exception as error:  # noqa: BLE001 - a node lives on, whatever comes in
                self._failed(error)
