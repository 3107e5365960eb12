"""Small action models with random weights, in the form in which models are shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pose_action_ros.recognition import SpmfSettings

LABELS = ("standing", "waving", "bowing")
WINDOW = 2.0  # [s]


def write_action_model(
    path: Path, labels: Sequence[str] = LABELS, spmf: SpmfSettings | None = None, seed: int = 0
) -> Path:
    """Write an .onnx file with its card; its answers convince at any probability."""
    torch = pytest.importorskip("torch", reason="the model is exported by PyTorch")
    from pose_action_ros.lab.training.action import model, network  # noqa: PLC0415 - need PyTorch

    torch.manual_seed(seed)
    images, choice = spmf or SpmfSettings(), network.NetworkChoice(network="cnn", channels=4)
    net = network.make_network(choice, len(labels), images.shape).eval()
    made = model.ActionModel(net, tuple(labels), images, WINDOW, 1.0, 0.0)
    model.write_model(path, made, choice, {}, {})
    return path


@pytest.fixture(scope="session")
def action_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of what one person does."""
    return write_action_model(tmp_path_factory.mktemp("action") / "one.onnx")


@pytest.fixture(scope="session")
def other_action_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one, with labels of its own."""
    folder = tmp_path_factory.mktemp("other")
    return write_action_model(folder / "other.onnx", ("sitting", "falling"), seed=1)


@pytest.fixture(scope="session")
def interaction_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of what two people do together."""
    folder, spmf = tmp_path_factory.mktemp("two"), SpmfSettings(people=2, height=96)
    return write_action_model(folder / "two.onnx", ("hugging", "shaking_hands"), spmf)
