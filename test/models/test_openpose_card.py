import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import ModelCard, sha256_of, write_card
from pose_action_ros.models.openpose_card import TASK, OpenPoseCard, read_openpose_card

TF_POSE = OpenPoseCard("coco_18", scale=1 / 127.5, offset=-1.0, output_layout="NHWC")


def write(folder: Path, settings: dict[str, Any], task: str = TASK) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(b"weights")
    card = ModelCard("net", task, sha256_of(path), "Apache-2.0", "a paper", "coco_18", settings)
    write_card(path, card)
    return path


@pytest.mark.parametrize("card", [TF_POSE, OpenPoseCard("body_25"), OpenPoseCard("mpi_15")])
def test_a_card_is_read_as_it_was_written(tmp_path: Path, card: OpenPoseCard) -> None:
    assert read_openpose_card(write(tmp_path, card.settings())) == card


def test_whole_numbers_are_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, {"layout": "coco_18", "scale": 1, "offset": 0})
    assert read_openpose_card(path) == OpenPoseCard("coco_18", scale=1.0, offset=0.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "layout"),
        ({"layout": "coco"}, "got layout 'coco', expected one of body_25, coco_18, mpi_15"),
        ({"layout": "coco_18", "colour": "BGR"}, "colour"),
        ({"layout": "coco_18", "colours": "GBR"}, "expected one of BGR, RGB"),
        ({"layout": "coco_18", "scale": "1"}, "got scale '1', expected float"),
        ({"layout": "coco_18", "scale": float("nan")}, "expected a finite number"),
        ({"layout": "coco_18", "multiple_of": 0}, "expected at least 1"),
        ({"layout": "coco_18", "stride": 8.5}, "expected int"),
    ],
)
def test_what_is_not_allowed(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    path = write(tmp_path, {"layout": "coco_18"})
    values = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    path.with_suffix(".json").write_text(
        json.dumps({**values, "settings": settings}), encoding="utf-8"
    )
    with pytest.raises(ModelError, match=message) as caught:
        read_openpose_card(path)
    assert "the card of net" in str(caught.value)


def test_a_card_of_another_task(tmp_path: Path) -> None:
    path = write(tmp_path, replace(TF_POSE).settings(), task="lifter")
    with pytest.raises(ModelError, match="a model for 'lifter', expected one for 'detector'"):
        read_openpose_card(path)
