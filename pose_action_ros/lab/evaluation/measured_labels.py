"""Labels that a command measures: those that the action model has, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from pose_action_ros.errors import SettingError
from pose_action_ros.recognition.classifier import labels_of, people_of

_KINDS = {1: "actions of one person", 2: "interactions of two people"}


def check_people(model: str, people: int = 1) -> None:
    """Check the number of people in an action of a model: one, or two for interactions.

    Raises:
        SettingError: another number.
        ModelError: no such model, or its card is damaged.
    """
    got = people_of(model)
    if got != people:
        raise SettingError(
            f"got the action model {model!r}, which recognises {_KINDS[got]}, expected a model of "
            f"{_KINDS[people]}; choose another one with --action-model"
        )


def measured_labels(model: str, among: Iterable[str], people: int = 1) -> tuple[str, ...]:
    """Labels of an action model among those that a command can measure, in the order of these.

    Args:
        model: shipped name, or path of the .onnx file.
        among: the labels that can be measured.
        people: number of people of an action.

    Raises:
        SettingError: the model is for another number of people, or has none of the labels.
        ModelError: no such model, or its card is damaged.
    """
    check_people(model, people)
    labels, wanted = labels_of(model), tuple(among)
    known = tuple(label for label in wanted if label in labels)
    if not known:
        one_of = "the label" if len(wanted) == 1 else "at least one of"
        raise SettingError(
            f"got the action model {model!r} with the labels {', '.join(labels)}, expected "
            f"{one_of} {', '.join(wanted)}; choose another model with --action-model, or train "
            "one with the label"
        )
    return known
