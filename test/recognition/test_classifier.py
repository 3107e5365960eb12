"""Models whose card does not fit them, or which are not action models, are refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import find_model
from pose_action_ros.recognition.classifier import ActionClassifier

Card = dict[str, Any]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model."""
    source = find_model("action")
    for path in (source, source.with_suffix(".json")):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / source.name


def edited(model: Path, edit: Callable[[Card], object]) -> str:
    """The model's path after changing its card."""
    card = json.loads(model.with_suffix(".json").read_text())
    edit(card)
    model.with_suffix(".json").write_text(json.dumps(card))
    return str(model)


def test_a_good_model_gives_probabilities(model: Path) -> None:
    classifier = ActionClassifier(str(model))
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), np.uint8)
    scores = classifier(images)
    assert scores.shape == (5, len(classifier.labels))
    assert scores.sum(axis=1) == pytest.approx(1)
    assert scores[2:3] == pytest.approx(classifier(images[2:3]), abs=1e-5)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card["settings"]["labels"].pop(), "17 labels"),
        (lambda card: card["settings"].pop("labels"), "labels None"),
        (lambda card: card["settings"].update(labels=["a", "a"]), "different names"),
        (lambda card: card["settings"]["labels"].append("unknown"), "unknown"),
        (lambda card: card["settings"].pop("spmf"), "spmf"),
        (lambda card: card["settings"]["spmf"].update(size=64), "64 x 64"),
        (lambda card: card["settings"]["spmf"].update(colour="grey"), "colour"),
        (lambda card: card["settings"]["spmf"].update(frames="many"), "frames"),
        (lambda card: card["settings"]["spmf"].update(joints="tail nose"), "tail"),
        (lambda card: card["settings"].update(window=0), "window 0"),
        (lambda card: card["settings"].update(window=True), "window True"),
        (lambda card: card.update(task="lifter"), "expected one for 'action'"),
        (lambda card: card.update(skeleton="ant_6"), "ant_6"),
    ],
)
def test_a_card_that_does_not_fit(
    model: Path, edit: Callable[[Card], object], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        ActionClassifier(edited(model, edit))


def test_a_changed_file_and_a_missing_card(model: Path) -> None:
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged"):
        ActionClassifier(str(model))
    model.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="card"):
        ActionClassifier(str(model))


def test_a_model_of_another_task(model: Path) -> None:
    lifter = find_model("lifter")
    shutil.copy(lifter, model)
    digest = json.loads(lifter.with_suffix(".json").read_text())["sha256"]
    with pytest.raises(ModelError, match="expected 'image'"):
        ActionClassifier(edited(model, lambda card: card.update(sha256=digest)))
