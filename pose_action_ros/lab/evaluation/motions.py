"""Answers for recorded motions in true 3D: the recogniser alone, without images.

Definitions:
    The truth of a motion is its action if that is a label of the model, "standing" of idle people
    too; otherwise it is OTHER, and each specific label is false. Motions labelled AMBIGUOUS count
    nowhere but in their own row. A specific label is any but "unknown" and standing.
    A false alarm is a change to a false specific label, a false fall one to "falling" in a motion
    with another truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.open import read_captures
from pose_action_ros.lab.datasets.person import OUTPUT_ROWS, PERSON
from pose_action_ros.lab.evaluation.film_manifest import OTHER
from pose_action_ros.lab.evaluation.film_scores import UNSPECIFIC
from pose_action_ros.lab.evaluation.measured_labels import check_people
from pose_action_ros.lab.evaluation.settings import RecogniserRun
from pose_action_ros.lab.evaluation.tables import Table, write_rows
from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import Recogniser
from pose_action_ros.simulation import VirtualCamera
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

AMBIGUOUS = "ambiguous"
FALL = "falling"


@dataclass(frozen=True)
class MotionAnswers:
    """Answers for one motion before one camera.

    Attributes:
        name: of the recording.
        truth: label of the model, OTHER or AMBIGUOUS.
        seconds: length.
        labels: the answers in order, one for each stride.
    """

    name: str
    truth: str
    seconds: float
    labels: tuple[str, ...]

    def alarms(self, *labels: str) -> list[str]:
        """The false specific labels that an answer changes to; only some labels if given."""
        before = ("", *self.labels)
        changes = [new for old, new in zip(before, self.labels, strict=False) if new != old]
        chosen = labels or (set(changes) - {*UNSPECIFIC})
        return [label for label in changes if label in chosen and label != self.truth]

    @property
    def false(self) -> list[str]:
        """All false answers with a specific label."""
        return [label for label in self.labels if label not in (*UNSPECIFIC, self.truth)]


@dataclass(frozen=True)
class MotionReport:
    """Answers for all motions."""

    motions: tuple[MotionAnswers, ...]

    def with_truth(self, truth: str) -> list[MotionAnswers]:
        """The motions of one truth."""
        return [one for one in self.motions if one.truth == truth]

    @property
    def clear(self) -> list[MotionAnswers]:
        """All but ambiguous motions."""
        return [one for one in self.motions if one.truth != AMBIGUOUS]

    @property
    def hours(self) -> float:
        """Length of all but ambiguous motions [h]."""
        return sum(one.seconds for one in self.clear) / 3600

    @property
    def alarms(self) -> Counter[str]:
        """Number of false alarms by label."""
        return Counter(label for one in self.clear for label in one.alarms())

    @property
    def falls(self) -> int:
        """Number of false falls."""
        return sum(len(one.alarms(FALL)) for one in self.clear)


def measure_motions(paths: Sequence[Path], settings: RecogniserRun) -> MotionReport:
    """Answers for the motions of data sets before random virtual cameras.

    Raises:
        InputError: no motions, or of an unknown kind.
        SettingError: the action model is one of interactions.
        ModelError, EngineError: the model is missing or cannot be loaded.
    """
    check_people(settings.action_model)
    recogniser, found = Recogniser(settings), []
    captures = [one for path in paths for one in read_captures(path, motions=False)]
    for number, capture in enumerate(tqdm(captures, "motions", disable=None)):
        for camera in range(settings.cameras):
            rng = np.random.default_rng([settings.seed, 2, number, camera])
            labels = tuple(_answers(capture, recogniser, settings.rate, rng))
            truth = _truth(capture.action, recogniser.labels)
            found.append(MotionAnswers(capture.name, truth, _seconds(capture), labels))
    if not found:
        raise InputError("got no motions, expected at least one")
    return MotionReport(tuple(found))


def _truth(action: str, labels: Sequence[str]) -> str:
    return action if action in (*labels, AMBIGUOUS) else OTHER


def _seconds(capture: Capture) -> float:
    return len(capture.joints) / capture.rate


def _answers(
    capture: Capture, recogniser: Recogniser, rate: float, rng: np.random.Generator
) -> Iterator[str]:
    recogniser.reset()
    for stamp, pose in motion_poses(capture, rate, rng):
        yield from (one.label for one in recogniser.update([pose], stamp))


def motion_poses(
    capture: Capture, rate: float, rng: np.random.Generator
) -> Iterator[tuple[float, Pose3D]]:
    """Time [s] and exact pose in the frame of a random camera, `rate` times a second."""
    stamps = np.arange(0.0, _seconds(capture), 1 / rate)
    rows = np.minimum((stamps * capture.rate + 0.5).astype(int), len(capture.joints) - 1)
    middle = capture.joints[:, PERSON.root].mean(axis=0)
    camera = VirtualCamera.random(rng, middle)
    points = camera.to_camera(capture.joints[rows][:, OUTPUT_ROWS])
    for stamp, joints in zip(stamps.tolist(), points, strict=True):
        yield stamp, Pose3D(HUMAN36M_17, joints, np.ones(len(joints)), 0, placed=True)


def motion_text(report: MotionReport) -> str:
    """The table, and the false alarms by label."""
    alarms = ", ".join(f"{label} {count}" for label, count in report.alarms.most_common())
    return (
        f"{motion_table(report).markdown()}\n"
        f"{sum(report.alarms.values()) / report.hours:.1f} false alarms per hour "
        f"({alarms or 'none'}), {report.falls / report.hours:.1f} false falls per hour, in "
        f"{report.hours:.2f} h without the ambiguous motions"
    )


def write_motions(report: MotionReport, folder: Path) -> None:
    """Write motions.md, and motions.csv with a row for each motion before each camera."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "motions.md").write_text(f"{motion_text(report)}\n", encoding="utf-8")
    write_rows(folder / "motions.csv", (_csv_row(one) for one in report.motions))


