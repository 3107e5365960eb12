"""Teaching an action model new actions from a few recordings of each.

First the last layer alone is fitted to what the base sees in the recordings and in simulated people
who do what it knows already; then all weights a little. What the last layer says of recordings that
it was fitted without tells how well they are told apart.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from torch import Tensor, nn

from pose_action_ros.lab.networks.cells import CellNetwork
from pose_action_ros.lab.networks.spare import shared_out
from pose_action_ros.lab.training.action.curriculum import COPIES, Curriculum, TeachSettings
from pose_action_ros.lab.training.action.fit import Fitting, fit, logits_of
from pose_action_ros.lab.training.action.heads import features_of, fit_head, with_labels
from pose_action_ros.lab.training.action.lessons import Lesson
from pose_action_ros.lab.training.action.model import ActionModel, round_weights
from pose_action_ros.lab.training.action.report import fit_temperature, fit_threshold
from pose_action_ros.lab.training.action.windows import WindowExamples, WindowSet

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Known = tuple[Tensor, Tensor]
"""Features (N, F) and labels (N,)."""

_log = logging.getLogger(__name__)

FOLDS = 5
DRAWN = 500
"""Augmented windows of each taught action that the last layer is fitted to."""
REPLAYED = 4000
"""Windows of simulated people, besides."""
DECAY = 1e-3
EMPHASIS = 1.5


@dataclass(frozen=True, eq=False)
class Taught:
    """A model and what was found out about it.

    Attributes:
        model: with the labels that stayed and the new ones.
        held_out: for each lesson the probabilities (N, L) of its windows by a last layer that was
            fitted without it and others of its source; none where its label has no other source.
        before, after: part of right answers on simulated people who do what stayed, by the base
            and now; NaN when nothing stayed.
    """

    model: ActionModel
    held_out: Sequence[Array]
    before: float
    after: float


def teach(base: ActionModel, curriculum: Curriculum, settings: TeachSettings) -> Taught:
    """A model that knows the curriculum's labels; each step is told in the log.

    Args:
        base: with a network of cells, as read_model gives it; stays as it is.
        curriculum: what to teach.
        settings: how.
    """
    assert isinstance(base.network, CellNetwork)
    torch.manual_seed(settings.seed)
    _log.info("simulated people, who keep up what the base knows")
    replay, check = curriculum.replay(), curriculum.simulated("validation")
    before = _right(base.network, check, base.labels, curriculum)
    network = with_labels(base.network, base.labels, curriculum.labels)
    _log.info("the last layer, for all and without one part of the recordings after another")
    held_out = _fit_last(network, curriculum, replay, settings.seed)
    if settings.epochs:
        _log.info("all weights")
        network = _tuned(network, curriculum, replay, check, settings)
    round_weights(network)
    after = _right(network, check, curriculum.labels, curriculum)
    temperature, threshold = _calibration(base, network, curriculum, held_out, check)
    told = [softmax(logits / temperature, axis=1) for logits in held_out]
    model = replace(
        base,
        network=network,
        labels=curriculum.labels,
        temperature=temperature,
        unknown_below=threshold,
    )
    return Taught(model, told, before, after)


def _fit_last(
    network: CellNetwork, curriculum: Curriculum, replay: Mapping[WindowSet, float], seed: int
) -> list[Array]:
    """Fit the last layer; logits (N, L) of each lesson by one that was fitted without it."""
    rng, lessons = np.random.default_rng(seed), curriculum.lessons
    count = len(curriculum.labels)
    shown = _known(network, WindowExamples(replay, count), REPLAYED, rng)
    each = {
        label: DRAWN // sum(lesson.label == label for lesson in lessons)
        for label in curriculum.taught
    }
    windows = [curriculum.windows([number]) for number in range(len(lessons))]
    copies = [
        _known(network, WindowExamples({one: 1.0}, count), each[lesson.label] + 1, rng)
        for one, lesson in zip(
            (curriculum.windows([number], COPIES) for number in range(len(lessons))),
            lessons,
            strict=True,
        )
    ]
    fresh, folds = network.stack.linear, folds_of(lessons)
    logits = [np.zeros((0, count))] * len(lessons)
    for fold in dict.fromkeys(fold for fold in folds if fold is not None):
        left = [number for number, own in enumerate(folds) if own == fold]
        rest = [copy for number, copy in enumerate(copies) if number not in left]
        head = _fitted(fresh, [shown, *rest])
        for number in left:
            told = head(features_of(network, windows[number].images))
            logits[number] = _numbers(shared_out(told, count))
    network.stack.linear = _fitted(fresh, [shown, *copies])
    return logits


def _known(
    network: CellNetwork, examples: WindowExamples, number: int, rng: np.random.Generator
) -> Known:
    images, labels = examples.draw(number, rng)
    return features_of(network, images), torch.from_numpy(labels)


def _fitted(head: nn.Linear, known: Sequence[Known]) -> nn.Linear:
    features, labels = (torch.cat(part) for part in zip(*known, strict=True))
    return fit_head(head, features, labels, DECAY)


def _numbers(values: Tensor) -> Array:
    return np.asarray(values.detach().numpy(), np.float64)


def folds_of(lessons: Sequence[Lesson]) -> list[int | None]:
    """In which of the parts, each left out once, every lesson is.

    Those of one source are together, or each is alone when all of its label are of one source.
    None for the only lesson of a label: without it nothing would be known of the label.
    """
    folds: list[int | None] = [None] * len(lessons)
    for label in {lesson.label for lesson in lessons}:
        own = [number for number, lesson in enumerate(lessons) if lesson.label == label]
        sources = list(dict.fromkeys(lessons[number].source for number in own))
        for position, number in enumerate(own):
            if len(sources) > 1:
                folds[number] = sources.index(lessons[number].source) % FOLDS
            elif len(own) > 1:
                folds[number] = position % FOLDS
    return folds


def _tuned(
    network: CellNetwork,
    curriculum: Curriculum,
    replay: Mapping[WindowSet, float],
    check: WindowSet,
    settings: TeachSettings,
) -> CellNetwork:
    """The network after passes over all weights, averaged."""
    lessons = curriculum.windows(range(len(curriculum.lessons)), COPIES)
    # More than their part of the labels: there is less to learn them from.
    share = min(0.5, EMPHASIS * len(curriculum.taught) / len(curriculum.labels))
    sources = {lessons: share} | {kept: (1 - share) * part for kept, part in replay.items()}
    examples = WindowExamples(sources, len(curriculum.labels))
    fitting = Fitting(
        seed=settings.seed,
        epochs=settings.epochs,
        samples=settings.samples,
        learning_rate=settings.learning_rate,
        label_smoothing=0.05,
        averaging=0.98,
    )
    named = check.truth >= 0
    shown = (
        (check.images[named], check.truth[named])
        if named.any()
        else (lessons.images, lessons.truth)
    )
    with TemporaryDirectory() as folder:
        tuned = fit(network, examples, shown, fitting, Path(folder))
    assert isinstance(tuned, CellNetwork)
    return tuned


def _right(
    network: nn.Module, check: WindowSet, labels: Sequence[str], curriculum: Curriculum
) -> float:
    """Part of the windows of what stayed that are answered rightly."""
    kept = check.truth >= 0
    if not kept.any():
        return float("nan")
    answers = logits_of(network, check.images[kept]).argmax(axis=1)
    names = [curriculum.labels[index] for index in check.truth[kept]]
    return float(
        np.mean([labels[index] == name for index, name in zip(answers, names, strict=True)])
    )


def _calibration(
    base: ActionModel,
    network: CellNetwork,
    curriculum: Curriculum,
    held_out: Sequence[Array],
    check: WindowSet,
) -> tuple[float, float]:
    """Temperature and threshold by answers about people who were not learnt from, if any."""
    named = check.truth >= 0
    logits = [logits_of(network, check.images[named]), *held_out]
    owners = [curriculum.labels.index(lesson.label) for lesson in curriculum.lessons]
    truth = [
        check.truth[named],
        *(np.full(len(own), label) for own, label in zip(held_out, owners, strict=True)),
    ]
    told, labels = np.concatenate(logits), np.concatenate(truth)
    if not len(told):
        return base.temperature, base.unknown_below
    # Of people who do something else, as in `calibrated`, the threshold would silence a sixth of
    # what was taught.
    temperature = fit_temperature(told, labels)
    return temperature, fit_threshold(softmax(told / temperature, axis=1), labels)
