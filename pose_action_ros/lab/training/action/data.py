"""The windows that the action model is trained, calibrated and measured on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from pose_action_ros.lab.training.action.gestures import gesture_names
from pose_action_ros.lab.training.action.recordings import (
    Recording,
    Sighting,
    load_sightings,
    save_sightings,
)
from pose_action_ros.lab.training.action.seen import gesture_sighting, simulated_sighting
from pose_action_ros.lab.training.action.settings import ActionData
from pose_action_ros.lab.training.action.windows import (
    ONE_SIDED,
    Place,
    WindowExamples,
    WindowSet,
    find_windows,
)
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation import ACTIONS

NAMES = (*ACTIONS, UNKNOWN)
"""What recordings show: the actions, and what is none of them."""

PARTS = ("train", "validation", "test")
UNNAMED = 300
"""Gestures that are none of those to train on, in each part that has some."""
UNNAMED_SHARE = 0.4
"""How many people make them, for each who does actions."""


def mirrored_labels(labels: tuple[str, ...] = ACTIONS) -> npt.NDArray[np.int64]:
    """(L,) index of what each action is in the mirror: itself when its name has no side.

    ONE_SIDED where the other side is none of the labels.
    """
    swapped = [_other_side(label) for label in labels]
    return np.array([labels.index(other) if other in labels else ONE_SIDED for other in swapped])


def _other_side(label: str) -> str:
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(word, word) for word in label.split("_"))


def _seen_in(files: str, names: Sequence[str] = NAMES) -> list[Sighting]:
    """All people of files with spaces between their names."""
    return [one for path in files.split() for one in load_sightings(Path(path), names)]


@dataclass(frozen=True)
class RobotData:
    """Simulated and recorded people as the robot sees them.

    Args:
        choices: which people.
        spmf: how images are made.
        folder: where simulated people are kept once they are made.
    """

    choices: ActionData
    spmf: SpmfSettings
    folder: Path

    @cached_property
    def _lifter(self) -> Lifter:
        return Lifter(LifterSettings())

    def examples(self) -> WindowExamples:
        """To train on."""
        choices = self.choices
        sources, rest = {}, 1.0
        for files, share in (
            (choices.rendered, choices.rendered_share),
            (choices.recorded, choices.recorded_share),
            (choices.idle, choices.idle_share),
        ):
            if files:
                sources[self.windows(_seen_in(files))] = share
                rest -= share
        if choices.gestures:
            sources[self.gestures(ACTIONS)] = choices.gesture_share
            rest -= choices.gesture_share
        if choices.rendered_gestures:
            names = gesture_names(choices.gestures)
            people = self.lifted(_seen_in(choices.rendered_gestures, names))
            sources[self._gesture_windows(people, ACTIONS)] = choices.rendered_gesture_share
            rest -= choices.rendered_gesture_share
        sources[self.simulated("train")] = max(rest, 0.0)
        return WindowExamples(sources, len(ACTIONS))

    def tests(self) -> dict[str, WindowSet]:
        """To measure on: other bodies, styles and cameras."""
        found = {"simulated": self.simulated("test")}
        if self.choices.rendered_test:
            found["rendered"] = self.windows(_seen_in(self.choices.rendered_test))
        return found

    def simulated(self, part: str) -> WindowSet:
        """Windows of simulated people."""
        return self.cut(self.people(part))

    def people(self, part: str) -> list[Recording]:
        """Simulated people before a detector that is simulated, too; made once."""
        choices = self.choices
        count = {"train": choices.people, "validation": choices.validation, "test": choices.test}

        def see(number: int) -> Sighting:
            rng = np.random.default_rng([choices.seed, PARTS.index(part), number])
            return simulated_sighting(rng, choices.actions_each)

        return self._made(f"{part}_{count[part]}_{choices.actions_each}", count[part], see, NAMES)

    def gestures(self, labels: Sequence[str]) -> WindowSet:
        """Windows of people who make gestures without a name, and stand between them.

        Args:
            labels: those of the model; gestures have the numbers after them.
        """
        choices = self.choices
        names = gesture_names(choices.gestures)

        def see(number: int) -> Sighting:
            rng = np.random.default_rng([choices.seed, len(PARTS), number])
            return gesture_sighting(rng, names, choices.actions_each)

        name = f"gestures_{choices.gestures}_{choices.gesture_people}_{choices.actions_each}"
        people = self._made(name, choices.gesture_people, see, names)
        return self._gesture_windows(people, labels)

    def unnamed(self, part: str) -> WindowSet:
        """Windows of people who make other gestures, which nothing is trained on: no action.

        Args:
            part: "validation" or "test".
        """
        choices, number = self.choices, PARTS.index(part)
        names = gesture_names(UNNAMED, choices.gestures + number * UNNAMED)
        people = {"validation": choices.validation, "test": choices.test}[part]

        def see(person: int) -> Sighting:
            rng = np.random.default_rng([choices.seed, len(PARTS) + number, person])
            return gesture_sighting(rng, names, choices.actions_each)

        count = max(1, round(UNNAMED_SHARE * people))
        name = f"unnamed_{part}_{choices.gestures}_{count}_{choices.actions_each}"
        seen = self._made(name, count, see, names)
        places = [place for place in self.places(seen) if names[place.label] != "standing"]
        nothing = np.array([], dtype=np.int64)
        return WindowSet(seen, places, choices.window, self.spmf, nothing)

    def _gesture_windows(self, people: Sequence[Recording], labels: Sequence[str]) -> WindowSet:
        """Windows of people whose labels are those of gesture_names."""
        choices, known = self.choices, len(labels)
        stands = labels.index("standing") if "standing" in labels else known + choices.gestures
        alike = np.arange(known, known + choices.gestures)
        table = np.array([stands, *alike])
        numbered = [replace(person, labels=table[person.labels]) for person in people]
        mirrored = np.concatenate([mirrored_labels(tuple(labels)), alike])
        return WindowSet(numbered, self.places(numbered), choices.window, self.spmf, mirrored)

    def _made(
        self, name: str, count: int, see: Callable[[int], Sighting], names: Sequence[str]
    ) -> list[Recording]:
        """People of these numbers, made once and kept in a file of this name."""
        path = self.folder / f"{name}_{self.choices.seed}.npz"
        if not path.is_file():
            shown = tqdm(range(count), f"people: {name}", disable=None)
            save_sightings(path, [see(number) for number in shown], names)
        return self.lifted(load_sightings(path, names))

    def windows(self, sightings: list[Sighting]) -> WindowSet:
        """All windows of people seen, after lifting."""
        return self.cut(self.lifted(sightings))

    def lifted(self, sightings: list[Sighting]) -> list[Recording]:
        """The poses of people seen."""
        return [sighting.lifted(self._lifter, self.spmf.min_score) for sighting in sightings]

    def cut(self, recordings: list[Recording]) -> WindowSet:
        """All windows of recorded poses."""
        places = self.places(recordings)
        return WindowSet(recordings, places, self.choices.window, self.spmf, mirrored_labels())

    def places(self, recordings: Sequence[Recording]) -> list[Place]:
        """Where windows of recorded poses are cut."""
        choices = self.choices
        return find_windows(recordings, choices.every, choices.settle, choices.shortest)
