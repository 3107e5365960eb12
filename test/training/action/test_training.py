"""Training the action model end to end, small: data, curve, resuming, export, and a recogniser."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.training.action import command
from pose_action_ros.training.action.noise import detect
from pose_action_ros.training.action.recordings import load_sightings, save_sightings
from pose_action_ros.training.action.seen import simulated_sighting
from pose_action_ros.training.action.settings import ActionTraining, read_training

TINY = """
training:
  people: 3
  validation: 1
  test: 1
  actions_each: 2
  epochs: {epochs}
  samples: 16
  batch: 8
  width: 4
  initial: "{initial}"
"""


def train(folder: Path, epochs: int = 2, name: str = "run", initial: str = "") -> Path:
    """Run the command; the folder it wrote."""
    config = folder / "tiny.yaml"
    config.write_text(TINY.format(epochs=epochs, initial=initial))
    parser = argparse.ArgumentParser()
    command.configure(parser)
    output = folder / name
    words = ["--config", str(config), "--output", str(output)]
    assert command.run(parser.parse_args(words)) == 0
    return output


def test_a_run_ends_in_a_model_that_recognisers_take(tmp_path: Path) -> None:
    output = train(tmp_path)
    classifier = ActionClassifier(str(output / "action.onnx"))
    assert classifier.labels == ACTIONS
    scores = classifier(np.zeros((2, 32, 32, 3), np.uint8))
    assert scores.sum(axis=1) == pytest.approx(1)
    with (output / "curve.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1"]
    # Again with the same settings: nothing is left to train, the model is written again.
    first = (output / "action.onnx").read_bytes()
    assert train(tmp_path) == output
    assert (output / "action.onnx").read_bytes() == first
    with pytest.raises(ModelError, match="epochs"):
        train(tmp_path, epochs=3)


def test_a_run_starts_from_another_ones_weights(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing"):
        train(tmp_path, initial="nothing")
    first = train(tmp_path, epochs=1)
    second = train(tmp_path, epochs=1, name="next", initial=str(first / "checkpoint.pt"))
    assert (first / "action.onnx").read_bytes() != (second / "action.onnx").read_bytes()


def test_what_is_seen_can_be_stored_and_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    first, second = (simulated_sighting(np.random.default_rng(4), 2) for _ in range(2))
    assert first.points == pytest.approx(second.points, nan_ok=True)
    save_sightings(tmp_path / "seen.npz", [first, second], ACTIONS)
    found = load_sightings(tmp_path / "seen.npz", ACTIONS[::-1])
    assert len(found) == 2
    assert found[1].points == pytest.approx(first.points, abs=1e-3, nan_ok=True)
    assert found[1].intrinsics == first.intrinsics
    assert (len(ACTIONS) - 1 - found[1].labels == first.labels).all()


def test_files_that_are_no_recordings(tmp_path: Path) -> None:
    path = tmp_path / "seen.npz"
    path.write_bytes(b"no")
    with pytest.raises(InputError, match=r"seen\.npz is no file of recordings"):
        load_sightings(path, ACTIONS)
    save_sightings(path, [simulated_sighting(np.random.default_rng(0), 1)], ACTIONS)
    with pytest.raises(InputError, match="not trained"):
        load_sightings(path, ACTIONS[:3])


def test_simulated_detections_are_near_the_truth_and_inside_the_picture() -> None:
    rng = np.random.default_rng(0)
    stamps = np.arange(0, 5, 1 / 15)
    truth = np.broadcast_to(rng.uniform(100, 400, (25, 2)), (len(stamps), 25, 2))
    for seed in range(10):
        depths = np.zeros((len(stamps), 25))
        size = (640, 480)
        points, scores = detect(truth, depths, stamps, size, np.random.default_rng(seed))
        assert (np.isnan(points).any(axis=-1) == (scores == 0)).all()
        known = points[scores > 0]
        assert ((known >= 0) & (known < size)).all()
        apart = np.linalg.norm(points - truth, axis=-1)
        assert np.nanmedian(apart) < 0.08 * np.linalg.norm(np.ptp(truth[0], axis=0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("training: {epoch: 3}", "epoch"),
        ("training: {epochs: 0}", "epochs"),
        ("spmf: {size: big}", "size"),
        ("training: 3", "training"),
        ("model: {}", "sections"),
        ("training: {", "cannot read"),
    ],
)
def test_settings_that_are_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        read_training(path)


def test_the_shipped_settings_can_be_read() -> None:
    path = Path(__file__).parents[3] / "config" / "train_action.yaml"
    training, _ = read_training(path)
    assert isinstance(training, ActionTraining)
