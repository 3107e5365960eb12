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
from pose_action_ros.errors import InputError, PoseActionError
from pose_action_ros.lab.training.action.demonstrations import Demonstration, demonstrations_of
from pose_action_ros.lab.training.action.fit import predict_logits
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, LabelledPoses
from pose_action_ros.lab.training.action.model import ActionModel, read_model
from pose_action_ros.lab.training.action.people import Group, make_person
from pose_action_ros.lab.training.action.report import held_out_results, table
from pose_action_ros.lab.training.action.scripts import STANDING
from pose_action_ros.lab.training.action.settings import ActionData, TeachSettings
from pose_action_ros.lab.training.action.teach import teach
from pose_action_ros.lab.training.action.teaching_data import TeachingData
from pose_action_ros.lab.training.action.windows import OMITTED, WindowSet, find_windows
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import find_model

NEW_PEOPLE = 900
"""Seed of the people for testing."""
OLD_PEOPLE, OLD_ACTIONS = 60, 3
"""Rendered people who perform actions of the base, and the number of actions of each."""


def main() -> int:
    """Teach, test and print; 0 on success."""
    parser = argparse.ArgumentParser("benchmarks.teach", description=__doc__)
    parser.add_argument("--recordings", type=int, default=5, help="recordings of each motion")
    parser.add_argument("--tested", type=int, default=40, help="new people for each motion")
    parser.add_argument("--output", type=Path, default=None, help="file for the figures (JSON)")
    parser.add_argument(
        "--rendered",
        action="store_true",
        help="render people and detect them, instead of simulating the detector",
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
    """Results of one teaching.

    Args:
        settings: of teaching.
        recordings: number for each motion.
        tested: new people for each motion.
        rendered: render people and detect them with the real detector.
    """
    lifter, base = Lifter(LifterSettings()), read_model(find_model(settings.base))
    demonstrations = [
        demonstration
        for row, label in enumerate(NEW_MOTIONS)
        for demonstration in islice(
            _demonstrations(label, [settings.seed, row], base, lifter, rendered), recordings
        )
    ]
    data = TeachingData(base, demonstrations, settings)
    begun = time.perf_counter()
    taught = teach(base, data, settings)
    seconds = time.perf_counter() - begun
    print(table(held_out_results(taught, data)))
    return {
        "seconds": round(seconds, 1),
        "new": {
            label: _new(
                taught.model,
                [
                    filmed(label, np.random.default_rng([NEW_PEOPLE, row, number]), rendered)
                    for number in range(tested)
                ],
                lifter,
                label,
            )
            for row, label in enumerate(NEW_MOTIONS)
        },
        "old": _old(base, taught.model, _people(data, base, lifter, rendered), data.labels),
    }


def _demonstrations(
    label: str, seed: list[int], base: ActionModel, lifter: Lifter, rendered: bool
) -> Iterator[Demonstration]:
    """Demonstrations of a motion, unlimited; a recording without a detected person is repeated."""
    for number in count():
        recording = recorded(
            label, number, lifter, np.random.default_rng([*seed, number]), rendered
        )
        try:
            yield from demonstrations_of([recording], base.spmf)
        except InputError as error:
            print(f"left out: {error}")


def _new(
    model: ActionModel, persons: list[LabelledKeypoints], lifter: Lifter, label: str
) -> dict[str, Any]:
    """Accuracy on new people's windows of a motion, and by person."""
    right, people, convincing, taken = [], [], [], []
    for person in persons:
        poses = person.lifted(lifter, model.spmf.min_score)
        logits = _logits(poses, model, label)
        if not len(logits):
            continue
        probabilities = _probabilities(model, logits)
        names = [model.labels[index] for index in probabilities.argmax(axis=1)]
        sure = probabilities.max(axis=1) >= model.thresholds[probabilities.argmax(axis=1)]
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


def _logits(
    poses: LabelledPoses, model: ActionModel, label: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N, L) logits for windows that end a while after the beginning of the action."""
    number = {label: 0, STANDING: OMITTED}.__getitem__
    specs = find_windows([poses], number, 0.3, 0.6, 1.0)
    windows = WindowSet([poses], specs, model.window, model.spmf, np.arange(1))
    return predict_logits(model.network, windows.images) if specs else np.zeros((0, 1))


def _probabilities(
    model: ActionModel, logits: np.ndarray[Any, np.dtype[np.float64]]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N, L) probabilities of the labels."""
    return np.asarray(softmax(logits / model.temperature, axis=1)[:, : len(model.labels)])


def _people(data: TeachingData, base: ActionModel, lifter: Lifter, rendered: bool) -> WindowSet:
    """Simulated people who perform actions of the base."""
    if not rendered:
        return data.simulated("test")
    choices = ActionData(seed=NEW_PEOPLE, rendered_each=OLD_ACTIONS)
    group = Group("test", "actions", "rendered")
    people = [make_person(choices, group, number) for number in range(OLD_PEOPLE)]
    return data.relabelled(person.lifted(lifter, base.spmf.min_score) for person in people)


def _old(
    base: ActionModel, taught: ActionModel, people: WindowSet, labels: Sequence[str]
) -> dict[str, float]:
    """Accuracy on people who perform actions of the base."""
    named = people.truth >= 0
    truth = [labels[index] for index in people.truth[named]]
    results = {}
    for name, model in (("before", base), ("after", taught)):
        logits = predict_logits(model.network, people.images[named])
        probabilities = _probabilities(model, logits)
        answers = [model.labels[index] for index in probabilities.argmax(axis=1)]
        sure = probabilities.max(axis=1) >= model.thresholds[probabilities.argmax(axis=1)]
        results[name] = round(
            float(np.mean([a == t for a, t in zip(answers, truth, strict=True)])), 4
        )
        results[f"{name}_convincing"] = round(float(sure.mean()), 4)
    return results | {"windows": len(truth)}


if __name__ == "__main__":
    sys.exit(main())
