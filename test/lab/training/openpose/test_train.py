"""Training of the light network: it learns a few images by heart and goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pose_action_ros import cli
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import ModelError, SettingError
from pose_action_ros.lab.training.openpose.examples import Examples, prepared, simulated_examples
from pose_action_ros.lab.training.openpose.settings import DetectorTraining
from pose_action_ros.lab.training.openpose.train import CHECKPOINT, loss_of, measure, train
from pose_action_ros.models.openpose_card import OpenPoseCard, read_openpose_card

SMALL = DetectorTraining(
    width=16, image_width=64, image_height=64, most_people=1, frames=2, images=4, batch=2,
    rounds=3, threads=1, accelerator="cpu",
)  # fmt: skip
EXAMPLES = simulated_examples(SMALL, np.random.default_rng(5))


def fixed(_settings: DetectorTraining, _rng: np.random.Generator) -> Examples:
    return EXAMPLES


def test_examples_show_people_where_the_maps_have_them() -> None:
    settings = replace(SMALL, image_width=160, image_height=128, images=3, layout="body_25")
    examples = simulated_examples(settings, np.random.default_rng(0))
    assert examples.images.shape == (3, 3, 128, 160)
    assert examples.maps.shape == examples.counts.shape == (3, 78, 16, 20)
    heat, background = examples.maps[:, :25], examples.maps[:, 25]
    torch.testing.assert_close(background, 1 - heat.amax(dim=1))
    assert (heat.amax(dim=(2, 3)) > 0.8).sum(dim=1).min() > 5
    # What is hidden is not held against the network, and that is little of the maps.
    assert 0.9 < float(examples.counts.mean()) < 1
    assert set(examples.counts.numpy().ravel()) == {0, 1}


def test_the_same_seed_gives_the_same_examples() -> None:
    again = simulated_examples(SMALL, np.random.default_rng(5))
    assert torch.equal(again.images, EXAMPLES.images)
    assert torch.equal(again.maps, EXAMPLES.maps)


def test_what_does_not_count_has_no_loss() -> None:
    maps = torch.rand(2, 57, 4, 4)
    counts = (torch.rand(2, 57, 4, 4) > 0.5).float()
    told = maps + (1 - counts)
    assert float(loss_of([told, told], maps, counts)) == 0
    assert float(loss_of([told + 1], maps, torch.ones_like(maps))) > 57


def test_a_tiny_network_learns_a_few_images(tmp_path: Path) -> None:
    many = EXAMPLES[torch.arange(4).repeat(10)]
    settings = replace(SMALL, rounds=16, images=len(many), batch=4, learning_rate=1e-2)
    network = train(replace(settings, output=str(tmp_path)), lambda _settings, _rng: many)
    nothing = float((EXAMPLES.maps.square() * EXAMPLES.counts).sum(dim=1).mean())
    assert measure(network, EXAMPLES, 4) < 0.25 * nothing
    with torch.inference_mode():
        told = network(prepared(EXAMPLES.images, OpenPoseCard("coco_18")))
    # The highest cell of each joint that is seen is where it is, or beside it.
    heat, found = EXAMPLES.maps[:, :18].flatten(2), told[:, :18].flatten(2)
    seen = heat.amax(dim=2) > 0.8
    columns = EXAMPLES.maps.shape[3]
    expected, peaks = heat.argmax(dim=2)[seen], found.argmax(dim=2)[seen]
    near = ((expected // columns - peaks // columns).abs() <= 1) & (
        (expected % columns - peaks % columns).abs() <= 1
    )
    assert float(near.float().mean()) > 0.9


def test_a_run_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path) -> None:
    whole = train(replace(SMALL, output=str(tmp_path / "whole")), fixed)
    settings = replace(SMALL, output=str(tmp_path / "stopped"))
    calls = []

    def stops(settings: DetectorTraining, rng: np.random.Generator) -> Examples:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return fixed(settings, rng)

    with pytest.raises(KeyboardInterrupt):
        train(settings, stops)
    resumed = train(settings, fixed)
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value)
    curves = [(tmp_path / name / "curve.csv").read_text() for name in ("whole", "stopped")]
    assert curves[0] == curves[1]
    with pytest.raises(ModelError, match="is of a run with other learning_rate"):
        train(replace(settings, learning_rate=0.5), fixed)


def test_settings_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="has 1 images, expected at least a batch of 2"):
        train(replace(SMALL, images=1, output=str(tmp_path)), fixed)
    with pytest.raises(ModelError, match="got an input of 72x64 pixels"):
        train(replace(SMALL, image_width=72, output=str(tmp_path)), fixed)


def test_the_command_writes_a_model_with_its_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "detector.onnx"
    words = ["train", "detector", "--layout", "body_25", "--width", "16", "--rounds", "1"]
    words += ["--images", "2", "--batch", "2", "--image-width", "64", "--image-height", "64"]
    words += ["--threads", "1", "--output", str(tmp_path), "--model", str(model)]
    assert cli.main(words) == 0
    assert json.loads(capsys.readouterr().out)["loss"] > 0
    assert read_openpose_card(model) == OpenPoseCard("body_25")
    assert (tmp_path / CHECKPOINT).is_file()
    images = np.random.default_rng(0).random((3, 3, 48, 32), np.float32) - 0.5
    maps = load_engine(model, "onnxruntime")({"image": images})["maps"]
    assert maps.shape == (3, 78, 6, 4)
    found = load_engine(model, "torch")({"image": images})["maps"]
    np.testing.assert_allclose(found, maps, atol=1e-5)
