"""Cards of OpenPose networks, and networks in the cache: added and found by name."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openpose_network import write_network
from pose_action_ros import cli
from pose_action_ros.cli.models import add_network
from pose_action_ros.errors import ModelError
from pose_action_ros.models.card import ModelCard, sha256_of, write_card
from pose_action_ros.models.openpose_card import (
    TASK,
    OpenPoseCard,
    cached_detectors,
    find_detector,
    read_openpose_card,
)

TF_POSE = OpenPoseCard("coco_18", scale=1 / 127.5, offset=-1.0, output_layout="NHWC")


def write(folder: Path, settings: dict[str, Any], task: str = TASK) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(b"weights")
    card = ModelCard("net", task, sha256_of(path), "Apache-2.0", "a paper", "coco_18", settings)
    write_card(path, card)
    return path


@pytest.mark.parametrize("card", [TF_POSE, OpenPoseCard("body_25"), OpenPoseCard("mpi_15")])
def test_a_written_card_is_read(tmp_path: Path, card: OpenPoseCard) -> None:
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
        ({"layout": "coco_18", "line_share": 1.0}, "expected less than 1"),
        ({"layout": "coco_18", "stride": 8.5}, "expected int"),
    ],
)
def test_settings_are_checked(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"a network")
    return path


def test_added_by_the_command_and_found_by_its_name(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_network(tmp_path / "net.onnx", (38, 19), gives="NHWC")
    words = ["--scale", "0.5", "--colours", "RGB", "--name", "mine", "--peak-threshold", "0.02"]
    assert cli.main(["models", "add", str(file), *words]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "coco_18, images NCHW, maps NHWC",
        "detector:=openpose detector_model:=mine",
    ]
    assert cli.main(["models", "list"]) == 0
    assert "openpose  mine: " in capsys.readouterr().out
    path, card = find_detector("mine")
    assert path.read_bytes() == file.read_bytes()
    assert path.is_relative_to(cache)
    assert card == OpenPoseCard(
        "coco_18", scale=0.5, colours="RGB", output_layout="NHWC", peak_threshold=0.02
    )
    assert card.thresholds() == {"peak_threshold": 0.02}
    assert find_detector(str(path)) == (path, card)


def test_without_a_name_the_one_with_the_most_joints(file: Path) -> None:
    for name in ("mpi_15", "body_25", "coco_18"):
        add_network(file, OpenPoseCard(name), f"a_{name}"[::-1])
    assert list(cached_detectors()) == ["52_ydob_a", "81_ococ_a", "51_ipm_a"]
    assert find_detector("")[1].layout == "body_25"


def test_the_error_of_an_empty_cache_has_the_remedy() -> None:
    with pytest.raises(ModelError, match="models get openpose_body_25"):
        find_detector("")


def test_an_unknown_name_lists_the_available_ones(file: Path) -> None:
    add_network(file, OpenPoseCard("coco_18"), "mine")
    with pytest.raises(ModelError, match=r"'yours'.*mine"):
        find_detector("yours")


def test_other_files_in_the_cache_are_ignored(file: Path, cache: Path) -> None:
    add_network(file, OpenPoseCard("coco_18"), "mine")
    (cache / "other.onnx").write_bytes(b"of another owner")
    (cache / "mine" / "mine.onnx").write_bytes(b"changed")
    assert not cached_detectors()


def test_a_file_without_a_card(file: Path) -> None:
    with pytest.raises(ModelError, match="no model card"):
        find_detector(str(file))


def test_a_file_that_is_no_network_is_not_added(
    file: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "add", str(file)]) == 1
    assert "cannot be loaded" in capsys.readouterr().err
    assert not list(cache.rglob("*.onnx"))


@pytest.mark.parametrize("name", ["../up", "", "a b"])
def test_files_and_names_that_cannot_be_added(file: Path, name: str) -> None:
    path = file if name else file.with_suffix(".txt")
    with pytest.raises(ModelError, match="expected"):
        add_network(path, OpenPoseCard("coco_18"), name)
