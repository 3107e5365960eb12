"""Classifier: probabilities of actions from images."""

from __future__ import annotations

from collections.abc import Mapping
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

INPUT, OUTPUT = "image", "scores"


class ActionClassifier:
    """A loaded action model with the settings of its card.

    Attributes:
        labels: the actions, in the order of the scores.
        background: True if the network has one more output, for people in none of them.
        spmf: settings of its images.
        window: length of the windows of its training [s].
        unknown_below: probability below which the action is unknown.

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
        self.unknown_below = _unknown_below(path, card)
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


def _unknown_below(path: Path, card: ModelCard) -> float:
    value: Any = card.settings.get("unknown_below")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ModelError(f"the card of {path} has unknown_below {value!r}, expected 0 to 1")
    return float(value)


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
