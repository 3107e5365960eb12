"""Falls of simulated people: how many are answered, and how often another movement is called one.

Definitions:
    A fall begins with the loss of balance and ends with the limbs at rest on the floor.
    It is detected if "falling" is an answer between its beginning and LATEST after its end, for
        any track. Its delay is the time of the first such answer after the end, negative before it.
    The state after it is "lying", or "sitting" after a fall on the seat; it is answered if it is an
        answer within STATE after the end.
    The person is lost in an image without any track, and has another id if the most frequent track
        in STATE after the end is not that before the fall.
    A false fall is a change of a track's answer to "falling" in a scene without falls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.evaluation.settings import FallRun
from pose_action_ros.lab.evaluation.tables import Table, write_rows
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.poses import Pose3D
from pose_action_ros.recognition import Recogniser
from pose_action_ros.simulation import (
    ACTIONS,
    FIGURE,
    OTHERS,
    Body,
    Performance,
    Scene,
    Script,
    Surroundings,
    VirtualCamera,
    perform,
)
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance
from pose_action_ros.simulation.motions.reserved import RESERVED
from pose_action_ros.simulation.script import linked
from pose_action_ros.skeletons import HUMAN36M_17, convert

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

FALL: Final = "falling"
IDLE: Final = "standing"
LATEST: Final = 1.0
STATE: Final = 3.0
"""[s] after the end of a fall."""
IMAGES, POSES = "images", "exact 3D"
"""What the answers are made from: rendered images, or the true poses."""
CAMERAS: Final = {"low": (0.2, 0.6), "eye": (1.1, 1.7), "ceiling": (2.3, 2.9)}
"""Name to least and greatest height [m]."""

_LEAD: Final = 2.5  # [s] before a performance, in which a person stands or sits
_DISTANCES: Final = (2.0, 6.0)  # [m] along the floor
_FIELDS: Final = (55.0, 85.0)  # [degrees]
_SIZE: Final = (640, 480)
_EACH: Final = 4.0  # [s] of another movement
_WALL: Final = 1.5  # [m] least height of a wall, which hides people from cameras behind it
_BESIDE_WALL: Final = 1.2  # [rad] greatest angle of a camera to the side of a person at a wall


@dataclass(frozen=True)
class Answered:
    """What is answered in a scene with one person.

    Attributes:
        source: IMAGES or POSES.
        camera: a name of CAMERAS.
        kind: of the scene: the state before a fall, or the kind of other movements.
        seconds: length.
        answers: time [s], track and label of each answer, in order.
        tracks: time [s] and tracks of each image.
    """

    source: str
    camera: str
    kind: str
    seconds: float
    answers: Sequence[tuple[float, int, str]]
    tracks: Sequence[tuple[float, tuple[int, ...]]]

    @property
    def false_falls(self) -> int:
        """Number of changes to "falling"."""
        newest: dict[int, str] = {}
        count = 0
        for _, track, label in self.answers:
            count += label == FALL and newest.get(track) != FALL
            newest[track] = label
        return count


@dataclass(frozen=True)
class AnsweredFall(Answered):
    """A scene with a fall.

    Attributes:
        start, end: of the fall [s].
        after: the state after it.
    """

    start: float
    end: float
    after: str

    @property
    def delay(self) -> float | None:
        """[s] from the end to the first "falling" since the start; None if not detected."""
        times = [stamp for stamp, _, label in self.answers if label == FALL]
        within = [stamp for stamp in times if self.start <= stamp <= self.end + LATEST]
        return within[0] - self.end if within else None

    @property
    def state_answered(self) -> bool:
        """Whether the state after the fall is answered."""
        return any(
            label == self.after and self.end <= stamp <= self.end + STATE
            for stamp, _, label in self.answers
        )

    @property
    def lost(self) -> float:
        """Share of the images after the end without a track."""
        return _share(not tracks for stamp, tracks in self.tracks if self._is_after(stamp))

    @property
    def has_new_id(self) -> bool:
        """Whether the track after the fall is another one; False without a track."""
        before = Counter(i for stamp, ids in self.tracks if stamp < self.start for i in ids)
        after = Counter(i for stamp, ids in self.tracks if self._is_after(stamp) for i in ids)
        if not before or not after:
            return False
        return before.most_common(1)[0][0] != after.most_common(1)[0][0]

    def _is_after(self, stamp: float) -> bool:
        return self.end < stamp <= self.end + STATE


@dataclass(frozen=True)
class FallReport:
    """All scenes."""

    falls: tuple[AnsweredFall, ...]
    others: tuple[Answered, ...]


def measure_falls(settings: FallRun) -> FallReport:
    """Simulate falls and other movements, through images and as exact poses.

    Raises:
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    falls: list[AnsweredFall] = []
    others: list[Answered] = []
    pipeline, recogniser = Pipeline(settings), Recogniser(settings)
    for source, fall_count, other_count in (
        (POSES, settings.exact_falls, settings.exact_scenes),
        (IMAGES, settings.falls, settings.scenes),
    ):
        for number in tqdm(range(fall_count), f"falls, {source}", disable=None):
            scene = _FallScene(np.random.default_rng([settings.seed, number]))
            falls.append(scene.answered(source, settings.rate, pipeline, recogniser))
        for number in tqdm(range(other_count), f"others, {source}", disable=None):
            other = _OtherScene(np.random.default_rng([settings.seed, 1, number]), number)
            others.append(other.answered(source, settings.rate, pipeline, recogniser))
    return FallReport(tuple(falls), tuple(others))


