"""Delay, steadiness and false alarms of the recogniser, in the whole pipeline on rendered people.

Definitions:
    An action is recognised in time when its label is an answer at least once between its start and
        LATEST later; it holds when it is the newest answer at that moment; its later answers are
        those from then to its end. "unknown" is never correct.
    The delay is the time from the start to the first correct answer. The stay is the time from the
        last moment in which the label holds, before an arm sinks or another action begins, to the
        first other answer; without a value where another answer came before.
    A false alarm is a change to a label other than idle and "unknown" while the person is idle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.evaluation.measured_labels import measured_labels
from pose_action_ros.lab.evaluation.settings import RecogniserRun
from pose_action_ros.lab.evaluation.tables import Table, share
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.simulation import ACTIONS, Body, Scene, Script, Surroundings, VirtualCamera
from pose_action_ros.simulation.motions import HANDS_NEEDED

LATEST = 1.5
"""[s] after the start of an action."""
IDLE = "standing"
DISTANCES = (1.5, 5.0)  # [m]
NEAR = (0.8, 1.3)
"""Distances from which the legs are outside the image [m]."""
MOMENT = 0.05  # [s] between two looks at the true label

Rng = np.random.Generator
Answer = tuple[float, str]
"""Time [s] and label."""


@dataclass(frozen=True)
class TimedAction:
    """One action of one person with the recogniser's answers.

    Attributes:
        label: the true one.
        start, end: [s]; the start is the middle of the transition from the action before.
        answers: all answers for the person, in order.
        last: last moment in which the label holds [s]; None for the end.
        near: True if the camera shows the upper body only.
    """

    label: str
    start: float
    end: float
    answers: Sequence[Answer]
    last: float | None = None
    near: bool = False

    @property
    def delay(self) -> float | None:
        """[s] from the start to the first correct answer; None without any."""
        correct = [
            stamp
            for stamp, label in self.answers
            if self.start <= stamp <= self.end and label == self.label
        ]
        return correct[0] - self.start if correct else None

    @property
    def stay(self) -> float | None:
        """[s] from the last moment of the label to the first other answer; None without a value."""
        last = self.end if self.last is None else self.last
        before = [label for stamp, label in self.answers if stamp <= last]
        after = [stamp for stamp, label in self.answers if stamp > last and label != self.label]
        return after[0] - last if after and before and before[-1] == self.label else None

    @property
    def in_time(self) -> bool:
        """True if the action is recognised in time."""
        return self.delay is not None and self.delay <= LATEST

    @property
    def held(self) -> bool:
        """True if the newest answer LATEST after the start is correct."""
        before = [label for stamp, label in self.answers if stamp <= self.start + LATEST]
        return bool(before) and before[-1] == self.label

    @property
    def later(self) -> list[str]:
        """The answers from LATEST after the start to the end."""
        return [label for stamp, label in self.answers if self.start + LATEST <= stamp <= self.end]


@dataclass
class ReactionReport:
    """Figures of all scenes so far; `add` and `add_idle` extend it."""

    actions: list[TimedAction] = field(default_factory=list)
    idle_seconds: float = 0.0
    alarms: Counter[str] = field(default_factory=Counter)

    def add(self, actions: Iterable[TimedAction]) -> None:
        """Add actions."""
        self.actions.extend(actions)

    def add_idle(self, seconds: float, labels: Sequence[str], idle: str) -> None:
        """Add an idle person with the labels of the answers in order."""
        self.idle_seconds += seconds
        before = idle
        for label in labels:
            if label not in {before, idle, UNKNOWN}:
                self.alarms[label] += 1
            before = label

    @property
    def in_time(self) -> float:
        """Share of actions recognised in time."""
        return share(action.in_time for action in self.actions)

    @property
    def held(self) -> float:
        """Share of actions that hold."""
        return share(action.held for action in self.actions)

    @property
    def steady(self) -> float:
        """Share of correct later answers."""
        return share(label == action.label for action in self.actions for label in action.later)

    @property
    def alarms_per_minute(self) -> float:
        """False alarms per minute of idle people."""
        return 60 * sum(self.alarms.values()) / self.idle_seconds if self.idle_seconds else 0.0


def reaction_table(report: ReactionReport) -> Table:
    """One row for each action and one for all."""
    rows = []
    for label in sorted({action.label for action in report.actions}):
        own = [action for action in report.actions if action.label == label]
        rows.append(_row(label, ReactionReport(own)))
    near = [action for action in report.actions if action.near]
    if near:
        rows.append(_row("all, upper body only", ReactionReport(near)))
    rows.append(_row("all", report))
    header = (
        "action",
        "times",
        "in time %",
        "held %",
        "later answers %",
        "delay [s]",
        "of 90 %",
        "stay [s]",
        "of 90 %",
        "wrong answers",
    )
    return Table(f"Recognised within {LATEST} s of the start", header, rows)


def _row(name: str, report: ReactionReport) -> tuple[str, ...]:
    wrong = Counter(
        label for action in report.actions for label in action.later if label != action.label
    )
    common = ", ".join(f"{label} {count}" for label, count in wrong.most_common(2))
    numbers = (f"{100 * part:.1f}" for part in (report.in_time, report.held, report.steady))
    delays, stays = ([getattr(one, key) for one in report.actions] for key in ("delay", "stay"))
    times = (*_quantiles(delays), *_quantiles(stays))
    shown = "" if name.startswith("all") else common
    return (name, str(len(report.actions)), *numbers, *times, shown)


def _quantiles(values: Sequence[float | None]) -> tuple[str, str]:
    """Median and 90th percentile of the values that are not None."""
    known = [value for value in values if value is not None]
    if not known:
        return "-", "-"
    return f"{np.median(known):.2f}", f"{np.quantile(known, 0.9):.2f}"


def measure_recogniser(settings: RecogniserRun) -> ReactionReport:
    """Render the scenes and compare the pipeline's answers with the true actions.

    Raises:
        SettingError: the action model has no label of the simulation, or is one of interactions.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    known = measured_labels(settings.action_model, (name for name in ACTIONS if name != IDLE))
    report, pipeline = ReactionReport(), Pipeline(settings)
    by_hand = [name for name in known if name in HANDS_NEEDED]
    for number in tqdm(range(settings.scenes), "scenes", disable=None):
        rng = np.random.default_rng([settings.seed, number])
        near = number < settings.near * settings.scenes
        others = by_hand if near else known
        count = min(settings.actions_each, len(others))
        actions = rng.choice(others, count, replace=False).tolist()
        # A new person stands first; the first action after that is the first that counts.
        script, camera = _person([IDLE, *actions], settings.action_seconds, rng, near=near)
        length = float(script.starts[-1]) + settings.action_seconds
        scene = Scene([script], camera, Surroundings.random(rng))
        answers = list(answers_in(scene, length, settings.rate, pipeline))
        # A script links actions by others, such as standing up.
        performed = _actions(script, length, answers, near)
        report.add(action for action in performed if action.label in known)
    seconds = settings.idle_seconds
    for number in tqdm(range(settings.idle_scenes), "idle people", disable=None):
        rng = np.random.default_rng([settings.seed, 1, number])
        script, camera = _person([IDLE], seconds, rng)
        scene = Scene([script], camera, Surroundings.random(rng))
        labels = [label for _, label in answers_in(scene, seconds, settings.rate, pipeline)]
        report.add_idle(seconds, labels, IDLE)
    return report


