"""Commands that measure an action model count its labels alone, and refuse unsuitable models."""

from __future__ import annotations

from pathlib import Path

import pytest

from pose_action_ros import cli
from pose_action_ros.lab.evaluation.measured_labels import measured_labels


def test_the_labels_are_those_of_the_model_in_the_order_of_the_measure(action_model: Path) -> None:
    labels = measured_labels(str(action_model), ["bowing", "falling", "standing"])
    assert labels == ("bowing", "standing")


@pytest.mark.parametrize(
    ("words", "model", "message"),
    [
        ("falls", "action_model", "standing, waving, bowing, expected the label falling; choose"),
        ("recogniser", "interaction_model", "interactions of two people, expected a model of act"),
        ("detector blazepose", "interaction_model", "expected a model of actions of one person"),
        ("interaction", "other_action_model", "actions of one person, expected a model of inter"),
    ],
)
def test_another_model_is_an_error_that_says_what_is_expected(
    words: str,
    model: str,
    message: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = str(request.getfixturevalue(model))
    assert cli.main(["evaluate", *words.split(), "--action-model", path]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "--action-model" in error


def test_a_model_without_labels_of_the_simulation_has_nothing_to_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from action_models import write_action_model  # noqa: PLC0415 - needs PyTorch

    path = write_action_model(tmp_path / "dance.onnx", ("pirouette",))
    assert cli.main(["evaluate", "recogniser", "--action-model", str(path)]) == 1
    assert "expected at least one of walking" in capsys.readouterr().err
