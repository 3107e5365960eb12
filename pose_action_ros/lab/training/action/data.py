"""Windows that the action model is trained, calibrated and tested on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.augmentation import vary_style
from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.people import PARTS, Crew, Group, all_groups
from pose_action_ros.lab.training.action.recombination import gestures_among
from pose_action_ros.lab.training.action.scripts import label_of
from pose_action_ros.lab.training.action.settings import KINDS, WAYS, ActionData
from pose_action_ros.lab.training.action.visible import NO_ACTION, Visible
from pose_action_ros.lab.training.action.windows import (
    NO_MIRROR,
    OMITTED,
    PAUSED,
    Numbering,
    Style,
    WindowMixture,
    WindowSet,
    WindowSpec,
    find_windows,
)
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS


def mirrored_labels(labels: Sequence[str] = ACTIONS) -> npt.NDArray[np.int64]:
    """(L,) index of each action's mirror image: its own if the name has no side.

    NO_MIRROR where the opposite side is none of the labels.
    """
    swapped = [_other_side(label) for label in labels]
    return np.array([labels.index(other) if other in labels else NO_MIRROR for other in swapped])


def _other_side(label: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(word, word) for word in label.split("_"))


@dataclass(frozen=True)
class TrainingData:
    """Windows of simulated and recorded people.

    Args:
        choices: numbers and kinds of people.
        spmf: how images are drawn.
        folder: for the files of the people.
        labels: of the model. The numbers after them are the unnamed gestures.
        omitted: of the labels: simulated people in these are not trained on.
    """

    choices: ActionData
    spmf: SpmfSettings
    folder: Path
    labels: tuple[str, ...] = ACTIONS
    omitted: tuple[str, ...] = ()

    @property
    def crew(self) -> Crew:
        """The people."""
        return Crew(self.choices, self.spmf.min_score, self.folder)

    def make_people(self) -> None:
        """Make all people; those of an interrupted run are kept."""
        self.crew.make([group for part in PARTS for group in all_groups(part)])

    def examples(self) -> WindowMixture:
        """Windows for training."""
        return WindowMixture(self.sources(KINDS), len(self.labels))

    def sources(self, kinds: Sequence[str]) -> dict[WindowSet, float]:
        """Windows of people for training, and their shares of the images."""
        choices, result = self.choices, {}
        for kind in kinds:
            groups = {way: Group("train", kind, way) for way in WAYS}
            ways = [way for way in WAYS if groups[way].count(choices)]
            shares = {"rendered": choices.rendered_share, "simulated": 1 - choices.rendered_share}
            total = sum(shares[way] for way in ways)
            for way in ways:
                share = getattr(choices, f"{kind}_share") * shares[way] / total if total else 0.0
                result[self.windows("train", [kind], [way])] = share
        return result

    def windows(
        self, part: str, kinds: Iterable[str] = KINDS, ways: Sequence[str] = WAYS
    ) -> WindowSet:
        """Windows of people of a part, of kinds, made in ways: of PARTS, KINDS and WAYS."""
        groups = [Group(part, kind, way) for kind in kinds for way in ways]
        return self.cut(self.crew.poses(groups))

    def cut(self, people: Sequence[LabelledPoses]) -> WindowSet:
        """The windows of people."""
        choices = self.choices
        windows = find_windows(people, self.number, choices.every, choices.settle, choices.shortest)
        gestures = gestures_among(self.labels, choices.gestures)
        return self.window_set(people, windows, style=vary_style, gestures=gestures)

    def window_set(
        self,
        people: Sequence[LabelledPoses],
        windows: Sequence[WindowSpec],
        mirrored: npt.NDArray[np.int64] | None = None,
        *,
        style: Style | None = None,
        gestures: npt.NDArray[np.bool_] | None = None,
    ) -> WindowSet:
        """Windows of people at some positions, see WindowSet; mirrored labels may be others."""
        count = len(self.labels)
        own = mirrored_labels(self.labels) if mirrored is None else mirrored
        return WindowSet(
            people,
            windows,
            self.choices.window,
            self.spmf,
            np.concatenate([own, np.arange(count, count + self.choices.gestures)]),
            visible=Visible(self.labels),
            style=style,
            gestures=gestures,
        )

    @property
    def number(self) -> Numbering:
        """Class of each name that people are labelled with."""
        trained = {
            name: index for index, name in enumerate(self.labels) if name not in self.omitted
        }
        trained |= dict.fromkeys(self.omitted, OMITTED)
        for index, name in enumerate(gesture_names(self.choices.gestures)[1:]):
            trained[name] = len(self.labels) + index
        trained[UNKNOWN] = PAUSED
        return lambda name: trained.get(label_of(name), NO_ACTION)
