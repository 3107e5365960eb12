"""Conversion against the same network written down again, and against OpenCV, which reads Caffe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from caffe_files import random_weights, write
from pose_action_ros import cli
from pose_action_ros.engines import Engine, load_engine
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.training.openpose.convert import LICENCE, convert
from pose_action_ros.models.card import read_card, sha256_of
from pose_action_ros.models.openpose_card import OpenPoseCard, read_openpose_card
from references import caffe_layers

PATCHES = np.random.default_rng(1).integers(0, 256, (2, 3, 3, 4)).repeat(16, 2).repeat(16, 3)
IMAGES = (PATCHES / 256 - 0.5).astype(np.float32)
"""Two images of 64x48 pixels with large patches of colour."""


@dataclass
class Converted:
    layout: str
    net: caffe_layers.Net
    weights: dict[str, tuple[Any, ...]]
    file: Path
    model: Path
    engine: Engine


def make(layout: str, folder: Path, *, old: bool) -> Converted:
    net = caffe_layers.network(layout)
    weights = random_weights(net)
    path = write(folder / "random.caffemodel", weights, old=old)
    model = convert(path)
    return Converted(layout, net, weights, path, model, load_engine(model, "onnxruntime"))


@pytest.fixture(scope="module")
def body_25(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converted]:
    made = make("body_25", tmp_path_factory.mktemp("caffe"), old=False)
    yield made
    made.file.unlink()
    made.model.unlink()


@pytest.fixture(scope="module")
def coco_18(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Converted]:
    """In the older form of the file."""
    made = make("coco_18", tmp_path_factory.mktemp("caffe"), old=True)
    yield made
    made.file.unlink()
    made.model.unlink()


@pytest.fixture(params=["body_25", "coco_18"])
def converted(request: pytest.FixtureRequest) -> Converted:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Converted)
    return made


def test_equal_to_the_layers_of_the_prototxt(converted: Converted) -> None:
    found = converted.engine({"image": IMAGES})["maps"]
    with torch.inference_mode():
        expected = caffe_layers.run(converted.net, converted.weights, torch.from_numpy(IMAGES))
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4)
    # Neither dead nor exploded: the maps depend on the image.
    assert 0.1 < np.abs(found[0] - found[1]).max() < 10


def test_equal_to_opencv(converted: Converted) -> None:
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        pytest.skip(f"OpenCV {cv2.__version__} does not read Caffe files, 4.x does")
    text = caffe_layers.prototxt(converted.net, *IMAGES.shape[2:]).encode()
    data = np.fromfile(converted.file, np.uint8)
    net = cv2.dnn.readNetFromCaffe(np.frombuffer(text, np.uint8), data)
    net.setInput(IMAGES[:1])
    found = converted.engine({"image": IMAGES[:1]})["maps"]
    np.testing.assert_allclose(found, net.forward(), atol=1e-3)


def test_any_batch_and_size(converted: Converted) -> None:
    assert converted.engine.inputs["image"] == (None, 3, None, None)
    images = np.zeros((3, 3, 32, 16), np.float32)
    assert converted.engine({"image": images})["maps"].shape[2:] == (4, 2)


def test_the_card(converted: Converted) -> None:
    card = read_card(converted.model, "detector")
    assert card.licence == LICENCE
    assert card.skeleton == converted.layout
    assert card.training["converted_from"]["sha256"] == sha256_of(converted.file)
    assert read_openpose_card(converted.model) == OpenPoseCard(converted.layout)
    assert converted.model.name == f"openpose_{converted.layout}.onnx"


def test_the_command_with_one_size_and_fewer_stages(
    coco_18: Converted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "new" / "fast.onnx"
    words = ["models", "convert-openpose", str(coco_18.file), "--output", str(output)]
    assert cli.main([*words, "--stages", "2", "--size", "64x48"]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    engine = load_engine(output, "onnxruntime")
    assert engine.inputs["image"] == (None, 3, 48, 64)
    net = caffe_layers.network("coco_18", 2)
    with torch.inference_mode():
        expected = caffe_layers.run(net, coco_18.weights, torch.from_numpy(IMAGES)).numpy()
    np.testing.assert_allclose(engine({"image": IMAGES})["maps"], expected, atol=1e-4)
    assert read_card(output, "detector").training["stages"] == 2


def test_sizes_that_are_refused(
    coco_18: Converted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelError, match="multiples of 16"):
        convert(coco_18.file, tmp_path / "m.onnx", stages=1, size=(64, 40))
    with pytest.raises(SystemExit):
        cli.main(["models", "convert-openpose", str(coco_18.file), "--size", "64"])
    assert "expected WIDTHxHEIGHT" in capsys.readouterr().err
    words = ["models", "convert-openpose", str(coco_18.file), "--output", str(tmp_path / "m.pt")]
    assert cli.main(words) == 1
    assert "expected a name that ends with .onnx" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"cannot write .*m.onnx .*choose another --output"):
        convert(coco_18.file, tmp_path / "file" / "m.onnx", stages=1)


def test_without_pytorch_there_is_one_clear_line() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pose_action_ros.cli import main\n"
        "sys.exit(main(['models', 'convert-openpose', 'any.caffemodel']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    remedy = "run pip install '.[train]' in the source folder"
    assert done.stderr == f"pose-action: models convert-openpose needs torch: {remedy}\n"
