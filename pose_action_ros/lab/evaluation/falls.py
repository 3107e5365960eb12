"""Falls of simulated people: how many are answered, and how often another movement is called one.

The definitions are those of fall_answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pose_action_ros.lab.evaluation.fall_answers import (
    FALL,
    IMAGES,
    LATEST,
    POSES,
    Answered,
    AnsweredFall,
)
from pose_action_ros.lab.evaluation.fall_scenes import CAMERAS, FallScene, OtherScene
from pose_action_ros.lab.evaluation.measured_labels import measured_labels
from pose_action_ros.lab.evaluation.settings import FallRun
from pose_action_ros.lab.evaluation.tables import Table, share, write_rows
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.recognition import Recogniser


@dataclass(frozen=True)
class FallReport:
    """All scenes.

    Attributes:
        falls, others: scenes with and without a fall.
        labels: of the model; a state after a fall counts if it is one of them.
    """

    falls: tuple[AnsweredFall, ...]
    others: tuple[Answered, ...]
    labels: tuple[str, ...]


def measure_falls(settings: FallRun) -> FallReport:
    """Simulate falls and other movements, through images and as exact poses.

    Raises:
        SettingError: the action model has no label "falling", or is one of interactions.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    measured_labels(settings.action_model, [FALL])
    falls: list[AnsweredFall] = []
    others: list[Answered] = []
    pipeline, recogniser = Pipeline(settings), Recogniser(settings)
    for source, fall_count, other_count in (
        (POSES, settings.exact_falls, settings.exact_scenes),
        (IMAGES, settings.falls, settings.scenes),
    ):
        for number in tqdm(range(fall_count), f"falls, {source}", disable=None):
            scene = FallScene(np.random.default_rng([settings.seed, number]))
            falls.append(scene.answered(source, settings.rate, pipeline, recogniser))
        for number in tqdm(range(other_count), f"others, {source}", disable=None):
            other = OtherScene(np.random.default_rng([settings.seed, 1, number]), number)
            others.append(other.answered(source, settings.rate, pipeline, recogniser))
    return FallReport(tuple(falls), tuple(others), recogniser.labels)


def fall_tables(report: FallReport) -> tuple[Table, Table]:
    """The falls, and the false ones."""
    return _fall_table(report), _false_fall_table(report)


def _fall_table(report: FallReport) -> Table:
    """A row for each source, camera, state before and state after, and for all of a source."""
    rows = []
    for source in (IMAGES, POSES):
        falls = [one for one in report.falls if one.source == source]
        groups = {
            **{f"{source}, camera {name}": [one for one in falls if one.camera == name]
               for name in CAMERAS},
            **{f"{source}, from {kind}": [one for one in falls if one.kind == kind]
               for kind in ("standing", "walking", "sitting")},
            **{f"{source}, then {after}": [one for one in falls if one.after == after]
               for after in ("lying", "sitting")},
            f"{source}, all": falls,
        }  # fmt: skip
        rows += [_fall_row(name, group, report.labels) for name, group in groups.items() if group]
    header = (
        "falls",
        "number",
        "detected %",
        "delay after the end [s], median",
        "state after answered %",
        "images after without a track %",
        "other id after %",
    )
    return Table(f"Falls answered until {LATEST:g} s after their end", header, rows)


def _fall_row(name: str, falls: Sequence[AnsweredFall], labels: Sequence[str]) -> tuple[str, ...]:
    delays = [one.delay for one in falls if one.delay is not None]
    states = [one.state_answered for one in falls if one.after in labels]
    return (
        name,
        str(len(falls)),
        f"{100 * len(delays) / len(falls):.0f}",
        f"{np.median(delays):.2f}" if delays else "-",
        f"{100 * share(states):.0f}" if states else "-",
        f"{100 * np.mean([one.lost for one in falls]):.0f}",
        f"{100 * share(one.has_new_id for one in falls):.0f}",
    )


def _false_fall_table(report: FallReport) -> Table:
    """A row for each source and kind of scene, and for all of a source."""
    rows = []
    for source in (IMAGES, POSES):
        scenes = [one for one in report.others if one.source == source]
        kinds = [(kind, [one for one in scenes if one.kind == kind]) for kind in OtherScene.KINDS]
        for kind, group in [*kinds, ("all", scenes)]:
            if not group:
                continue
            minutes = sum(one.seconds for one in group) / 60
            count = sum(one.false_falls for one in group)
            rate = f"{60 * count / minutes:.1f}"
            rows.append((f"{source}, {kind}", f"{minutes:.1f}", str(count), rate))
    return Table("False falls", ("scenes", "minutes", "false falls", "per hour"), rows)


def write_falls(report: FallReport, folder: Path) -> None:
    """Write falls.md, and falls.csv with a row for each scene."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(table.markdown() for table in fall_tables(report))
    (folder / "falls.md").write_text(text, encoding="utf-8")
    write_rows(folder / "falls.csv", (_csv_row(one) for one in (*report.falls, *report.others)))


def _csv_row(one: Answered) -> dict[str, object]:
    fall = one if isinstance(one, AnsweredFall) else None
    delay = fall.delay if fall else None
    return {
        "source": one.source,
        "camera": one.camera,
        "kind": one.kind,
        "seconds": f"{one.seconds:.2f}",
        "fall": int(fall is not None),
        "after": fall.after if fall else "",
        "detected": int(delay is not None) if fall else "",
        "delay_s": "" if delay is None else f"{delay:.2f}",
        "state_answered": int(fall.state_answered) if fall else "",
        "lost": f"{fall.lost:.2f}" if fall else "",
        "other_id": int(fall.has_new_id) if fall else "",
        "false_falls": "" if fall else one.false_falls,
        "labels": " ".join(
            f"{label}:{count}" for label, count in Counter(a[2] for a in one.answers).items()
        ),
    }
