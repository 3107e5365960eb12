"""The search end to end, small: ranking, curve, resuming, and refused inputs."""

from __future__ import annotations

import math
import shutil
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
    device="cpu", nodes=2, epochs=2, channels=4, steps=2, batch=8, warm_up=1, updates=2,
    architectures=2, reward_batch=16, controller_width=8, candidates=4,
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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Ranked]]:
    """Output folder and result of an uninterrupted search."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder)


def test_a_search_ranks_genotypes_and_writes_its_curve(whole: tuple[Path, list[Ranked]]) -> None:
    folder, ranked = whole
    accuracies = [one.accuracy for one in ranked]
    assert 1 < len(ranked) <= 4
    assert accuracies == sorted(accuracies, reverse=True)
    assert len({one.genotype for one in ranked}) == len(ranked)
    assert {len(one.genotype.normal) for one in ranked} == {2}
    curve = read_curve(folder / "curve.csv")
    assert [row.epoch for row in curve] == [0, 1]
    assert math.isnan(curve[0].reward)  # the controller waits
    assert 0 < curve[1].reward <= curve[1].best <= 1


class HalfUnlabelled(Stripes):
    """The same, half of them without action."""

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
        images, labels = super().draw(count, rng)
        return images, np.where(np.arange(count) % 2, -1, labels)


def test_images_without_action_are_ignored(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=1)
    search(settings, SHAPE, HalfUnlabelled(), VALIDATION, tmp_path)
    (row,) = read_curve(tmp_path / "curve.csv")
    assert 0 < row.loss < 10


def test_a_resumed_search_equals_an_uninterrupted_one(
    tmp_path: Path, whole: tuple[Path, list[Ranked]]
) -> None:
    folder, expected = whole
    for epochs in (1, 2):
        torch.manual_seed(77)  # another state of the random generator
        ranked = run(tmp_path, replace(SETTINGS, epochs=epochs))
    assert ranked == expected
    curves = [(path / "curve.csv").read_text() for path in (folder, tmp_path)]
    assert curves[0] == curves[1]
    first, second = (
        torch.load(path / "checkpoint.pt", weights_only=True) for path in (folder, tmp_path)
    )
    for part in ("shared", "reinforce"):
        torch.testing.assert_close(first[part], second[part], atol=0, rtol=0)
    assert run(tmp_path) == expected  # already complete


def test_another_seed_gives_another_result(
    tmp_path: Path, whole: tuple[Path, list[Ranked]]
) -> None:
    assert run(tmp_path, replace(SETTINGS, seed=2)) != whole[1]


def test_the_shared_weights_learn(tmp_path: Path) -> None:
    run(tmp_path, replace(SETTINGS, seed=2, epochs=4, steps=15, warm_up=4, learning_rate=0.1))
    losses = [row.loss for row in read_curve(tmp_path / "curve.csv")]
    # Each epoch trains other random cells, so that single losses vary.
    assert np.mean(losses[2:]) < 0.96 * losses[0]


@pytest.mark.exhaustive
def test_a_search_learns(tmp_path: Path) -> None:
    more = replace(SETTINGS, epochs=8, steps=25, architectures=3, candidates=6, reward="accuracy")
    ranked = run(tmp_path, more)
    assert ranked[0].accuracy > 0.7  # 1/3 by chance
    curve = read_curve(tmp_path / "curve.csv")
    assert curve[-1].loss < 0.8 * curve[0].loss
    assert curve[-1].reward > curve[1].reward


def test_a_checkpoint_of_another_search_is_refused(
    tmp_path: Path, whole: tuple[Path, list[Ranked]]
) -> None:
    shutil.copy(whole[0] / "checkpoint.pt", tmp_path)
    with pytest.raises(ModelError, match=r"with other batch \(.+, seed \(.+; remove it"):
        run(tmp_path, replace(SETTINGS, seed=3, batch=4))
    with pytest.raises(ModelError, match="other shape of the network: drop_path"):
        search(SETTINGS, replace(SHAPE, drop_path=0.2), Stripes(), VALIDATION, tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"checkpoint\.pt is no checkpoint or is damaged"):
        run(tmp_path)


def test_images_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="examples of 3 actions for a network of 4"):
        search(SETTINGS, replace(SHAPE, labels=4), Stripes(), VALIDATION, tmp_path)
    with pytest.raises(InputError, match="held-out images"):
        search(SETTINGS, replace(SHAPE, width=9), Stripes(), VALIDATION, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_gpu_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingError, match="device is 'gpu'"):
        run(tmp_path, replace(SETTINGS, device="gpu"))


def test_the_learning_rate_falls_in_cycles_of_rising_length() -> None:
    settings = SearchSettings(cycle=4, cycle_factor=2)
    rates = [learning_rate(settings, epoch) for epoch in range(14)]
    assert rates[0] == rates[4] == rates[12] == pytest.approx(0.05)
    assert rates[2] == rates[8] == pytest.approx((0.05 + 0.0005) / 2)
    assert rates[:4] == sorted(rates[:4], reverse=True)
    assert rates[4:12] == sorted(rates[4:12], reverse=True)
    assert rates[11] < 0.003
