"""The search end to end, small: what it writes, resuming, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.cells import CellShape
from pose_action_ros.lab.search.enas import Ranked, learning_rate, read_curve, search
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.lab.search.shared import Images, Labels

SHAPE = CellShape(labels=3, height=8, width=8, channels=16, blocks=2, drop_path=0.1)
SETTINGS = SearchSettings(
    device="cpu", nodes=2, epochs=3, channels=4, steps=3, batch=8, warm_up=1, updates=2,
    architectures=3, reward_batch=16, controller_width=8, candidates=6,
)  # fmt: skip


class Stripes:
    """Images of one colour for each label, with noise."""

    labels = 3

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
        labels = rng.integers(3, size=count)
        images = rng.integers(0, 100, (count, 8, 8, 3))
        images[np.arange(count), :, :, labels] += 150
        return images.astype(np.uint8), labels


VALIDATION = Stripes().draw(40, np.random.default_rng(9))


def run(output: Path, settings: SearchSettings = SETTINGS) -> list[Ranked]:
    return search(settings, SHAPE, Stripes(), VALIDATION, output)


def test_a_search_ranks_genotypes_and_keeps_its_curve(tmp_path: Path) -> None:
    ranked = run(tmp_path)
    accuracies = [one.accuracy for one in ranked]
    assert 1 < len(ranked) <= 6
    assert accuracies == sorted(accuracies, reverse=True)
    assert len({one.genotype for one in ranked}) == len(ranked)
    assert {len(one.genotype.normal) for one in ranked} == {2}
    curve = read_curve(tmp_path / "curve.csv")
    assert [row.epoch for row in curve] == [0, 1, 2]
    assert math.isnan(curve[0].reward)  # the controller waits
    assert 0 < curve[1].reward <= curve[1].best <= 1


class StripesAndNothing(Stripes):
    """The same, half of them of no action."""

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
        images, labels = super().draw(count, rng)
        return images, np.where(np.arange(count) % 2, -1, labels)


def test_images_of_no_action_are_not_learnt_from(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=1)
    search(settings, SHAPE, StripesAndNothing(), VALIDATION, tmp_path)
    (row,) = read_curve(tmp_path / "curve.csv")
    assert 0 < row.loss < 10


def test_a_resumed_search_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    for epochs in (1, 2, 3):
        torch.manual_seed(77)  # whatever else happened in between
        parts = run(tmp_path / "parts", replace(SETTINGS, epochs=epochs))
    assert parts == whole
    curves = [(tmp_path / name / "curve.csv").read_text() for name in ("whole", "parts")]
    assert curves[0] == curves[1]
    first, second = (
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)
        for name in ("whole", "parts")
    )
    for part in ("shared", "reinforce"):
        torch.testing.assert_close(first[part], second[part], atol=0, rtol=0)
    assert run(tmp_path / "parts") == whole  # nothing is left to do


def test_the_seed_decides(tmp_path: Path) -> None:
    assert run(tmp_path / "one") == run(tmp_path / "two")
    assert run(tmp_path / "one") != run(tmp_path / "other", replace(SETTINGS, seed=2))


def test_a_search_learns(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=8, steps=25, reward="accuracy")
    ranked = run(tmp_path, settings)
    assert ranked[0].accuracy > 0.7  # by chance 1/3; how much more differs between processors
    curve = read_curve(tmp_path / "curve.csv")
    assert curve[-1].loss < 0.8 * curve[0].loss
    assert curve[-1].reward > curve[1].reward


def test_another_search_does_not_go_on(tmp_path: Path) -> None:
    run(tmp_path, replace(SETTINGS, epochs=1))
    with pytest.raises(ModelError, match="with other batch, seed; remove it"):
        run(tmp_path, replace(SETTINGS, seed=3, batch=4))
    with pytest.raises(ModelError, match="other shape of the network: drop_path"):
        search(SETTINGS, replace(SHAPE, drop_path=0.2), Stripes(), VALIDATION, tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"checkpoint\.pt is no checkpoint or is damaged"):
        run(tmp_path)


def test_what_does_not_fit_the_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="examples of 3 actions for a network of 4"):
        search(SETTINGS, replace(SHAPE, labels=4), Stripes(), VALIDATION, tmp_path)
    with pytest.raises(InputError, match="held-out images"):
        search(SETTINGS, replace(SHAPE, width=9), Stripes(), VALIDATION, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_gpu_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingError, match="device is 'gpu'"):
        run(tmp_path, replace(SETTINGS, device="gpu"))


def test_the_learning_rate_falls_in_ever_longer_cycles() -> None:
    settings = SearchSettings(cycle=4, cycle_factor=2)
    rates = [learning_rate(settings, epoch) for epoch in range(14)]
    assert rates[0] == rates[4] == rates[12] == pytest.approx(0.05)
    assert rates[2] == rates[8] == pytest.approx((0.05 + 0.0005) / 2)
    assert rates[:4] == sorted(rates[:4], reverse=True)
    assert rates[4:12] == sorted(rates[4:12], reverse=True)
    assert rates[11] < 0.003