def _person(
    actions: list[str], seconds: float, rng: Rng, *, near: bool = False
) -> tuple[Script, VirtualCamera]:
    """A person with a random camera, mostly facing it; a near one shows the upper body only."""
    camera = _near_camera(rng) if near else VirtualCamera.random(rng, distance=DISTANCES)
    toward = float(np.arctan2(camera.position[1], camera.position[0]))
    heading = toward + float(rng.normal(0, 0.5))
    room = 0.2 * float(np.hypot(*camera.position[:2]))
    body = Body.random(rng)
    return Script.random(rng, actions, seconds, (0.0, 0.0), heading, body, room), camera


def _near_camera(rng: Rng) -> VirtualCamera:
    around, away = rng.uniform(-np.pi, np.pi), rng.uniform(*NEAR)
    place = (away * np.cos(around), away * np.sin(around), rng.uniform(1.0, 1.5))
    intrinsics = Intrinsics.from_field_of_view(640, 480, rng.uniform(60, 80))
    return VirtualCamera.looking_at(place, (0.0, 0.0, rng.uniform(1.2, 1.35)), intrinsics)


def answers_in(scene: Scene, seconds: float, rate: float, pipeline: Pipeline) -> Iterator[Answer]:
    """All answers of the pipeline in a scene with one person, or with a pair."""
    pipeline.reset()
    for stamp in np.arange(0.0, seconds, 1 / rate).tolist():
        frame = scene.frame(stamp)
        result = pipeline(frame.image, stamp, frame.intrinsics)
        yield from ((action.stamp, action.label) for action in result.actions)


def _actions(
    script: Script, length: float, answers: list[Answer], near: bool
) -> Iterator[TimedAction]:
    ends = [*script.starts[1:].tolist(), length]
    for part, start, end in zip(script.parts, script.starts.tolist(), ends, strict=True):
        if part.label != IDLE:
            moments = np.arange(start, end, MOMENT)
            holds = [label == part.label for label in script.labels(moments)]
            last = float(moments[np.flatnonzero(holds)[-1]]) + MOMENT if any(holds) else end
            yield TimedAction(part.label, start, end, answers, min(last, end), near)
