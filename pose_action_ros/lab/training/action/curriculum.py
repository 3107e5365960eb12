"""What a model is taught: labels, windows of lessons, and simulated people who keep up the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from tqdm import tqdm

from pose_action_ros import __version__
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.cells import CellNetwork
from pose_action_ros.lab.training.action.data import NAMES, RobotData, mirrored_labels
from pose_action_ros.lab.training.action.lessons import Lesson, places_of
from pose_action_ros.lab.training.action.model import ActionModel
from pose_action_ros.lab.training.action.recordings import Recording
from pose_action_ros.lab.training.action.settings import ActionData
from pose_action_ros.lab.training.action.styles import filmed_again, sometimes_held
from pose_action_ros.lab.training.action.windows import ONE_SIDED, Place, Style, WindowSet
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.settings import Settings, setting
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.skeletons import HUMAN36M_17

CHECKED = 60
"""Simulated people that what stayed is measured on, and probabilities calibrated."""
COPIES = 24
"""Other people before other cameras, made of each recording."""
GESTURE_PEOPLE, GESTURE_SHARE = 120, 0.2
"""Simulated people who make gestures without a name, and their part of what is replayed."""
PACE = 0.2
"""How much the tempos of taught actions are varied."""


@dataclass(frozen=True)
class TeachSettings(Settings):
    """How a model is taught."""

    base: str = setting("action", "model to start from: shipped name, or path to an .onnx file")
    keep: str = setting(
        "all", "actions of the base that stay: all, none, or names with commas between"
    )
    mirror: bool = setting(
        True,
        "an action without left or right in its name is the same in the mirror; those with a side "
        "become the other side's, where that has a name",
    )
    seed: int = setting(1, "of everything random", low=0)
    epochs: int = setting(8, "passes over all weights; 0 for the last layer alone", low=0)
    samples: int = setting(4000, "augmented images per pass", low=2)
    learning_rate: float = setting(1e-3, "of these passes at its peak", low=0.0)
    people: int = setting(300, "simulated people who keep up the base's actions", low=1)
    threads: int = setting(2, "CPU threads", low=1, high=64)


def labels_after(base: Sequence[str], keep: str, taught: Sequence[str]) -> tuple[str, ...]:
    """The labels of the model to be: those of the base that stay, then the new ones by name.

    Raises:
        SettingError: to keep what the base does not know.
        InputError: a single action would be left, or one that stays can neither be simulated nor
            is it among the taught.
    """
    kept = {"all": list(base), "none": []}.get(keep)
    if kept is None:
        kept = [name.strip() for name in keep.split(",") if name.strip()]
    unknown = [name for name in kept if name not in base]
    if unknown:
        raise SettingError(f"cannot keep {', '.join(unknown)}; the base knows {', '.join(base)}")
    lost = [name for name in kept if name not in ACTIONS and name not in taught]
    if lost:
        raise InputError(
            f"{', '.join(lost)} of the base would be forgotten: put the recordings they were "
            "taught with into the folder, or leave them out with --keep"
        )
    labels = (*(name for name in base if name in kept), *sorted(set(taught) - set(kept)))
    if len(labels) < 2:
        raise InputError(
            f"{labels[0]} alone would be known, which nothing could be told apart from; record "
            "another action, or keep some of the base"
        )
    return labels


class Curriculum:
    """All windows that a model is taught with.

    Args:
        base: the model to start from.
        lessons: recordings of the actions.
        settings: which labels stay, what the mirror does.

    Attributes:
        labels: of the model to be.
        kept: those of them that the base knows.
        lessons: as given.

    Raises:
        InputError, SettingError: see labels_after.
        ModelError: the base is not of one person's Human3.6M joints.
    """

    def __init__(
        self, base: ActionModel, lessons: Sequence[Lesson], settings: TeachSettings
    ) -> None:
        if (base.spmf.people, base.spmf.skeleton) != (1, HUMAN36M_17.name):
            raise ModelError(
                f"the base looks at {base.spmf.people} people with skeleton "
                f"{base.spmf.skeleton!r}, expected one with {HUMAN36M_17.name!r}; start from the "
                "shipped model"
            )
        taught = {lesson.label for lesson in lessons}
        self.labels = labels_after(base.labels, settings.keep, sorted(taught))
        self.kept = tuple(name for name in self.labels if name in base.labels)
        self.lessons, self._seed = lessons, settings.seed
        self._mirrored = mirrored_labels(self.labels)
        if not settings.mirror:
            alike = self._mirrored == np.arange(len(self.labels))
            new = [name not in self.kept for name in self.labels]
            self._mirrored = np.where(alike & new, ONE_SIDED, self._mirrored)
        self._data = RobotData(
            ActionData(
                people=settings.people,
                validation=CHECKED,
                window=base.window,
                gestures=base.network.shape.spare if isinstance(base.network, CellNetwork) else 0,
                gesture_people=GESTURE_PEOPLE,
            ),
            base.spmf,
            cache_folder() / "simulated_people" / __version__,
        )

    @property
    def taught(self) -> tuple[str, ...]:
        """The labels of lessons."""
        found = {lesson.label for lesson in self.lessons}
        return tuple(name for name in self.labels if name in found)

    @property
    def one_sided(self) -> tuple[str, ...]:
        """The labels of lessons with a side whose other side is none of the labels."""
        alone = mirrored_labels(self.labels) == ONE_SIDED
        return tuple(
            name
            for name, one in zip(self.labels, alone, strict=True)
            if one and name in self.taught
        )

    def windows(self, chosen: Iterable[int], copies: int = 0) -> WindowSet:
        """Those of the lessons with these numbers, one after another.

        Args:
            chosen: which lessons.
            copies: of each by other people before other cameras, besides.
        """
        recordings: list[Recording] = []
        places: list[Place] = []
        for number in chosen:
            label = self.labels.index(self.lessons[number].label)
            for poses in [self.lessons[number].poses, *self._copies[number][:copies]]:
                places += places_of(poses, len(recordings), label)
                recordings.append(poses)
        return self._set(recordings, places, sometimes_held, PACE)

    @cached_property
    def _copies(self) -> list[list[Recording]]:
        """COPIES of each lesson."""
        return [
            self._data.lifted(
                [
                    filmed_again(lesson.poses, np.random.default_rng([self._seed, number, copy]))
                    for copy in range(COPIES)
                ]
            )
            for number, lesson in enumerate(tqdm(self.lessons, "other views", disable=None))
        ]

    def replay(self) -> dict[WindowSet, float]:
        """What keeps up what the base knows, and which part of the images each makes."""
        people = self.simulated("train")
        if not self._data.choices.gestures:
            return {people: 1.0}
        return {people: 1 - GESTURE_SHARE, self._data.gestures(self.labels): GESTURE_SHARE}

    def simulated(self, part: str) -> WindowSet:
        """People who do what the simulation knows: what stayed, and nothing in particular.

        They are made once, which takes a minute, and kept in the user's cache.
        """
        return self.shown(self._data.people(part))

    def shown(self, people: Iterable[Recording]) -> WindowSet:
        """People whose labels are those of the simulation, and nothing in particular, see NAMES."""
        table = np.array(
            [self.labels.index(name) if name in self.kept else len(self.labels) for name in NAMES]
        )
        labelled = [replace(person, labels=table[person.labels]) for person in people]
        return self._set(labelled, self._data.places(labelled))

    def _set(
        self,
        recordings: Sequence[Recording],
        places: Sequence[Place],
        style: Style | None = None,
        pace: float = 0.12,
    ) -> WindowSet:
        seconds, spmf = self._data.choices.window, self._data.spmf
        return WindowSet(recordings, places, seconds, spmf, self._mirrored, style=style, pace=pace)
