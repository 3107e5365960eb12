"""Windows that the action model is trained, calibrated and tested on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.labelled import (
    LabelledKeypoints,
    LabelledPoses,
    load_keypoints,
    save_keypoints,
)
from pose_action_ros.lab.training.action.people import simulated_gestures, simulated_person
from pose_action_ros.lab.training.action.settings import ActionData
from pose_action_ros.lab.training.action.windows import (
    NO_MIRROR,
    WindowMixture,
    WindowSet,
    WindowSpec,
    find_windows,
)
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS

NAMES = (*ACTIONS, UNKNOWN)
"""Labels of recordings: the actions, and none of them."""
PARTS = ("train", "validation", "test")
UNNAMED = 300
"""Number of gestures without a class, in the validation and in the test part."""
UNNAMED_SHARE = 0.4
"""People who perform them, per person who performs actions."""


def mirrored_labels(labels: tuple[str, ...] = ACTIONS) -> npt.NDArray[np.int64]:
    """(L,) index of each action's mirror image: its own if the name has no side.

    NO_MIRROR where the opposite side is none of the labels.
    """
    swapped = [_other_side(label) for label in labels]
    return np.array([labels.index(other) if other in labels else NO_MIRROR for other in swapped])


def _other_side(label: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(word, word) for word in label.split("_"))


def _load_all(files: str, names: Sequence[str] = NAMES) -> list[LabelledKeypoints]:
    """Read all people of several files, separated by spaces."""
    return [person for path in files.split() for person in load_keypoints(Path(path), names)]


@dataclass(frozen=True)
class TrainingData:
    """Windows of simulated and recorded people.

    Args:
        choices: numbers and kinds of people.
        spmf: how images are drawn.
        folder: cache of simulated people.
    """

    choices: ActionData
    spmf: SpmfSettings
    folder: Path

    @cached_property
    def _lifter(self) -> Lifter:
        return Lifter(LifterSettings())

    def examples(self) -> WindowMixture:
        """Windows for training."""
        choices = self.choices
        sources, rest = {}, 1.0
        for files, share in (
            (choices.rendered, choices.rendered_share),
            (choices.recorded, choices.recorded_share),
            (choices.idle, choices.idle_share),
        ):
            if files:
                sources[self._cut(self.lifted(_load_all(files)))] = share
                rest -= share
        if choices.gestures:
            sources[self.gestures(ACTIONS)] = choices.gesture_share
            rest -= choices.gesture_share
        if choices.rendered_gestures:
            names = gesture_names(choices.gestures)
            people = self.lifted(_load_all(choices.rendered_gestures, names))
            sources[self._gesture_windows(people, ACTIONS)] = choices.rendered_gesture_share
            rest -= choices.rendered_gesture_share
        sources[self.simulated("train")] = max(rest, 0.0)
        return WindowMixture(sources, len(ACTIONS))

    def tests(self) -> dict[str, WindowSet]:
        """Windows for testing by kind: other bodies, styles and cameras."""
        windows = {"simulated": self.simulated("test")}
        if self.choices.rendered_test:
            windows["rendered"] = self._cut(self.lifted(_load_all(self.choices.rendered_test)))
        return windows

    def simulated(self, part: str) -> WindowSet:
        """Windows of simulated people; part is one of PARTS."""
        return self._cut(self.people(part))

    def people(self, part: str) -> list[LabelledPoses]:
        """Poses of simulated people with a simulated detector; cached."""
        choices = self.choices
        count = {"train": choices.people, "validation": choices.validation, "test": choices.test}

        def simulate(number: int) -> LabelledKeypoints:
            rng = np.random.default_rng([choices.seed, PARTS.index(part), number])
            return simulated_person(rng, choices.actions_each)

        name = f"{part}_{count[part]}_{choices.actions_each}"
        return self._cached(name, count[part], simulate, NAMES)

    def gestures(self, labels: Sequence[str]) -> WindowSet:
        """Windows of people who perform unnamed gestures, and stand between them.

        Args:
            labels: of the model; the labels of gestures are the numbers after them.
        """
        choices = self.choices
        names = gesture_names(choices.gestures)

        def simulate(number: int) -> LabelledKeypoints:
            rng = np.random.default_rng([choices.seed, len(PARTS), number])
            return simulated_gestures(rng, names, choices.actions_each)

        name = f"gestures_{choices.gestures}_{choices.gesture_people}_{choices.actions_each}"
        people = self._cached(name, choices.gesture_people, simulate, names)
        return self._gesture_windows(people, labels)

    def unnamed(self, part: str) -> WindowSet:
        """Windows of other gestures, which are never trained on, labelled NO_ACTION.

        Args:
            part: "validation" or "test".
        """
        choices, number = self.choices, PARTS.index(part)
        names = gesture_names(UNNAMED, choices.gestures + number * UNNAMED)
        people = {"validation": choices.validation, "test": choices.test}[part]

        def simulate(person: int) -> LabelledKeypoints:
            rng = np.random.default_rng([choices.seed, len(PARTS) + number, person])
            return simulated_gestures(rng, names, choices.actions_each)

        count = max(1, round(UNNAMED_SHARE * people))
        name = f"unnamed_{part}_{choices.gestures}_{count}_{choices.actions_each}"
        poses = self._cached(name, count, simulate, names)
        windows = [each for each in self.windows(poses) if names[each.label] != "standing"]
        no_labels = np.array([], dtype=np.int64)
        return WindowSet(poses, windows, choices.window, self.spmf, no_labels)

    def _gesture_windows(self, people: Sequence[LabelledPoses], labels: Sequence[str]) -> WindowSet:
        """Windows of people, labelled by indices into gesture_names."""
        choices, count = self.choices, len(labels)
        stands = labels.index("standing") if "standing" in labels else count + choices.gestures
        unchanged = np.arange(count, count + choices.gestures)
        table = np.array([stands, *unchanged])
        numbered = [replace(person, labels=table[person.labels]) for person in people]
        mirrored = np.concatenate([mirrored_labels(tuple(labels)), unchanged])
        return WindowSet(numbered, self.windows(numbered), choices.window, self.spmf, mirrored)

    def _cached(
        self,
        name: str,
        count: int,
        simulate: Callable[[int], LabelledKeypoints],
        names: Sequence[str],
    ) -> list[LabelledPoses]:
        """Poses of people 0 to count - 1, simulated once and read from a file afterwards."""
        path = self.folder / f"{name}_{self.choices.seed}.npz"
        if not path.is_file():
            numbers = tqdm(range(count), f"people: {name}", disable=None)
            save_keypoints(path, [simulate(number) for number in numbers], names)
        return self.lifted(load_keypoints(path, names))

    def lifted(self, people: Sequence[LabelledKeypoints]) -> list[LabelledPoses]:
        """The poses of people."""
        return [person.lifted(self._lifter, self.spmf.min_score) for person in people]

    def _cut(self, people: Sequence[LabelledPoses]) -> WindowSet:
        windows = self.windows(people)
        return WindowSet(people, windows, self.choices.window, self.spmf, mirrored_labels())

    def windows(self, people: Sequence[LabelledPoses]) -> list[WindowSpec]:
        """Positions of the windows of people."""
        choices = self.choices
        return find_windows(people, choices.every, choices.settle, choices.shortest)
