"""People that the action model is trained, calibrated and tested on, made once and kept in files.

Each is made from its own random seed in one of several processes, so that an interrupted run
continues. An existing person is lifted again if the lifter has changed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pose_action_ros.detection import Detector, DetectorSettings, make_detector
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.training.action.captured_people import excerpt, posed_excerpt, read_people
from pose_action_ros.lab.training.action.framing import View, random_view
from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.labelled import (
    LabelledKeypoints,
    LabelledPoses,
    SavedPerson,
)
from pose_action_ros.lab.training.action.rendered_people import (
    RENDERED_RATES,
    detect_and_track,
    figure_images,
    scene_images,
)
from pose_action_ros.lab.training.action.scripts import (
    MOVEMENTS,
    action_script,
    dealt,
    gesture_script,
    idle_script,
    other_script,
)
from pose_action_ros.lab.training.action.settings import KINDS, WAYS, ActionData
from pose_action_ros.lab.training.action.simulated_people import random_stamps, simulate_keypoints
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.card import find_model, read_card
from pose_action_ros.simulation import ACTIONS, Body, Script, VirtualCamera

Array = npt.NDArray[np.float64]
Rng = np.random.Generator

PARTS: Final = ("train", "validation", "test")
UNSEEN: Final = 300
"""Number of unnamed gestures in each of the other parts; training has other gestures."""
_UNSEEN_SHARE: Final = 0.5  # of the movements without an action in these parts
_LOGGED: Final = 30.0  # time between log messages [s]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """People of one part, of one kind, made in one way: one of PARTS, of KINDS and of WAYS."""

    part: str
    kind: str
    way: str

    def count(self, choices: ActionData) -> int:
        """Number of people."""
        count: int = getattr(choices, f"{self.way}_{self.kind}")
        if self.kind == "gestures" and self.part != "train":
            return 0  # the other parts have other gestures, among the movements without an action
        if self.kind == "captured" and not _captures(choices)[self.part]:
            return 0
        return count if self.part == "train" else -(-count * choices.held_out // 100)


def all_groups(part: str) -> list[Group]:
    """All groups of a part."""
    return [Group(part, kind, way) for way, kind in product(WAYS, KINDS)]


@dataclass(frozen=True)
class Crew:
    """The people of a run.

    Args:
        choices: numbers and kinds of people.
        min_score: joints with a lower score are missing.
        folder: for the files.
    """

    choices: ActionData
    min_score: float
    folder: Path

    def poses(self, groups: Iterable[Group]) -> list[LabelledPoses]:
        """The lifted poses of all people of groups; those without a file are made."""
        chosen = list(groups)
        self.make(chosen)
        return [
            SavedPerson.load(self.path(group, number)).poses
            for group in chosen
            for number in range(group.count(self.choices))
        ]

    def path(self, group: Group, number: int) -> Path:
        """File of a person; settings that change people change the folder."""
        choices = self.choices
        kept = {
            "seed": choices.seed,
            "simulated_each": choices.simulated_each,
            "rendered_each": choices.rendered_each,
            "gestures": choices.gestures,
            "captures": [Path(path).name for path in choices.captures.split(",")],
            "subjects": [choices.validation_subjects, choices.test_subjects],
        }
        digest = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:8]
        name = f"{group.part}_{group.kind}_{group.way}"
        return self.folder / f"people_{digest}" / name / f"{number:05}.npz"

    def make(self, groups: Sequence[Group]) -> None:
        """Make the files of people that have none, or one of another lifter."""
        tasks = [
            (self, group, number)
            for group in groups
            for number in range(group.count(self.choices))
            if _lifter_of(self.path(group, number)) != self.lifter
        ]
        if not tasks:
            return
        if not self.choices.workers:
            _report(map(_make, tasks), len(tasks))
            return
        with get_context("spawn").Pool(min(self.choices.workers, len(tasks))) as pool:
            _report(pool.imap_unordered(_make, tasks), len(tasks))

    @property
    def lifter(self) -> str:
        """What the poses depend on beside the keypoints."""
        return f"{_lifter_checksum()} {self.min_score}"


def _report(made: Iterable[Group], count: int) -> None:
    """Wait for all people; log the progress."""
    begun = logged = time.monotonic()
    for number, group in enumerate(made, start=1):
        now = time.monotonic()
        if now - logged > _LOGGED or number == count:
            logged = now
            left = (now - begun) / number * (count - number)
            _log.info("%d of %d people, %.0f s left; %s", number, count, left, group)


def _lifter_of(path: Path) -> str:
    """The lifter of a person's file, empty without a readable file."""
    try:
        with np.load(path) as file:
            return str(file["lifter"])
    except (OSError, KeyError, ValueError, BadZipFile):
        return ""


