"""Models with a wrong card, and models of other tasks, are refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from action_models import LABELS, WINDOW
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import find_model
from pose_action_ros.recognition.classifier import SILENT, ActionClassifier, labels_of
from pose_action_ros.skeletons import HUMAN36M_17

Card = dict[str, Any]


@pytest.fixture
def model(tmp_path: Path, action_model: Path) -> Path:
    """A copy of a good model."""
    for path in (action_model, action_model.with_suffix(".json")):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / action_model.name


def edited(model: Path, edit: Callable[[Card], object]) -> str:
    """The model's path after changing its card."""
    card = json.loads(model.with_suffix(".json").read_text())
    edit(card)
    model.with_suffix(".json").write_text(json.dumps(card))
    return str(model)


def test_a_good_model_gives_probabilities(model: Path) -> None:
    classifier = ActionClassifier(str(model), "onnxruntime")
    images = np.random.default_rng(0).integers(0, 256, (5, *classifier.spmf.shape), np.uint8)
    scores = classifier(images)
    assert scores.shape == (5, len(classifier.labels))
    assert scores.sum(axis=1) == pytest.approx(1)
    assert (classifier.labels, classifier.window, classifier.engine) == (
        LABELS,
        WINDOW,
        "onnxruntime",
    )
    assert scores[2:3] == pytest.approx(classifier(images[2:3]), abs=1e-5)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card["settings"]["labels"].pop(), "background need 2"),
        (lambda card: card["settings"].update(background=True), "background need 4"),
        (lambda card: card["settings"].update(background=1), "background 1, expected true"),
        (lambda card: card["settings"].pop("labels"), "labels None"),
        (lambda card: card["settings"].update(labels=["a", "a"]), "different names"),
        (lambda card: card["settings"]["labels"].append("unknown"), "unknown"),
        (lambda card: card["settings"].pop("spmf"), "spmf"),
        (lambda card: card["settings"]["spmf"].update(height=64), "64 x 32"),
        (lambda card: card["settings"]["spmf"].update(colour="grey"), "colour"),
        (lambda card: card["settings"]["spmf"].update(frames="many"), "frames"),
        (lambda card: card["settings"]["spmf"].update(joints="tail nose"), "tail"),
        (lambda card: card["settings"]["spmf"].update(joints="tail nose", own_reach=0.0), "tail"),
        (lambda card: card["settings"]["spmf"].update(smoothing=4), "smoothing 4"),
        (lambda card: card["settings"].update(window=0), "window 0"),
        (lambda card: card["settings"].update(window=0.01), "at least 0.1 s"),
        (lambda card: card["settings"].update(window=inf), "window inf"),
        (lambda card: card["settings"].update(window=True), "window True"),
        (lambda card: card["settings"].update(unknown_below=2), "unknown_below 2"),
        (lambda card: card["settings"].pop("unknown_below"), "unknown_below None"),
        (
            lambda card: card["settings"].update(unknown_below={"standing": 0.5, "waving": 1.5}),
            "unknown_below 1.5 for waving",
        ),
        (lambda card: card["settings"].update(silent=["running"]), "silent .*some of its labels"),
        (lambda card: card["settings"].update(silent="waving"), "silent 'waving'"),
        (
            lambda card: card["settings"].update(needs=[{"joints": ["tail"]}]),
            "expected a list with joints, missing and labels: .*tail",
        ),
        (lambda card: card["settings"].update(needs=[{"missing": 0.5}]), "expected a list"),
        (lambda card: card["settings"].update(needs=7), "needs 7, expected a list"),
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


@pytest.mark.parametrize("scores", [[np.nan, 0.5, 0.5], [0.0, 0.0, 0.0], [-0.5, 0.5, 1.0]])
def test_other_scores_than_probabilities(
    model: Path, monkeypatch: pytest.MonkeyPatch, scores: list[float]
) -> None:
    classifier = ActionClassifier(str(model))
    monkeypatch.setattr(classifier, "_engine", lambda _: {"scores": np.array([scores])})
    with pytest.raises(ModelError, match="expected probabilities"):
        classifier(np.zeros((1, *classifier.spmf.shape), np.uint8))


def test_thresholds_of_labels_silent_labels_and_needs(model: Path) -> None:
    table = {"standing": 0.2, "waving": 0.5, "bowing": 0.8}
    needs = [{"joints": ["left_wrist", "right_wrist"], "missing": 0.5, "labels": ["waving"]}]
    path = edited(
        model,
        lambda card: card["settings"].update(unknown_below=table, silent=["bowing"], needs=needs),
    )
    classifier = ActionClassifier(path)
    assert classifier.unknown_below == (0.2, 0.5, SILENT)
    assert labels_of(path) == ("standing", "waving")
    (need,) = classifier.needs
    assert [HUMAN36M_17.joints[row] for row in need.joints] == ["left_wrist", "right_wrist"]
    assert (need.missing, need.labels) == (0.5, (1,))
