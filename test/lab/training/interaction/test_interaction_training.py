"""Training the model of interactions end to end, small, and the sentences of its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros import cli
from pose_action_ros.lab.training.interaction.settings import InteractionData
from pose_action_ros.lab.training.interaction.train import data_text
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.simulation.pairs import INTERACTIONS

TINY = """
data: {pairs: 6, validation: 4, test: 4, rendered: 0, exact: 0.5}
fitting: {epochs: 2, samples: 16, batch: 8, repeats: 1}
network: {network: cnn, full_height: true, channels: 4}
spmf: {people: 2, colours: level, height: 0, width: 16, joints: left_wrist nose mid_hip}
"""


def test_a_run_ends_in_a_model_of_two_people(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    words = ["--config", str(tmp_path / "tiny.yaml"), "--output", str(tmp_path)]
    assert cli.main(["train", "interaction", *words, "--set", "fitting.epochs=1"]) == 0
    path = tmp_path / "interaction.onnx"
    classifier = ActionClassifier(str(path))
    assert classifier.labels == tuple(INTERACTIONS)
    assert classifier.spmf.people == 2
    scores = classifier(np.zeros((2, *classifier.spmf.shape), np.uint8))
    assert (scores.sum(axis=1) <= 1 + 1e-6).all()
    card = read_card(path, "action")
    assert card.training["settings"]["fitting"]["epochs"] == 1
    assert set(card.scores) == {"simulated", "none"}


@pytest.mark.parametrize("rendered", [0, 5])
@pytest.mark.parametrize("exact", [0.0, 0.5])
def test_the_card_names_the_kinds_of_pairs_that_there_are(rendered: int, exact: float) -> None:
    text = data_text(InteractionData(rendered=rendered, exact=exact))
    assert ("pairs as images" in text) == (rendered > 0)
    assert ("No pairs were rendered" in text) == (rendered == 0)
    assert ("depth sensor" in text) == (exact > 0)


def test_the_card_of_the_shipped_model_has_these_sentences() -> None:
    training = read_card(find_model("interaction"), "action").training
    data = training["settings"]["data"]
    assert training["data"] == data_text(InteractionData(**data))
