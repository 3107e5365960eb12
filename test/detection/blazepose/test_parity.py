"""The shipped ONNX files give the outputs of the published .tflite files.

With LiteRT and the folder of the published files in $BLAZEPOSE_TFLITE: pose_detection.tflite and
pose_landmark_full.tflite of the package mediapipe. The packages that read them are in
tools/requirements-convert.txt.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.engines import load_engine
from pose_action_ros.models.card import find_model, read_card

NETWORKS = {
    "blazepose_finder": "pose_detection.tflite",
    "blazepose_landmarks": "pose_landmark_full.tflite",
}
PIXELS = 0.02
"""Largest difference of a coordinate [px of the network's input], and of a logit."""


@pytest.fixture(params=NETWORKS)
def pair(request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """A shipped network and the published file of which it was made."""
    folder = os.environ.get("BLAZEPOSE_TFLITE", "")
    published = Path(folder) / NETWORKS[request.param]
    if not folder or not published.is_file():
        pytest.skip("BLAZEPOSE_TFLITE names no folder with the published files")
    return find_model(request.param), published


def test_the_card_names_the_published_file(pair: tuple[Path, Path]) -> None:
    shipped, published = pair
    digest = hashlib.sha256(published.read_bytes()).hexdigest()
    assert read_card(shipped, None).training["origin_sha256"] == digest


def test_outputs_are_those_of_litert(pair: tuple[Path, Path]) -> None:
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    shipped, published = pair
    engine, interpreter = load_engine(shipped), litert.Interpreter(str(published))
    interpreter.allocate_tensors()
    (item,) = interpreter.get_input_details()
    low = read_card(shipped, None).settings["low"]
    for image in images(tuple(item["shape"])):
        tensor = (image * (1 - low) + low).astype(np.float32)
        interpreter.set_tensor(item["index"], tensor)
        interpreter.invoke()
        expected = {
            tuple(output["shape"]): interpreter.get_tensor(output["index"])
            for output in interpreter.get_output_details()
        }
        for value in engine({"image": tensor}).values():
            np.testing.assert_allclose(value, expected[value.shape], atol=PIXELS, rtol=1e-4)


def images(shape: tuple[int, ...]) -> list[npt.NDArray[Any]]:
    """Noise, and a smooth picture, with values of 0 to 1."""
    rows, columns = np.mgrid[: shape[1], : shape[2]] / shape[1]
    waves = [0.5 + 0.5 * np.sin(3 * columns + color * rows) for color in range(3)]
    smooth = np.stack(waves, axis=-1)[None]
    return [np.random.default_rng(2).random(shape), smooth]


def test_the_conversion_is_repeatable(pair: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("tflite")
    from convert_blazepose import convert  # noqa: PLC0415 - needs packages of its own

    shipped, published = pair
    convert(published, tmp_path / shipped.name)
    found = read_card(tmp_path / shipped.name, None)
    assert found.sha256 == read_card(shipped, None).sha256
