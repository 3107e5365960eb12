"""Data that a model is taught with: its labels, windows of demonstrations, simulated people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from tqdm import tqdm

from pose_action_ros import __version__
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.training.action.augmentation import hold_first_pose
from pose_action_ros.lab.training.action.data import TrainingData, mirrored_labels
from pose_action_ros.lab.training.action.demonstrations import Demonstration, windows_of
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.model import ActionModel
from pose_action_ros.lab.training.action.settings import ActionData, TeachSettings
from pose_action_ros.lab.training.action.simulated_people import varied_person
from pose_action_ros.lab.training.action.windows import NO_MIRROR, WindowSet, WindowSpec
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.models.cache import cache_folder
from pose_action_ros.settings import names_of
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.skeletons import HUMAN36M_17

HELD_OUT = 20
"""Simulated people that kept actions are tested and probabilities calibrated with, per 100 others.
"""
COPIES = 24
"""Variations of each demonstration: other people in front of other cameras."""
GESTURE_PEOPLE, GESTURE_SHARE = 120, 0.15
"""Simulated people who perform unnamed gestures, and their share of the replayed images."""
OTHER_PEOPLE, OTHER_SHARE = 120, 0.2
"""The same of movements that are no action, which the taught model should reject, too."""


def labels_after(base: Sequence[str], keep: str, taught: Sequence[str]) -> tuple[str, ...]:
    """Labels of the taught model: kept labels of the base, then new labels in order of name.

    Raises:
        SettingError: a label to keep is none of the base.
        InputError: there would be one action only, or one to keep can neither be simulated nor is
            it taught.
    """
    kept = {"all": list(base), "none": []}.get(keep)
    if kept is None:
        kept = list(names_of(keep))
    unknown = [name for name in kept if name not in base]
    if unknown:
        raise SettingError(f"cannot keep {', '.join(unknown)}; the base has {', '.join(base)}")
    lost = [name for name in kept if name not in ACTIONS and name not in taught]
    if lost:
        raise InputError(
            f"{', '.join(lost)} of the base would be forgotten: put the recordings they were "
            "taught with into the folder, or omit them from --keep"
        )
    labels = (*(name for name in base if name in kept), *sorted(set(taught) - set(kept)))
    if len(labels) < 2:
        raise InputError(
            f"{labels[0]} would be the only action, expected at least two; record another action, "
            "or keep actions of the base"
        )
    return labels


class TeachingData:
    """All windows that a model is taught with.

    Args:
        base: model to start from.
        demonstrations: of the actions to teach.
        settings: labels to keep, mirroring, number of people.

    Attributes:
        labels: of the taught model.
        kept: the labels that the base has, too.
        demonstrations: as passed.

    Raises:
        InputError, SettingError: see labels_after.
        ModelError: the base is not a model of one person with Human3.6M joints.
    """

    def __init__(
        self, base: ActionModel, demonstrations: Sequence[Demonstration], settings: TeachSettings
    ) -> None:
        if (base.spmf.people, base.spmf.skeleton) != (1, HUMAN36M_17.name):
            raise ModelError(
                f"the base is a model of {base.spmf.people} people with skeleton "
                f"{base.spmf.skeleton!r}, expected one with {HUMAN36M_17.name!r}; start from the "
                "shipped model"
            )
        taught = {demonstration.label for demonstration in demonstrations}
        self.labels = labels_after(base.labels, settings.keep, sorted(taught))
        self.kept = tuple(name for name in self.labels if name in base.labels)
        self.demonstrations, self._seed = demonstrations, settings.seed
        self._mirrored = mirrored_labels(self.labels)
        if not settings.mirror:
            unchanged = self._mirrored == np.arange(len(self.labels))
            new = [name not in self.kept for name in self.labels]
            self._mirrored = np.where(unchanged & new, NO_MIRROR, self._mirrored)
        spare = base.network.shape.spare
        self._data = TrainingData(
            ActionData(
                simulated_actions=settings.people,
                held_out=HELD_OUT,
                window=base.window,
                gestures=spare,
                simulated_gestures=GESTURE_PEOPLE if spare else 0,
                simulated_others=OTHER_PEOPLE,
                actions_share=1 - GESTURE_SHARE - OTHER_SHARE,
                gestures_share=GESTURE_SHARE,
                others_share=OTHER_SHARE,
            ),
            base.spmf,
            cache_folder() / "simulated_people" / __version__,
            self.labels,
            tuple(name for name in self.labels if name not in self.kept),
        )

    @property
    def taught(self) -> tuple[str, ...]:
        """Labels of the demonstrations."""
        taught = {demonstration.label for demonstration in self.demonstrations}
        return tuple(name for name in self.labels if name in taught)

    @property
    def untaught(self) -> tuple[str, ...]:
        """Kept labels without demonstrations."""
        return tuple(name for name in self.kept if name not in self.taught)

    @property
    def one_sided(self) -> tuple[str, ...]:
        """Labels of demonstrations with a side but without a label for the opposite side."""
        mirrored = mirrored_labels(self.labels)
        return tuple(
            name
            for name, other in zip(self.labels, mirrored, strict=True)
            if other == NO_MIRROR and name in self.taught
        )

    def windows(self, chosen: Iterable[int], copies: int = 0) -> WindowSet:
        """Windows of the demonstrations with these numbers.

        Args:
            chosen: numbers of demonstrations.
            copies: variations of each, in addition.
        """
        recordings: list[LabelledPoses] = []
        windows: list[WindowSpec] = []
        for number in chosen:
            label = self.labels.index(self.demonstrations[number].label)
            for poses in [self.demonstrations[number].poses, *self._copies[number][:copies]]:
                windows += windows_of(poses, len(recordings), label)
                recordings.append(poses)
        return self._data.window_set(recordings, windows, self._mirrored, style=hold_first_pose)

    @cached_property
    def _copies(self) -> list[list[LabelledPoses]]:
        """COPIES of each demonstration."""
        lifter = Lifter(LifterSettings())
        return [
            [
                varied_person(
                    demonstration.poses, np.random.default_rng([self._seed, number, copy])
                ).lifted(lifter, self._data.spmf.min_score)
                for copy in range(COPIES)
            ]
            for number, demonstration in enumerate(
                tqdm(self.demonstrations, "variations", disable=None)
            )
        ]

    def replay(self) -> dict[WindowSet, float]:
        """Simulated people, and their shares of the images: kept actions, others, gestures."""
        return self._data.sources(("actions", "others", "gestures"))

    def simulated(self, part: str) -> WindowSet:
        """People who perform simulated actions and other movements, labelled as no action.

        So are actions that are not kept. The people are simulated once and cached.
        """
        return self._data.windows(part, ("actions", "others"))

    def relabelled(self, people: Iterable[LabelledPoses]) -> WindowSet:
        """Windows of people who perform simulated actions."""
        return self._data.cut(list(people))
