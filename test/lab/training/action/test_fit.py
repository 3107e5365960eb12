"""Fitting: it learns, resumes exactly, and averages the weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.action_cnn import ActionCnn
from pose_action_ros.lab.networks.operations import join_spare
from pose_action_ros.lab.networks.shape import NetworkShape
from pose_action_ros.lab.training.action.fit import evaluate, fit, loss_of, soft_targets
from pose_action_ros.lab.training.action.settings import Fitting

FITTING = Fitting(epochs=4, samples=64, batch=16, repeats=2, learning_rate=1e-2, averaging=0.8)
SHAPE = NetworkShape(labels=2, height=16, width=16, channels=4)


class Bright:
    """Images that are bright in the upper (0) or lower (1) half."""

    labels = 2

    def draw(
        self, count: int, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        images = rng.integers(0, 100, (count, 16, 16, 3), np.uint8)
        labels = rng.integers(0, 2, count)
        for image, label in zip(images, labels, strict=True):
            image[8 * label : 8 * label + 8] += 100
        return images, labels


HELD_OUT = Bright().draw(100, np.random.default_rng(99))


def fitted(output: Path, fitting: Fitting = FITTING) -> nn.Module:
    torch.manual_seed(0)
    return fit(ActionCnn(SHAPE), Bright(), HELD_OUT, fitting, output)


def test_fitting_learns(tmp_path: Path) -> None:
    _, accuracy = evaluate(fitted(tmp_path, replace(FITTING, epochs=12)), HELD_OUT)
    assert accuracy > 0.95


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = fitted(tmp_path / "whole")
    curve = (tmp_path / "whole" / "curve.csv").read_text().splitlines()
    calls: list[int] = []
    stopped = tmp_path / "stopped"

    class Stops(Bright):
        def draw(
            self, count: int, rng: np.random.Generator
        ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
            calls.append(count)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return super().draw(count, rng)

    torch.manual_seed(0)
    with pytest.raises(KeyboardInterrupt):
        fit(ActionCnn(SHAPE), Stops(), HELD_OUT, FITTING, stopped)
    resumed = fitted(stopped)
    for ours, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)
    assert (stopped / "curve.csv").read_text().splitlines() == curve


def test_worker_processes_draw_the_same_images(tmp_path: Path) -> None:
    alone = fitted(tmp_path / "alone")
    worker = fitted(tmp_path / "worker", replace(FITTING, workers=1))
    for ours, theirs in zip(alone.parameters(), worker.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_other_settings_need_another_folder(tmp_path: Path) -> None:
    fitted(tmp_path)
    with pytest.raises(ModelError, match="learning_rate"):
        fitted(tmp_path, replace(FITTING, learning_rate=0.5))


def test_without_averaging_the_result_has_the_newest_weights(tmp_path: Path) -> None:
    newest = fitted(tmp_path / "newest", replace(FITTING, averaging=0.0))
    averaged = fitted(tmp_path / "averaged")
    different = [
        not torch.allclose(one, other)
        for one, other in zip(newest.parameters(), averaged.parameters(), strict=True)
    ]
    assert all(different)


def test_targets_are_probabilities_and_uniform_for_no_action() -> None:
    targets = soft_targets(torch.tensor([1, -1, 0]), 4, 0.2)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(3))
    assert targets[0].tolist() == pytest.approx([0.05, 0.85, 0.05, 0.05])
    assert targets[1].tolist() == pytest.approx([0.25] * 4)


def test_no_action_is_the_background_and_the_loss_of_actions_is_the_cross_entropy() -> None:
    logits = torch.randn(6, 5, generator=torch.manual_seed(0))
    actions, none = torch.tensor([0, 1, 2, 0, 4, 3]), torch.full((6,), -1)
    expected = nn.functional.cross_entropy(logits, actions, label_smoothing=0.1)
    torch.testing.assert_close(loss_of(logits, actions, 3, 0.1), expected)
    background = nn.functional.cross_entropy(join_spare(logits, 3), torch.full((6,), 3))
    torch.testing.assert_close(loss_of(logits, none, 3, 0.1), background)
    mixed = torch.cat([actions, none])
    torch.testing.assert_close(
        loss_of(torch.cat([logits, logits]), mixed, 3, 0.1), (expected + background) / 2
    )


def test_without_spare_outputs_no_action_makes_all_actions_equally_likely() -> None:
    logits = torch.randn(6, 5, generator=torch.manual_seed(0))
    uniform = -torch.log_softmax(logits, dim=1).mean()
    torch.testing.assert_close(loss_of(logits, torch.full((6,), -1), 5, 0.1), uniform)


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_training_that_stops_has_the_first_passes_of_the_schedule(
    tmp_path: Path, stop: int
) -> None:
    fitted(tmp_path / "whole")
    fitted(tmp_path / "stopped", replace(FITTING, stop=stop))
    whole, stopped = (
        (tmp_path / name / "curve.csv").read_text().splitlines() for name in ("whole", "stopped")
    )
    assert stopped == whole[: 1 + stop]


def test_a_stop_after_the_last_pass_changes_nothing(tmp_path: Path) -> None:
    fitted(tmp_path, replace(FITTING, stop=FITTING.epochs + 3))
    assert len((tmp_path / "curve.csv").read_text().splitlines()) == 1 + FITTING.epochs


def test_a_kept_checkpoint_is_the_training_that_stopped_there(tmp_path: Path) -> None:
    fitted(tmp_path / "whole", replace(FITTING, keep=2))
    stopped = fitted(tmp_path / "stopped", replace(FITTING, stop=2))
    taken_up = fitted(tmp_path / "whole", replace(FITTING, stop=2))
    for ours, theirs in zip(taken_up.parameters(), stopped.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_a_stop_without_a_kept_checkpoint_is_refused_with_those_there_are(tmp_path: Path) -> None:
    fitted(tmp_path, replace(FITTING, keep=2))
    with pytest.raises(ModelError, match=r"epoch 3; choose one of 2, 4"):
        fitted(tmp_path, replace(FITTING, stop=3))