@lru_cache(maxsize=1)
def _lifter_checksum() -> str:
    return read_card(find_model(LifterSettings().lifter_model), "lifter").sha256[:16]


@lru_cache(maxsize=1)
def _lifter() -> Lifter:
    return Lifter(LifterSettings())


@lru_cache(maxsize=1)
def _detector() -> Detector:
    return make_detector(DetectorSettings(detector_threads=1, max_people=1))


def _make(task: tuple[Crew, Group, int]) -> Group:
    """Make or lift one person, the same in every process; returns its group."""
    crew, group, number = task
    path = crew.path(group, number)
    keypoints = (
        SavedPerson.load(path).keypoints
        if _lifter_of(path)
        else make_person(crew.choices, group, number)
    )
    poses = keypoints.lifted(_lifter(), crew.min_score)
    SavedPerson(keypoints, poses, crew.lifter).save(path)
    return group


def make_person(choices: ActionData, group: Group, number: int) -> LabelledKeypoints:
    """Tracked keypoints of one person of a group."""
    place = (PARTS.index(group.part), KINDS.index(group.kind), WAYS.index(group.way))
    rng = np.random.default_rng([choices.seed, *place, number])
    body = Body.random(rng)
    view = random_view(rng, body.height)
    if group.kind == "captured":
        return _captured(choices, group, view, rng)
    script, length = _script(choices, group, number, view=view, body=body, rng=rng)
    return observe(script, length, view.camera, rng, rendered=group.way == "rendered")


def observe(
    script: Script,
    length: float,
    camera: VirtualCamera,
    rng: Rng,
    *,
    rendered: bool,
    begin: float = 0.0,
) -> LabelledKeypoints:
    """Tracked keypoints of the person of a script for a time [s].

    Args:
        script: what the person does.
        length: of the recording [s].
        camera: before the person.
        rng: random generator of timestamps, surroundings and detector errors.
        rendered: True for images and the real detector, False for a simulated one.
        begin: of the recording, in the script [s].
    """
    stamps = begin + _stamps(rng, length, rendered)
    labels = np.array(script.labels(stamps))
    if not rendered:
        return simulate_keypoints(script.joints(stamps), stamps, labels, camera, rng)
    _detector().reset()
    images = scene_images(script, stamps, camera, rng)
    return detect_and_track(images, stamps, labels, camera.intrinsics, _detector())


def _stamps(rng: Rng, length: float, rendered: bool) -> Array:
    return random_stamps(rng, length, RENDERED_RATES) if rendered else random_stamps(rng, length)


def _script(
    choices: ActionData, group: Group, number: int, *, view: View, body: Body, rng: Rng
) -> tuple[Script, float]:
    """What a person of a group does, and for how long [s]."""
    if group.kind == "idle":
        return idle_script(rng, view, body)
    count: int = getattr(choices, f"{group.way}_each")
    names = {
        "actions": ACTIONS,
        "others": MOVEMENTS,
        "gestures": gesture_names(choices.gestures)[1:],
    }[group.kind]
    part = PARTS.index(group.part)
    order = dealt(names, number, count, [choices.seed, part, KINDS.index(group.kind)])
    if group.kind == "actions":
        return action_script(rng, view, body, order)
    if group.kind == "gestures":
        return gesture_script(rng, view, body, order)
    if part:
        unseen = gesture_names(UNSEEN, choices.gestures + part * UNSEEN)[1:]
        order = [
            str(rng.choice(unseen)) if rng.random() < _UNSEEN_SHARE else name for name in order
        ]
    return other_script(rng, view, body, order)


def _captures(choices: ActionData) -> Mapping[str, Sequence[Capture]]:
    return read_people(choices.captures, choices.validation_subjects, choices.test_subjects)


def _captured(choices: ActionData, group: Group, view: View, rng: Rng) -> LabelledKeypoints:
    """An excerpt of a recording, rendered and detected, or with a simulated detector."""
    capture = excerpt(_captures(choices)[group.part], rng)
    stamps = _stamps(rng, len(capture.joints) / capture.rate, group.way == "rendered")
    body, figure = posed_excerpt(capture, stamps, view, rng)
    labels = np.full(len(stamps), capture.action)
    if group.way == "simulated":
        return simulate_keypoints(figure.joints, stamps, labels, view.camera, rng)
    _detector().reset()
    moments = [figure.moment(row) for row in range(len(stamps))]
    images = figure_images(body, moments, stamps, view.camera, rng)
    return detect_and_track(images, stamps, labels, view.camera.intrinsics, _detector())
