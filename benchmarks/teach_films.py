"""`python -m benchmarks.teach_films`: teach with films of some people, test on another person.

Each person with films of all taught actions is left out in turn. The films of the others become
recordings as of `pose-action process` with the spans of the manifest. The taught model then answers
in all other films as a pipeline does.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from benchmarks.taught_films import Followed, Score, follow, relabelled, score, share_right
from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import InputError, PoseActionError
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm, read_manifest
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.training.action.demonstrations import demonstrations_of
from pose_action_ros.lab.training.action.model import ActionModel, read_model, write_model
from pose_action_ros.lab.training.action.settings import TeachSettings
from pose_action_ros.lab.training.action.teach import teach
from pose_action_ros.lab.training.action.teaching_data import TeachingData
from pose_action_ros.labels import load_recordings
from pose_action_ros.models.card import find_model
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.recognition.recogniser import Recogniser
from pose_action_ros.recognition.settings import RecogniserSettings


def main() -> int:
    """Teach and test once for each person; 0 on success."""
    parser = argparse.ArgumentParser("benchmarks.teach_films", description=__doc__)
    parser.add_argument("manifest", type=Path, help="films with labels, see docs/action.md")
    parser.add_argument(
        "--labels",
        required=True,
        metavar="WORD[=LABEL],...",
        help="words in the names of the films to teach with, and labels if they are others",
    )
    parser.add_argument("--left-out", nargs="+", default=(), help="these people only, in turn")
    parser.add_argument("--group", default="", metavar="REGEX", help="as of evaluate recogniser")
    parser.add_argument("--cache", type=Path, default=None, help="folder of detections")
    parser.add_argument("--output", type=Path, default=None, help="file for the figures (JSON)")
    add_options(parser, TeachSettings)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = settings_from(args, TeachSettings)
    torch.set_num_threads(settings.threads)
    pairs = [part.partition("=") for part in args.labels.split(",")]
    words = {word: label or word for word, _, label in pairs}
    try:
        films = relabelled(read_manifest(args.manifest, args.group), words)
        figures = measure(films, sorted(set(words.values())), settings, args.cache, args.left_out)
    except PoseActionError as error:
        sys.stderr.write(f"benchmark failed: {error}\n")
        return 1
    if args.output:
        args.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def measure(
    films: Sequence[LabelledFilm],
    labels: Sequence[str],
    settings: TeachSettings,
    cache: Path | None,
    left_out: Sequence[str] = (),
) -> dict[str, Any]:
    """Figures for each person left out; tables are printed.

    Raises:
        InputError: fewer than two people with films of all labels, or another one to leave out.
    """
    people = {film.person for film in films}
    for label in labels:
        people &= {film.person for film in films if film.label == label}
    if len(people) < 2 or not people.issuperset(left_out):
        raise InputError(
            f"got films of all of {', '.join(labels)} of {', '.join(sorted(people)) or 'no person'}"
            ", expected at least two people, and those to leave out"
        )
    followed = list(follow(films, PipelineSettings(), cache))
    base = read_model(find_model(settings.base))
    figures: dict[str, Any] = {}
    for person in sorted(left_out or people):
        lessons = [
            one
            for one in followed
            if one.film.label in labels and one.film.person in people - {person}
        ]
        tests = [one for one in followed if one.film.person not in people - {person}]
        print(f"{person} left out: {len(lessons)} recordings", flush=True)
        figures[person] = _fold(lessons, tests, labels, base, settings)
    _print(figures, labels)
    return figures


def _fold(
    lessons: Sequence[Followed],
    tests: Sequence[Followed],
    labels: Sequence[str],
    base: ActionModel,
    settings: TeachSettings,
) -> dict[str, Any]:
    """Figures of one teaching."""
    with TemporaryDirectory() as name:
        folder, path = Path(name) / "lessons", Path(name) / "taught.onnx"
        for number, one in enumerate(lessons):
            one.save(folder / f"{number:03}.npz")
        begun = time.perf_counter()
        recordings = load_recordings(folder, lead=base.window)
        data = TeachingData(base, demonstrations_of(recordings, base.spmf), settings)
        taught = teach(base, data, settings)
        seconds = time.perf_counter() - begun
        write_model(path, taught.model, {}, {})
        before = _scores(tests, str(find_model(settings.base)))
        after = _scores(tests, str(path))
    return {
        "seconds": round(seconds),
        "thresholds": {
            label: round(float(one), 3)
            for label, one in zip(taught.model.labels, taught.model.thresholds, strict=True)
            if label in labels
        },
        "simulated": [round(taught.before, 4), round(taught.after, 4)],
        "taught": {label: _label(label, before, after) for label in labels},
        "kept": [
            round(
                share_right(
                    one for one in scores if one.film.label in set(base.labels) - set(labels)
                ),
                4,
            )
            for scores in (before, after)
        ],
    }


def _scores(tests: Sequence[Followed], model: str) -> list[Score]:
    recogniser = Recogniser(RecogniserSettings(action_model=model))
    return [score(one, recogniser) for one in tests]


def _label(label: str, before: Sequence[Score], after: Sequence[Score]) -> dict[str, Any]:
    """Figures of a taught label."""
    own = [one for one in after if one.film.label == label]
    others = [one for one in after if one.film.label != label]
    answers: Counter[str] = Counter()
    for one in own:
        answers.update(one.seconds)
    return {
        "windows": sum(one.windows for one in own),
        "right": round(share_right(own), 4),
        "right_before": round(share_right(one for one in before if one.film.label == label), 4),
        "by_group": {
            group: round(share_right(one for one in own if one.film.group == group), 4)
            for group in sorted({one.film.group for one in own})
        },
        "seconds": {name: round(seconds, 1) for name, seconds in answers.most_common(5)},
        "others": len(others),
        "others_called": sum(one.called(label) for one in others),
        "called": [one.film.name for one in others if one.called(label)],
    }


def _print(figures: Mapping[str, Mapping[str, Any]], labels: Sequence[str]) -> None:
    """Print a table of the taught labels and one of what was kept."""
    rows = [
        (
            f"{label}, {person}",
            str(one["windows"]),
            _percent(one["right_before"]),
            _percent(one["right"]),
            " / ".join(_percent(right) for right in one["by_group"].values()),
            f"{one['others_called']} of {one['others']}",
        )
        for label in labels
        for person, fold in figures.items()
        for one in [fold["taught"][label]]
    ]
    header = ("taught, person left out", "windows", "before", "right", "by group", "other films")
    print(Table("Taught actions", header, rows).markdown())
    kept = [
        (
            person,
            " -> ".join(_percent(part) for part in fold["simulated"]),
            " -> ".join(_percent(part) for part in fold["kept"]),
            f"{fold['seconds'] / 60:.1f}",
        )
        for person, fold in figures.items()
    ]
    columns = ("person left out", "simulated people", "films", "minutes")
    print(Table("Kept actions", columns, kept).markdown())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


if __name__ == "__main__":
    sys.exit(main())
