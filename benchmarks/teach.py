"""`python -m benchmarks.teach`: teach three new motions from five recordings each, and measure."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax

from benchmarks.new_motions import NEW_MOTIONS, filmed, recorded
from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.errors import InputError, PoseActionError
from pose_action_ros.lab.training.action.curriculum import Curriculum, TeachSettings
from pose_action_ros.lab.training.action.fit import logits_of
from pose_action_ros.lab.training.action.lessons import Lesson, lessons_of
from pose_action_ros.lab.training.action.model import ActionModel, read_model
from pose_action_ros.lab.training.action.recordings import Recording, Sighting
from pose_action_ros.lab.training.action.seen import rendered_sighting
from pose_action_ros.lab.training.action.teach import teach
from pose_action_ros.lab.training.action.teach_report import left_out, table
from pose_action_ros.lab.training.action.windows import WindowSet, find_windows
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import find_model

NEW_PEOPLE = 900
"""Seed of the people who are measured on."""
OLD_PEOPLE, OLD_ACTIONS = 60, 3
"""Rendered people who do what the model knew, and how many actions each does."""


def main() -> int:
    """Teach, measure and print; 0 when it ran."""
    parser = argparse.ArgumentParser("benchmarks.teach", description=__doc__)
    parser.add_argument("--recordings", type=int, default=5, help="of each motion")
    parser.add_argument("--tested", type=int, default=40, help="new people for each motion")
    parser.add_argument("--output", type=Path, default=None, help="file for the figures (JSON)")
    parser.add_argument(
        "--rendered",
        action="store_true",
        help="people go through images and the detector instead of its simulation",
    )
    add_options(parser, TeachSettings)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = settings_from(args, TeachSettings)
    torch.set_num_threads(settings.threads)
    try:
        figures = measure(settings, args.recordings, args.tested, rendered=args.rendered)
    except PoseActionError as error:
        sys.stderr.write(f"benchmark failed: {error}\n")
        return 1
    text = json.dumps(figures, indent=2)
    print(text)
    if args.output:
        args.output.write_text(text + "\n", encoding="utf-8")
    return 0


def measure(
    settings: TeachSettings, recordings: int, tested: int, *, rendered: bool = False
) -> dict[str, Any]:
    """Figures of one teaching.

    Args:
        settings: of teaching.
        recordings: of each motion.
        tested: new people for each motion.
        rendered: people go through images and the real detector.
    """
    lifter, base = Lifter(LifterSettings()), read_model(find_model(settings.base))
    detector = (
        make_detector(DetectorSettings(detector_threads=settings.threads, max_people=1))
        if rendered
        else None
    )
    lessons = [
        lesson
        for row, label in enumerate(NEW_MOTIONS)
        for lesson in islice(
            _lessons(label, [settings.seed, row], base, lifter, detector), recordings
        )
    ]
    curriculum = Curriculum(base, lessons, settings)
    begun = time.perf_counter()
    taught = teach(base, curriculum, settings)
    seconds = time.perf_counter() - begun
    print(table(left_out(taught, curriculum)))
    return {
        "seconds": round(seconds, 1),
        "new": {
            label: _new(
                taught.model,
                [
                    filmed(label, np.random.default_rng([NEW_PEOPLE, row, number]), detector)
                    for number in range(tested)
                ],
                lifter,
                label,
            )
            for row, label in enumerate(NEW_MOTIONS)
        },
        "old": _old(
            base, taught.model, _people(curriculum, base, lifter, detector), curriculum.labels
        ),
    }


def _lessons(
    label: str, seed: list[int], base: ActionModel, lifter: Lifter, detector: Detector | None
) -> Iterator[Lesson]:
    """Lessons of a motion without end; as in life, who was not seen is recorded again."""
    for number in count():
        recording = recorded(
            label, number, lifter, np.random.default_rng([*seed, number]), detector
        )
        try:
            yield from lessons_of([recording], base.spmf)
        except InputError as error:
            print(f"left out: {error}")


def _new(
    model: ActionModel, sightings: list[Sighting], lifter: Lifter, label: str
) -> dict[str, Any]:
    """How new people's windows of a motion are answered, and most of each person's."""
    right, people, convincing, taken = [], [], [], []
    for seen in sightings:
        poses = seen.lifted(lifter, model.spmf.min_score)
        logits = _logits(poses, model)
        if not len(logits):
            continue
        names = [model.labels[index] for index in logits.argmax(axis=1)]
        sure = softmax(logits / model.temperature, axis=1).max(axis=1) >= model.unknown_below
        good = [name == label for name in names]
        right += good
        taken += [name for name in names if name != label]
        convincing += sure.tolist()
        people.append(np.mean(good) > 0.5)
    wrong, counts = np.unique(taken, return_counts=True)
    return {
        "people": len(people),
        "windows": len(right),
        "windows_right": round(float(np.mean(right)), 4),
        "people_right": round(float(np.mean(people)), 4),
        "windows_convincing": round(float(np.mean(convincing)), 4),
        "taken_for": {
            str(name): int(number)
            for number, name in sorted(zip(counts, wrong, strict=True), reverse=True)[:5]
        },
    }


def _logits(poses: Recording, model: ActionModel) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N, L) for windows in which the action has gone on for a while, as the robot's are cut."""
    places = [place for place in find_windows([poses], 0.3, 0.6, 1.0) if place.label == 1]
    labels = np.arange(2)
    windows = WindowSet([poses], places, model.window, model.spmf, labels)
    return logits_of(model.network, windows.images) if places else np.zeros((0, 1))


def _people(
    curriculum: Curriculum, base: ActionModel, lifter: Lifter, detector: Detector | None
) -> WindowSet:
    """Simulated people who do what the base knew."""
    if detector is None:
        return curriculum.simulated("test")
    seen = []
    for number in range(OLD_PEOPLE):
        detector.reset()
        rng = np.random.default_rng([NEW_PEOPLE, len(NEW_MOTIONS), number])
        seen.append(rendered_sighting(rng, OLD_ACTIONS, detector))
    return curriculum.shown(one.lifted(lifter, base.spmf.min_score) for one in seen)


def _old(
    base: ActionModel, taught: ActionModel, people: WindowSet, labels: Sequence[str]
) -> dict[str, float]:
    """Part of right answers about people who do what the base knew."""
    truth = [labels[index] for index in people.truth]
    found = {}
    for name, model in (("before", base), ("after", taught)):
        logits = logits_of(model.network, people.images)
        answers = [model.labels[index] for index in logits.argmax(axis=1)]
        sure = softmax(logits / model.temperature, axis=1).max(axis=1) >= model.unknown_below
        found[name] = round(
            float(np.mean([a == t for a, t in zip(answers, truth, strict=True)])), 4
        )
        found[f"{name}_convincing"] = round(float(sure.mean()), 4)
    return found | {"windows": len(truth)}


if __name__ == "__main__":
    sys.exit(main())
