"""Conversion against a second implementation of the networks, and against OpenCV's Caffe reader.

Quick tests convert the first stages of a file; the exhaustive ones whole networks.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch

from caffe_files import random_weights, write
from pose_action_ros import cli
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.openpose import Structure, body_25, two_branch
from pose_action_ros.lab.training.openpose.convert import LICENCE, convert, fill
from pose_action_ros.models.card import read_card, sha256_of
from pose_action_ros.models.openpose_card import OpenPoseCard, read_openpose_card
from references import caffe_layers

PATCHES = np.random.default_rng(1).integers(0, 256, (2, 3, 3, 4)).repeat(16, 2).repeat(16, 3)
IMAGES = (PATCHES / 256 - 0.5).astype(np.float32)
"""Two images of 64x48 pixels with large patches of colour."""


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """PyTorch with one thread: faster for small images on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@dataclass
class CaffeFile:
    layout: str
    net: caffe_layers.Net
    weights: dict[str, tuple[Any, ...]]
    path: Path


def reference(net: caffe_layers.Net, weights: dict[str, tuple[Any, ...]]) -> npt.NDArray[Any]:
    """Maps of IMAGES by the layers of the prototxt."""
    with torch.inference_mode():
        return np.asarray(caffe_layers.run(net, weights, torch.from_numpy(IMAGES)).numpy())


@pytest.fixture(scope="module")
def coco_18(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaffeFile]:
    """A file in the older form; weights after the second stage are zeros."""
    net = caffe_layers.network("coco_18")
    weights = random_weights(caffe_layers.network("coco_18", 2))
    for name, shapes in net.shapes.items():
        zeros = tuple(np.zeros(shape, np.float32) for shape in shapes)
        weights.setdefault(name, zeros)
    path = write(tmp_path_factory.mktemp("caffe") / "random.caffemodel", weights, old=True)
    yield CaffeFile("coco_18", net, weights, path)
    path.unlink()


@pytest.mark.parametrize("structure", [body_25(), two_branch("coco_18", 3)])
def test_network_equals_the_layers_of_the_prototxt(structure: Structure) -> None:
    net = caffe_layers.network(structure.layout, 3)
    weights = random_weights(net)
    network = fill(structure, weights, Path("random.caffemodel"))
    with torch.inference_mode():
        maps = network(torch.from_numpy(IMAGES)).numpy()
    np.testing.assert_allclose(maps, reference(net, weights), atol=1e-4)
    # The maps depend on the image and stay in range.
    assert 0.1 < np.abs(maps[0] - maps[1]).max() < 10


def test_file_of_fewer_stages_for_any_size(coco_18: CaffeFile) -> None:
    model = convert(coco_18.path, stages=1)
    assert model == coco_18.path.with_name("openpose_coco_18.onnx")
    card = read_card(model, "detector")
    assert card.licence == LICENCE
    assert card.skeleton == "coco_18"
    assert card.training["stages"] == 1
    assert card.training["converted_from"]["sha256"] == sha256_of(coco_18.path)
    assert read_openpose_card(model) == OpenPoseCard("coco_18")
    engine = load_engine(model, "onnxruntime")
    assert engine.inputs["image"] == (None, 3, None, None)
    images = np.zeros((3, 3, 32, 16), np.float32)
    assert engine({"image": images})["maps"].shape[2:] == (4, 2)


def test_command_with_one_size_and_fewer_stages(
    coco_18: CaffeFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "new" / "fast.onnx"
    words = ["models", "convert-openpose", str(coco_18.path), "--output", str(output)]
    assert cli.main([*words, "--stages", "2", "--size", "64x48"]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    engine = load_engine(output, "onnxruntime")
    assert engine.inputs["image"] == (None, 3, 48, 64)
    expected = reference(caffe_layers.network("coco_18", 2), coco_18.weights)
    np.testing.assert_allclose(engine({"image": IMAGES})["maps"], expected, atol=1e-4)


def test_the_faster_network_of_mpi_has_its_own_threshold(tmp_path: Path) -> None:
    weights = random_weights(caffe_layers.network("mpi_15", 1))
    for name, shapes in caffe_layers.network("mpi_15").shapes.items():
        weights.setdefault(name, tuple(np.zeros(shape, np.float32) for shape in shapes))
    path = write(tmp_path / "random.caffemodel", weights, old=False)
    card = read_openpose_card(convert(path, stages=4, size=(64, 48)))
    assert card.thresholds() == {"peak_threshold": 0.3, "line_threshold": 0.01}
    assert not OpenPoseCard("mpi_15").thresholds()


@pytest.mark.exhaustive
@pytest.mark.parametrize(("layout", "old"), [("body_25", False), ("coco_18", True)])
def test_whole_file_equals_the_prototxt_and_opencv(layout: str, old: bool, tmp_path: Path) -> None:
    net = caffe_layers.network(layout)
    weights = random_weights(net)
    path = write(tmp_path / "random.caffemodel", weights, old=old)
    maps = load_engine(convert(path), "onnxruntime")({"image": IMAGES})["maps"]
    np.testing.assert_allclose(maps, reference(net, weights), atol=1e-4)
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        pytest.skip(f"OpenCV {cv2.__version__} does not read Caffe files, 4.x does")
    text = caffe_layers.prototxt(net, *IMAGES.shape[2:]).encode()
    other = cv2.dnn.readNetFromCaffe(np.frombuffer(text, np.uint8), np.fromfile(path, np.uint8))
    other.setInput(IMAGES[:1])
    np.testing.assert_allclose(maps[:1], other.forward(), atol=1e-3)


def test_wrong_sizes_and_outputs_are_refused(
    coco_18: CaffeFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelError, match="multiples of 16"):
        convert(coco_18.path, tmp_path / "m.onnx", stages=1, size=(64, 40))
    with pytest.raises(SystemExit):
        cli.main(["models", "convert-openpose", str(coco_18.path), "--size", "64"])
    assert "expected WIDTHxHEIGHT" in capsys.readouterr().err
    words = ["models", "convert-openpose", str(coco_18.path), "--output", str(tmp_path / "m.pt")]
    assert cli.main(words) == 1
    assert "expected a name that ends with .onnx" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"cannot write .*m.onnx .*choose another --output"):
        convert(coco_18.path, tmp_path / "file" / "m.onnx", stages=1)


def test_without_pytorch_the_error_is_one_line() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pose_action_ros.cli import main\n"
        "sys.exit(main(['models', 'convert-openpose', 'any.caffemodel']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    remedy = "run pip install '.[train]' in the source folder"
    assert done.stderr == f"pose-action: models convert-openpose needs torch: {remedy}\n"
