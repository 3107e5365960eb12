"""Classifier: probabilities of actions from images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pose_action_ros.engines import Engine, load_engine
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.models.card import ModelCard, find_model, read_card
from pose_action_ros.recognition.settings import SHORTEST_WINDOW, UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings, check, drawn_joints
from pose_action_ros.settings import from_mapping
from pose_action_ros.skeletons import skeleton_named

INPUT, OUTPUT = "image", "scores"
SILENT = 2.0
"""Threshold of a label that is learnt, but never answered."""


@dataclass(frozen=True)
class Need:
    """Joints without which some labels are not answered.

    Attributes:
        joints: rows of the joints in the skeleton.
        missing: share of them, over the window, above which the labels are not answered.
        labels: indices of the labels.
    """

    joints: tuple[int, ...]
    missing: float
    labels: tuple[int, ...]


class ActionClassifier:
    """A loaded action model with the settings of its card.

    Attributes:
        labels: the actions, in the order of the scores.
        background: True if the network has one more output, for people in none of them.
        spmf: settings of its images.
        window: length of the windows of its training [s].
        unknown_below: probability of each label below which the action is unknown; above 1 for a
            label that is never answered.
        needs: joints without which labels are not answered.

    Args:
        model: shipped name or path.
        engine: name of the inference engine.
        threads: CPU threads.

    Raises:
        ModelError: no such model, damaged, or its card does not fit it.
        EngineError: the engine is unknown or not available.
    """

    def __init__(self, model: str, engine: str = "auto", threads: int = 1) -> None:
        path = find_model(model)
        card = read_card(path, "action")
        self.labels = _labels(path, card)
        self.background = _background(path, card)
        self.spmf = _spmf(path, card)
        self.window = _window(path, card)
        self.unknown_below = _unknown_below(path, card, self.labels)
        self.needs = _needs(path, card, self.labels)
        self._engine = load_engine(path, engine, threads)
        outputs = len(self.labels) + self.background
        _check_network(path, self._engine, self.spmf.shape, outputs)

    @property
    def engine(self) -> str:
        """Name of the current inference engine."""
        return self._engine.name

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Probabilities (B, L) of images (B, height, width, channels).

        Rows add up to at most 1; the rest is the probability of the background, of none of them.

        Raises:
            ModelError: the output is not a probability distribution.
            EngineError: the engine failed.
        """
        scores = self._engine({INPUT: images.astype(np.float32)})[OUTPUT].astype(np.float64)
        total = scores.sum(axis=1, keepdims=True)
        if not (np.isfinite(total).all() and (scores >= 0).all() and (total > 0).all()):
            raise ModelError(
                f"the action model gives scores from {scores.min()} to {scores.max()}, expected "
                "probabilities; export the model again"
            )
        return np.asarray(scores[:, : len(self.labels)] / total)


def labels_of(model: str) -> tuple[str, ...]:
    """Labels that an action model may answer, from its card alone.

    Raises:
        ModelError: no such model, or its card has no labels.
    """
    path = find_model(model)
    card = read_card(path, "action")
    labels = _labels(path, card)
    silent = _names(path, card.settings.get("silent", []), "silent", labels)
    return tuple(label for label in labels if label not in silent)


def people_of(model: str) -> int:
    """Number of people in an action of a model, two for interactions, from its card alone.

    Raises:
        ModelError: no such model, or its card has no valid settings of the images.
    """
    path = find_model(model)
    return _spmf(path, read_card(path, "action")).people


def _labels(path: Path, card: ModelCard) -> tuple[str, ...]:
    labels = card.settings.get("labels")
    usable = isinstance(labels, list) and all(isinstance(label, str) for label in labels)
    if not usable or not labels or len(set(labels)) != len(labels) or UNKNOWN in labels:
        raise ModelError(
            f"the card of {path} has labels {labels!r}, expected a list of different names, "
            f"{UNKNOWN!r} not among them"
        )
    return tuple(labels)


def _spmf(path: Path, card: ModelCard) -> SpmfSettings:
    values = card.settings.get("spmf")
    if not isinstance(values, Mapping):
        raise ModelError(f"the card of {path} has no settings 'spmf' of its images")
    try:
        settings = from_mapping(SpmfSettings, {**values, "skeleton": card.skeleton})
        check(settings)
        drawn_joints(settings)
    except (SettingError, InputError) as error:
        raise ModelError(f"the card of {path} describes images this cannot make: {error}") from None
    return settings


def _window(path: Path, card: ModelCard) -> float:
    window: Any = card.settings.get("window")
    usable = isinstance(window, (int, float)) and not isinstance(window, bool)
    if not usable or not isfinite(window) or window < SHORTEST_WINDOW:
        raise ModelError(
            f"the card of {path} has window {window!r}, expected at least {SHORTEST_WINDOW} seconds"
        )
    return float(window)


def _background(path: Path, card: ModelCard) -> bool:
    value: Any = card.settings.get("background", False)
    if not isinstance(value, bool):
        raise ModelError(f"the card of {path} has background {value!r}, expected true or false")
    return value


def _unknown_below(path: Path, card: ModelCard, labels: tuple[str, ...]) -> tuple[float, ...]:
    """Threshold of each label: one number for all, or a table; above 1 for silent labels."""
    value: Any = card.settings.get("unknown_below")
    table = value if isinstance(value, Mapping) else dict.fromkeys(labels, value)
    silent = _names(path, card.settings.get("silent", []), "silent", labels)
    for label in labels:
        number = table.get(label)
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= 1:
            raise ModelError(
                f"the card of {path} has unknown_below {number!r} for {label}, expected 0 to 1"
            )
    return tuple(SILENT if label in silent else float(table[label]) for label in labels)


def _needs(path: Path, card: ModelCard, labels: tuple[str, ...]) -> tuple[Need, ...]:
    needs: Any = card.settings.get("needs", [])
    try:
        return tuple(
            Need(
                tuple(skeleton_named(card.skeleton).index(joint) for joint in one["joints"]),
                float(one["missing"]),
                tuple(labels.index(name) for name in labels if name in one["labels"]),
            )
            for one in needs
        )
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise ModelError(
            f"the card of {path} has needs {needs!r}, expected a list with joints, missing and "
            f"labels: {error}"
        ) from None


def _names(path: Path, names: Any, key: str, labels: tuple[str, ...]) -> frozenset[str]:
    if not isinstance(names, list) or not set(names) <= set(labels):
        raise ModelError(f"the card of {path} has {key} {names!r}, expected some of its labels")
    return frozenset(names)


def _check_network(path: Path, engine: Engine, shape: tuple[int, int, int], outputs: int) -> None:
    """Raise ModelError unless the network takes these images and gives this number of scores."""
    if tuple(engine.inputs) != (INPUT,) or engine.inputs[INPUT][1:] != shape:
        size = " x ".join(str(length) for length in shape)
        raise ModelError(f"{path} takes {dict(engine.inputs)}, expected {INPUT!r} of {size} pixels")
    if OUTPUT not in engine.outputs:
        raise ModelError(f"{path} gives {engine.outputs}, expected {OUTPUT!r}")
    scores = engine({INPUT: np.zeros((1, *shape), np.float32)})[OUTPUT]
    if scores.shape != (1, outputs):
        raise ModelError(
            f"{path} gives scores of shape {scores.shape} for one image, its labels and background "
            f"need {outputs}; export the model again"
        )
