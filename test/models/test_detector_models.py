"""OpenPose networks in the cache: added, found by name, and told apart from other files."""

from pathlib import Path

import pytest

from pose_action_ros import cli
from pose_action_ros.cli.models_add import add_network
from pose_action_ros.errors import ModelError
from pose_action_ros.models.detector_models import cached_detectors, find_detector
from pose_action_ros.models.openpose_card import OpenPoseCard


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"a network")
    return path


def test_added_by_the_command_and_found_by_its_name(
    file: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--layout", "coco_18", "--scale", "0.5", "--colours", "RGB", "--name", "mine"]
    assert cli.main(["models", "add", str(file), *words]) == 0
    assert "detector_model:=mine" in capsys.readouterr().out
    assert cli.main(["models", "list"]) == 0
    assert "openpose  mine: " in capsys.readouterr().out
    path, card = find_detector("mine")
    assert path.read_bytes() == b"a network"
    assert path.is_relative_to(cache)
    assert card == OpenPoseCard("coco_18", scale=0.5, colours="RGB")
    assert find_detector(str(path)) == (path, card)


def test_without_a_name_the_one_with_the_most_joints(file: Path) -> None:
    for name in ("mpi_15", "body_25", "coco_18"):
        add_network(file, OpenPoseCard(name), f"a_{name}"[::-1])
    assert list(cached_detectors()) == ["52_ydob_a", "81_ococ_a", "51_ipm_a"]
    assert find_detector("")[1].layout == "body_25"


def test_an_empty_cache_says_how_to_get_one() -> None:
    with pytest.raises(ModelError, match="models get openpose_body_25"):
        find_detector("")


def test_an_unknown_name_lists_those_there_are(file: Path) -> None:
    add_network(file, OpenPoseCard("coco_18"), "mine")
    with pytest.raises(ModelError, match=r"'yours'.*mine"):
        find_detector("yours")


def test_other_files_in_the_cache_are_left_alone(file: Path, cache: Path) -> None:
    add_network(file, OpenPoseCard("coco_18"), "mine")
    (cache / "other.onnx").write_bytes(b"of somebody else")
    (cache / "mine" / "mine.onnx").write_bytes(b"changed")
    assert not cached_detectors()


def test_a_file_without_a_card(file: Path) -> None:
    with pytest.raises(ModelError, match="no model card"):
        find_detector(str(file))


@pytest.mark.parametrize("name", ["../up", "", "a b"])
def test_what_cannot_be_added(file: Path, name: str) -> None:
    path = file if name else file.with_suffix(".txt")
    with pytest.raises(ModelError, match="expected"):
        add_network(path, OpenPoseCard("coco_18"), name)