class _View:
    """A script before a random camera, in random surroundings."""

    def __init__(self, rng: Rng, parts: Sequence[Performance], starts: Array) -> None:
        heading = float(rng.uniform(-np.pi, np.pi))
        self.script = Script(parts, starts, heading=heading)
        self.name = str(rng.choice(list(CAMERAS)))
        hips = self.script.joints([0.0, starts[-1] + 2.0])[:, FIGURE.index("mid_hip")]
        middle = np.array([*hips.mean(axis=0)[:2], rng.uniform(0.5, 0.9)])
        walled = any(box.top > _WALL for box in self.script.furniture)
        around = _BESIDE_WALL if walled else np.pi
        away, angle = rng.uniform(*_DISTANCES), heading + rng.uniform(-around, around)
        place = [
            *(middle[:2] + away * np.array([np.cos(angle), np.sin(angle)])),
            rng.uniform(*CAMERAS[self.name]),
        ]
        lens = Intrinsics.from_field_of_view(*_SIZE, rng.uniform(*_FIELDS))
        self.camera = VirtualCamera.looking_at(place, middle, lens)
        self.surroundings = Surroundings.random(rng)

    def through_images(
        self, times: Array, pipeline: Pipeline
    ) -> Iterator[tuple[float, tuple[int, ...], list[tuple[int, str]]]]:
        """Time [s], tracks, and tracks and labels of new answers of each image."""
        scene = Scene([self.script], self.camera, self.surroundings)
        pipeline.reset()
        for time in times.tolist():
            frame = scene.frame(time)
            result = pipeline(frame.image, time - times[0], frame.intrinsics)
            new = [(one.person_ids[0], one.label) for one in result.actions]
            yield time, tuple(person.id for person in result.people), new

    def through_poses(
        self, times: Array, recogniser: Recogniser
    ) -> Iterator[tuple[float, tuple[int, ...], list[tuple[int, str]]]]:
        """As through_images, from the true poses."""
        recogniser.reset()
        points = self.camera.to_camera(convert(self.script.joints(times), FIGURE, HUMAN36M_17))
        for time, pose in zip(times.tolist(), points, strict=True):
            one = Pose3D(HUMAN36M_17, pose, np.ones(len(pose)), 0, placed=True)
            new = recogniser.update([one], time - times[0])
            yield time, (0,), [(0, action.label) for action in new]

    def answers(
        self, source: str, times: Array, pipeline: Pipeline, recogniser: Recogniser
    ) -> tuple[list[tuple[float, int, str]], list[tuple[float, tuple[int, ...]]]]:
        """Answers and tracks over time; see Answered."""
        answers, tracks = [], []
        images = source == IMAGES
        found = (
            self.through_images(times, pipeline)
            if images
            else self.through_poses(times, recogniser)
        )
        for time, ids, new in found:
            tracks.append((time, ids))
            answers += [(time, track, label) for track, label in new]
        return answers, tracks


