"""Rewards: figures by hand, and held-out images that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from pose_action_ros.errors import InputError
from pose_action_ros.lab.networks.cells import CellShape
from pose_action_ros.lab.networks.genotype import Genotype, random_genotype
from pose_action_ros.lab.search.shared import HeldOut, Judge, SharedNetwork

SHAPE = CellShape(labels=3, height=4, width=5, channels=2, blocks=1)
GENOTYPE = random_genotype(np.random.default_rng(0), 1)


class Planted(SharedNetwork):
    """Reads the logits from the first pixel."""

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        assert genotype == GENOTYPE
        return images[:, 0, 0].log()


def planted(chances: list[list[int]], labels: list[int]) -> HeldOut:
    images = np.zeros((len(labels), 4, 5, 3), np.uint8)
    images[:, 0, 0] = chances
    return HeldOut.of(images, np.array(labels), SHAPE, seed=0)


def test_accuracy_and_probability_are_those_by_hand() -> None:
    judge = Judge(Planted(1, SHAPE), torch.device("cpu"))
    data = planted([[8, 1, 1], [2, 7, 1], [5, 1, 4], [1, 1, 8]], [0, 1, 2, 0])
    assert judge.rewards([GENOTYPE] * 2, data, "accuracy") == pytest.approx([0.5] * 2)
    expected = (0.8 + 0.7 + 0.4 + 0.1) / 4
    assert judge.rewards([GENOTYPE], data, "probability") == pytest.approx([expected])


def test_more_images_than_a_batch_are_all_judged() -> None:
    judge = Judge(Planted(1, SHAPE), torch.device("cpu"))
    data = planted([[8, 1, 1]] * 300 + [[1, 8, 1]] * 400, [0] * 700)
    assert judge.accuracy(GENOTYPE, data) == pytest.approx(300 / 700)


def test_labels_stay_with_their_images_and_the_order_is_random() -> None:
    images = np.repeat(np.arange(200, dtype=np.uint8), 60).reshape(200, 4, 5, 3)
    data = HeldOut.of(images, np.arange(200) % 3, SHAPE, seed=0)
    assert torch.equal(data.images[:, 0, 0, 0] % 3, data.labels)
    assert not torch.equal(data.images[:, 0, 0, 0].sort().values, data.images[:, 0, 0, 0])
    some = data.some(50, np.random.default_rng(0))
    assert len(some.labels) == 50
    assert len(set(some.images[:, 0, 0, 0].tolist())) == 50
    assert torch.equal(some.images[:, 0, 0, 0] % 3, some.labels)
    assert len(data.some(1000, np.random.default_rng(0)).labels) == 200


@pytest.mark.parametrize(
    ("size", "labels", "message"),
    [
        ((2, 4, 5, 3), [0], r"shape \(2, 4, 5, 3\) for 1 labels, expected \(1, 4, 5, 3\)"),
        ((2, 5, 4, 3), [0, 1], r"expected \(2, 4, 5, 3\)"),
        ((0, 4, 5, 3), [], "at least one"),
        ((2, 4, 5, 3), [0, 3], "labels are 0 to 3, expected 0 to 2"),
        ((2, 4, 5, 3), [-1, 0], "labels are -1 to 0, expected 0 to 2"),
    ],
)
def test_what_does_not_fit_is_refused(size: Any, labels: list[int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        HeldOut.of(np.zeros(size, np.uint8), np.array(labels, np.int64), SHAPE, seed=0)