def _csv_row(one: MotionAnswers) -> dict[str, object]:
    return {
        "motion": one.name,
        "truth": one.truth,
        "seconds": f"{one.seconds:.2f}",
        "answers": len(one.labels),
        "right": one.labels.count(one.truth),
        "false": len(one.false),
        "false_alarms": len(one.alarms()),
        "labels": " ".join(f"{label}:{count}" for label, count in Counter(one.labels).items()),
    }


def motion_table(report: MotionReport) -> Table:
    """One row for each truth, and one for all but ambiguous motions."""
    truths = sorted({one.truth for one in report.motions} - {OTHER, AMBIGUOUS})
    groups = [(truth, report.with_truth(truth)) for truth in (*truths, OTHER, AMBIGUOUS)]
    rows = [_row(name, group) for name, group in [*groups, ("all", report.clear)] if group]
    header = (
        "truth",
        "motions",
        "minutes",
        "right answers %",
        "right at least once %",
        "false answers %",
        "false alarms per hour",
        "most frequent false answers",
    )
    return Table("Recorded motions in true 3D", header, rows)


def _row(name: str, motions: Sequence[MotionAnswers]) -> tuple[str, ...]:
    of_label = [one for one in motions if one.truth not in (OTHER, AMBIGUOUS)]
    right = [label == one.truth for one in of_label for label in one.labels]
    once = [one.truth in one.labels for one in of_label if one.labels]
    false = Counter(label for one in motions for label in one.false)
    answers = sum(len(one.labels) for one in motions)
    seconds = sum(one.seconds for one in motions)
    alarms = sum(len(one.alarms()) for one in motions)
    return (
        name,
        str(len(motions)),
        f"{seconds / 60:.1f}",
        _percent(right),
        _percent(once),
        f"{100 * sum(false.values()) / max(answers, 1):.1f}",
        f"{3600 * alarms / seconds:.0f}",
        ", ".join(f"{label} {count}" for label, count in false.most_common(3)),
    )


def _percent(values: Iterable[bool]) -> str:
    counted = list(values)
    return f"{100 * sum(counted) / len(counted):.1f}" if counted else "-"
