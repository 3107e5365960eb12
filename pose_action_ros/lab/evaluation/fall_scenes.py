"""Simulated scenes with a fall and with other movements, through images or as exact 3D poses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.lab.evaluation.fall_answers import (
    FALL,
    IMAGES,
    STATE,
    Answered,
    AnsweredFall,
)
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

IDLE: Final = "standing"
CAMERAS: Final = {"low": (0.2, 0.6), "eye": (1.1, 1.7), "ceiling": (2.3, 2.9)}
"""Name to least and greatest height [m]."""

_LEAD: Final = 2.5  # [s] before a performance, in which a person stands or sits
_DISTANCES: Final = (2.0, 6.0)  # [m] along the floor
_FIELDS: Final = (55.0, 85.0)  # [degrees]
_SIZE: Final = (640, 480)
_EACH: Final = 4.0  # [s] of another movement
_WALL: Final = 1.5  # [m] least height of a wall, which hides people from cameras behind it
_BESIDE_WALL: Final = 1.2  # [rad] greatest angle of a camera to the side of a person at a wall


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


class FallScene:
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


class OtherScene:
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
