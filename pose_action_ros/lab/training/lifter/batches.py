"""Views of a round in random order, as batches; the next round's are made in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from pose_action_ros.lab.training.lifter.learners import Batch

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Shuffled:
    """Views of all streams in random order.

    Attributes:
        views: by stream; a stream has any number N of them.
        orders: (N,) rows of each stream in their order.
    """

    views: Mapping[str, Batch]
    orders: Mapping[str, Tensor]

    @classmethod
    def of(cls, views: Mapping[str, Batch], count: int, rng: np.random.Generator) -> Shuffled:
        """Random order of at most `count` views of each stream."""
        orders = {
            name: torch.from_numpy(rng.permutation(len(batch.inputs))[:count])
            for name, batch in views.items()
        }
        return cls(views, orders)

    def steps(self, size: int) -> int:
        """Number of full batches of all streams."""
        return min(len(order) for order in self.orders.values()) // size

    def batch(self, step: int, size: int) -> dict[str, Batch]:
        """One batch of each stream."""
        return {
            name: _rows(views, self.orders[name][step * size : (step + 1) * size])
            for name, views in self.views.items()
        }

    def moved(self, move: Callable[[Tensor], Tensor]) -> Shuffled:
        """The same on another device."""
        views = {name: _mapped(batch, move) for name, batch in self.views.items()}
        return Shuffled(views, {name: move(order) for name, order in self.orders.items()})


def _rows(batch: Batch, rows: Tensor) -> Batch:
    return _mapped(batch, lambda values: values.index_select(0, rows))


def _mapped(batch: Batch, function: Callable[[Tensor], Tensor]) -> Batch:
    """A batch of changed tensors."""
    return Batch(**{name: function(values) for name, values in vars(batch).items()})


def ahead(make: Callable[[int], Item], numbers: Iterable[int]) -> Iterator[Item]:
    """Make items in order, the next one in the background while the present one is used."""
    with ThreadPoolExecutor(1) as background:
        waiting = None
        for number in numbers:
            following = background.submit(make, number)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
