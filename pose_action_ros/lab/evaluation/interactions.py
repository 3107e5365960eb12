"""The model of interactions on two people it was not trained on: a data set, and rendered pairs.

Definitions:
    The answer for a recorded sequence is the label with the greatest mean probability over all
        answers. It is answered live if a label other than "unknown" was an answer; the most
        frequent one counts.
    A rendered interaction is recognised when its label is an answer between its start and LATEST
        after its end; the share of false answers is that of another label while the two do none of
        the interactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.lab.datasets.sbu_kinect import LABELS, RATE, fold_of, read_sbu_kinect
from pose_action_ros.lab.datasets.sequences import ActionSequence
from pose_action_ros.lab.evaluation.measured_labels import measured_labels
from pose_action_ros.lab.evaluation.recogniser import answers_in
from pose_action_ros.lab.evaluation.settings import InteractionRun
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.training.interaction.views import pair_camera
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import Recogniser, RecogniserSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.simulation import Scene, Surroundings
from pose_action_ros.simulation.pairs import (
    INTERACTIONS,
    UNLABELLED,
    PairPerformance,
    perform_pair,
)
from pose_action_ros.skeletons import HUMAN36M_17, SBU_15

Array = npt.NDArray[np.float64]

LATEST = 1.0
"""[s] after the end of an interaction."""
FILLED, STRIDE = 0.3, 0.1
"""Settings of the recogniser for short recordings: filled part of the window, and stride [s]."""
SAME = {"exchanging": "handing_over"}
"""Labels of the data set with another name here."""
_JOINTS = {"hand": "wrist", "foot": "ankle", "head": "nose", "torso": "spine"}
"""Joints of SBU_15 with another name here; the middle of the hips is the root."""


@dataclass(frozen=True)
class SequenceAnswer:
    """Answers for one recorded sequence.

    Attributes:
        name: of the sequence.
        fold: of the data set's protocol, from 1.
        truth: true label.
        likely: label with the greatest mean probability.
        live: most frequent answer but "unknown"; "unknown" if there was no other.
    """

    name: str
    fold: int
    truth: str
    likely: str
    live: str


def measure_recorded(settings: RecogniserSettings, folder: Path) -> list[SequenceAnswer]:
    """Answers for the sequences of SBU Kinect Interaction with a label of the model.

    Raises:
        SettingError: the model is not one of interactions, or has other labels.
        InputError: files are missing or damaged.
        ModelError, EngineError: the model cannot be used.
    """
    names = [SAME.get(name, name) for name in LABELS]
    known = measured_labels(settings.action_model, names, people=2)
    recogniser = Recogniser(replace(settings, min_filled=FILLED, stride=STRIDE))
    answers = []
    for sequence in read_sbu_kinect(folder):
        truth = names[sequence.label]
        if truth not in known:
            continue
        recogniser.reset()
        frames = pair_poses(sequence)
        estimates = [
            estimate
            for number, people in enumerate(frames)
            for estimate in recogniser.update(people, number / RATE)
        ]
        mean = np.sum([estimate.scores for estimate in estimates], axis=0)
        labels = Counter(one.label for one in estimates if one.label != UNKNOWN)
        answers.append(
            SequenceAnswer(
                sequence.name,
                fold_of(sequence) + 1,
                truth,
                recogniser.labels[int(mean.argmax())],
                labels.most_common(1)[0][0] if labels else UNKNOWN,
            )
        )
    return answers


def pair_poses(sequence: ActionSequence) -> list[tuple[Pose3D, Pose3D]]:
    """Placed poses of both people in every frame of a sequence of SBU_15."""
    points = np.full((*sequence.points.shape[:2], len(HUMAN36M_17), 3), np.nan)
    for number, name in enumerate(SBU_15.joints):
        side, _, part = name.rpartition("_")
        same = "_".join(filter(None, (side, _JOINTS.get(part, part))))
        points[:, :, HUMAN36M_17.index(same)] = sequence.points[:, :, number]
    hips = [HUMAN36M_17.index(f"{side}_hip") for side in ("left", "right")]
    points[:, :, HUMAN36M_17.root] = points[:, :, hips].mean(axis=2)
    scores = np.isfinite(points[..., 0]).astype(np.float64)
    return [
        (
            Pose3D(HUMAN36M_17, both[0], known[0], 1, placed=True),
            Pose3D(HUMAN36M_17, both[1], known[1], 2, placed=True),
        )
        for both, known in zip(points, scores, strict=True)
    ]


def recorded_table(answers: Sequence[SequenceAnswer]) -> Table:
    """One row for each label and one for all."""
    rows = []
    for label in (*INTERACTIONS, "all"):
        own = [one for one in answers if label in {one.truth, "all"}]
        if not own:
            continue
        wrong = Counter(one.likely for one in own if one.likely != one.truth)
        common = ", ".join(f"{name} {count}" for name, count in wrong.most_common(3))
        shares = (
            np.mean([one.likely == one.truth for one in own]),
            np.mean([one.live == one.truth for one in own]),
            np.mean([one.live == UNKNOWN for one in own]),
        )
        numbers = (f"{100 * share:.1f}" for share in shares)
        rows.append((label, str(len(own)), *numbers, common if label != "all" else ""))
    header = ("interaction", "sequences", "right %", "right live %", "unknown %", "taken for")
    return Table("Recorded sequences", header, rows)


@dataclass(frozen=True)
class PairAnswers:
    """Answers for one rendered pair.

    Attributes:
        label: of the pair, "unknown" for none of the interactions.
        start, end: of the interaction [s]; of the whole for none.
        answers: stamps [s] and labels.
        quiet: labels of the answers while the two do none of the interactions.
        wrong: labels of the answers during the interaction, but the true one and "unknown".
    """

    label: str
    start: float
    end: float
    answers: Sequence[tuple[float, str]]
    quiet: Sequence[str]
    wrong: Sequence[str]

    @property
    def delay(self) -> float | None:
        """[s] from the start to the first correct answer; None without any."""
        right = [
            stamp
            for stamp, label in self.answers
            if label == self.label and self.start <= stamp <= self.end + LATEST
        ]
        return right[0] - self.start if right else None


def measure_pairs(settings: InteractionRun) -> list[PairAnswers]:
    """Render pairs, run the pipeline and compare its answers with the truth.

    Raises:
        SettingError: the model is not one of interactions, or has other labels.
        ModelError, EngineError: a model is missing or cannot be used.
    """
    known = measured_labels(settings.action_model, INTERACTIONS, people=2)
    pipeline, results = Pipeline(settings), []
    labels = [*known] * settings.pairs_each + [UNKNOWN] * settings.others
    for number, label in enumerate(tqdm(labels, "pairs", disable=None)):
        rng = np.random.default_rng([settings.seed, number])
        pair = perform_pair(label, rng)
        scene = Scene(pair.scripts(), pair_camera(rng, pair), Surroundings.random(rng))
        answers = list(answers_in(scene, pair.seconds, settings.rate, pipeline))
        results.append(_judged(pair, answers))
    return results


def _judged(pair: PairPerformance, answers: Sequence[tuple[float, str]]) -> PairAnswers:
    spans = [span for span in pair.spans if span[2] == pair.label]
    start = min((span[0] for span in spans), default=0.0)
    end = max((span[1] for span in spans), default=pair.seconds)
    truth = pair.labels([stamp for stamp, _ in answers]) if answers else []
    timed = list(zip(answers, truth, strict=True))
    return PairAnswers(
        pair.label,
        start,
        end,
        answers,
        quiet=[label for (_, label), true in timed if true == UNKNOWN],
        wrong=[
            label
            for (_, label), true in timed
            if true not in {UNKNOWN, UNLABELLED} and label not in {true, UNKNOWN}
        ],
    )


def pairs_table(results: Sequence[PairAnswers]) -> Table:
    """One row for each interaction, one for all, and one for none."""
    rows = []
    for name in (*INTERACTIONS, "all", UNKNOWN):
        own = [one for one in results if name == one.label or (name == "all" != one.label)]
        if name == "all":
            own = [one for one in own if one.label != UNKNOWN]
        if not own:
            continue
        delays = [one.delay for one in own if one.delay is not None]
        quiet = [label for one in own for label in one.quiet]
        false = Counter(label for label in quiet if label != UNKNOWN)
        wrong = Counter(label for one in own for label in one.wrong)
        common = ", ".join(f"{label} {count}" for label, count in (wrong + false).most_common(3))
        rows.append(
            (
                name,
                str(len(own)),
                f"{100 * len(delays) / len(own):.1f}" if name != UNKNOWN else "-",
                f"{np.median(delays):.2f}" if delays and name != UNKNOWN else "-",
                f"{100 * sum(false.values()) / len(quiet):.1f}" if quiet else "-",
                common,
            )
        )
    header = ("interaction", "pairs", "recognised %", "delay s", "false %", "wrong answers")
    return Table("Rendered pairs", header, rows)
