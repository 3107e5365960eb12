import json
from dataclasses import replace
from pathlib import Path

import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import (
    ModelCard,
    find_model,
    read_card,
    sha256_of,
    write_card,
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "lifter.onnx"
    path.write_bytes(b"weights")
    card = ModelCard("toy", "lifter", sha256_of(path), "Apache-2.0", "a paper", "coco_18")
    write_card(path, replace(card, settings={"mean": [0.5]}))
    return path


def test_a_written_card_is_read(model: Path) -> None:
    card = read_card(model, "lifter")
    assert card.name == "toy"
    assert card.settings == {"mean": [0.5]}


def test_a_model_for_another_task(model: Path) -> None:
    with pytest.raises(ModelError, match="is a model for 'lifter', expected one for 'action'"):
        read_card(model, "action")


def test_a_tampered_model(model: Path) -> None:
    model.write_bytes(b"other weights")
    with pytest.raises(ModelError, match="is damaged or was changed"):
        read_card(model, "lifter")


def test_a_model_without_card(model: Path) -> None:
    model.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="a model file needs its card beside it"):
        read_card(model, "lifter")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "toy"}', json.dumps({"colour": 1})])
def test_invalid_cards_are_refused(model: Path, text: str) -> None:
    model.with_suffix(".json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="is no model card"):
        read_card(model, "lifter")


def test_models_are_found_by_path(model: Path) -> None:
    assert find_model(str(model)) == model
    with pytest.raises(ModelError, match="no model 'nothing': expected a path"):
        find_model("nothing")