class _FallScene:
    """A standing, walking or seated person falls."""

    def __init__(self, rng: Rng) -> None:
        self._part = perform(FALL, rng, Body.random(rng))
        self._view = _View(rng, [self._part], np.zeros(1))
        times = np.arange(0.0, 6.0, 0.01)
        labels = np.array(self._part.labels(times))
        falling = np.flatnonzero(labels == FALL)
        self._start, self._end = float(times[falling[0]]), float(times[falling[-1]])

    def answered(
        self, source: str, rate: float, pipeline: Pipeline, recogniser: Recogniser
    ) -> AnsweredFall:
        """What is answered; the scene goes on until STATE after the fall."""
        times = np.arange(-_LEAD, self._end + STATE, 1 / rate)
        answers, tracks = self._view.answers(source, times, pipeline, recogniser)
        return AnsweredFall(
            source,
            self._view.name,
            self._part.before,
            float(times[-1] - times[0]),
            answers,
            tracks,
            self._start,
            self._end,
            self._part.after,
        )


class _OtherScene:
    """A person moves without a fall."""

    KINDS: Final = ("actions", "other movements", "reserved movements", "postures", "idle")

    def __init__(self, rng: Rng, number: int) -> None:
        body = Body.random(rng)
        self._kind = self.KINDS[number % len(self.KINDS)]
        drawn = {
            "actions": [label for label in ACTIONS if label != FALL],
            "other movements": list(OTHERS),
            "reserved movements": list(RESERVED),
            "postures": list(POSTURES),
            "idle": [IDLE],
        }[self._kind]
        names = rng.choice(drawn, 3).tolist()
        maker = posture_performance if self._kind == "postures" else None
        parts = linked(
            [maker(rng, name, body) if maker else perform(name, rng, body) for name in names], rng
        )
        starts = _EACH * np.arange(len(parts), dtype=np.float64)
        self._view = _View(rng, parts, starts)
        self._seconds = _EACH * len(parts)

    def answered(
        self, source: str, rate: float, pipeline: Pipeline, recogniser: Recogniser
    ) -> Answered:
        """What is answered."""
        times = np.arange(0.0, self._seconds, 1 / rate)
        answers, tracks = self._view.answers(source, times, pipeline, recogniser)
        return Answered(source, self._view.name, self._kind, self._seconds, answers, tracks)


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else float("nan")


def fall_table(report: FallReport) -> Table:
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
        rows += [_fall_row(name, group) for name, group in groups.items() if group]
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


def _fall_row(name: str, falls: Sequence[AnsweredFall]) -> tuple[str, ...]:
    delays = [one.delay for one in falls if one.delay is not None]
    return (
        name,
        str(len(falls)),
        f"{100 * len(delays) / len(falls):.0f}",
        f"{np.median(delays):.2f}" if delays else "-",
        f"{100 * _share(one.state_answered for one in falls):.0f}",
        f"{100 * np.mean([one.lost for one in falls]):.0f}",
        f"{100 * _share(one.has_new_id for one in falls):.0f}",
    )


def false_fall_table(report: FallReport) -> Table:
    """A row for each source and kind of scene, and for all of a source."""
    rows = []
    for source in (IMAGES, POSES):
        scenes = [one for one in report.others if one.source == source]
        kinds = [(kind, [one for one in scenes if one.kind == kind]) for kind in _OtherScene.KINDS]
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
    tables = (fall_table(report), false_fall_table(report))
    text = "\n".join(table.markdown() for table in tables)
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
