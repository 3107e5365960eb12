"""Answers of the whole pipeline in films, with the probabilities that they were decided from.

The pipeline runs once for each film. Answers at other thresholds are decided again from the same
probabilities, as Recogniser does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.lab.evaluation.film_detections import FilmDetections, FilmDetector
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm
from pose_action_ros.lab.evaluation.measured_labels import check_people
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.recognition.decision import Decision, DecisionRule
from pose_action_ros.recognition.settings import UNKNOWN

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """An answer for one person.

    Attributes:
        person: id of the track.
        start: time of the answer [s].
        end: until when it is the newest one of a person in view [s].
        label: the action, or "unknown".
        score: probability of the label, of the most likely action if unknown.
    """

    person: int
    start: float
    end: float
    label: str
    score: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """Probabilities for one person before smoothing and decision.

    Attributes:
        person, start, end: as of Answer.
        probabilities: (L,) of the labels.
    """

    person: int
    start: float
    end: float
    probabilities: Array


@dataclass(frozen=True, eq=False)
class FilmEstimates:
    """All that the pipeline finds in a film.

    Attributes:
        film: with its true label.
        seconds: length of the film.
        ids: of all people, rising.
        labels: of the model, in the order of the probabilities.
        estimates: of all people, in order of time.
    """

    film: LabelledFilm
    seconds: float
    ids: tuple[int, ...]
    labels: tuple[str, ...]
    estimates: tuple[Estimate, ...]

    def answers(self, rule: DecisionRule) -> Iterator[Answer]:
        """Decide on a label for each estimate, in order of time."""
        decisions = {person: Decision() for person in self.ids}
        for one in self.estimates:
            decision = decisions[one.person]
            best = decision.update(one.probabilities, one.start, rule)
            scores = decision.probabilities
            label = UNKNOWN if best is None else self.labels[best]
            score = float(scores.max() if best is None else scores[best])
            yield Answer(one.person, one.start, one.end, label, score)


def film_estimates(
    films: Sequence[LabelledFilm], settings: PipelineSettings, cache: Path | None
) -> tuple[list[FilmEstimates], DecisionRule]:
    """Run the pipeline on films.

    Args:
        films: with labels of the model.
        settings: of the pipeline.
        cache: folder of the detections; None to keep none.

    Returns:
        The estimates of each film, and the rule of the settings.

    Raises:
        SettingError: the action model is one of interactions.
        InputError: a label that the model does not have.
        SourceError: a film cannot be read.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    check_people(settings.action_model)
    pipeline = Pipeline(settings, detect=False)
    assert pipeline.recogniser is not None
    labels, rule = pipeline.recogniser.labels, pipeline.recogniser.rule
    for film in films:
        film.check_label(labels)
    # Without smoothing the scores of an estimate are the probabilities of its window.
    pipeline.apply(replace(settings, label_smoothing=0.0))
    detect = FilmDetector(settings, cache)
    found = []
    for film in tqdm(films, "films", disable=None):
        seconds, ids, estimates = _follow(detect(film.path), pipeline)
        found.append(FilmEstimates(film, seconds, ids, labels, estimates))
    return found, rule


def _follow(
    detections: FilmDetections, pipeline: Pipeline
) -> tuple[float, tuple[int, ...], tuple[Estimate, ...]]:
    """Track and lift the detections of a film; its length [s], ids and estimates."""
    pipeline.reset()
    ids: set[int] = set()
    estimates: list[Estimate] = []
    newest: dict[int, int] = {}  # position of each person's newest estimate
    step = 1 / detections.rate
    for stamp, people in detections.images():
        frame = pipeline.follow(people, detections.size, stamp)
        ids |= {person.id for person in frame.people}
        for action in frame.actions:
            newest[action.person_ids[0]] = len(estimates)
            estimates.append(Estimate(action.person_ids[0], stamp, stamp, action.scores))
        for one in frame.people:
            last = newest.get(one.id)
            if last is not None and estimates[last].start == one.action.stamp:
                estimates[last] = replace(estimates[last], end=stamp + step)
    return float(detections.stamps[-1]) + step, tuple(sorted(ids)), tuple(estimates)
