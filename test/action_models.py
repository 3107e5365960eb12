"""Small action models with random weights, in the form of shipped models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pose_action_ros.lab.training.action.settings import NetworkChoice
from pose_action_ros.recognition import SpmfSettings

LABELS = ("standing", "waving", "bowing")
WINDOW = 2.0  # [s]


def write_action_model(
    path: Path, labels: Sequence[str] = LABELS, spmf: SpmfSettings | None = None, seed: int = 0
) -> Path:
    """Write an .onnx file with its card; no answer is "unknown"."""
    torch = pytest.importorskip("torch", reason="the model is exported by PyTorch")
    from pose_action_ros.lab.training.action import (  # noqa: PLC0415 - needs PyTorch
        architecture,
        model,
    )

    torch.manual_seed(seed)
    images, choice = (
        spmf or SpmfSettings(),
        NetworkChoice(
            network="cnn", channels=4, full_height=spmf is not None and spmf.colours == "level"
        ),
    )
    net = architecture.make_network(choice, len(labels), images.shape).eval()
    made = model.ActionModel(net, tuple(labels), images, WINDOW, 1.0, 0.0)
    model.write_model(path, made, {}, {})
    return path


@pytest.fixture(scope="session")
def action_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of actions of one person."""
    return write_action_model(tmp_path_factory.mktemp("action") / "one.onnx")


@pytest.fixture(scope="session")
def other_action_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with other labels."""
    folder = tmp_path_factory.mktemp("other")
    return write_action_model(folder / "other.onnx", ("sitting", "falling"), seed=1)


@pytest.fixture(scope="session")
def interaction_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of interactions of two people."""
    folder, spmf = tmp_path_factory.mktemp("two"), SpmfSettings(people=2, height=96)
    return write_action_model(folder / "two.onnx", ("hugging", "shaking_hands"), spmf)


@pytest.fixture(scope="session")
def level_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of actions of one person, from images of levels."""
    folder, spmf = tmp_path_factory.mktemp("level"), SpmfSettings(colours="level", height=24)
    return write_action_model(folder / "level.onnx", spmf=spmf)
