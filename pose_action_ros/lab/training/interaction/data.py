"""Pairs that the model of interactions is trained, calibrated and tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.interaction.poses import load_pairs, paired, placed, save_pairs
from pose_action_ros.lab.training.interaction.settings import InteractionData
from pose_action_ros.lab.training.interaction.views import (
    detected_pair,
    exact_pair,
    rendered_pair,
)
from pose_action_ros.lab.training.interaction.windows import PairMixture, PairWindows
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation.pairs import INTERACTIONS, PairPerformance, perform_pair

Rng = np.random.Generator

LABELS = tuple(INTERACTIONS)
PARTS = ("train", "validation", "test", "rendered")
KEEP_EVERY = 20  # pairs after which a file is written, so that a run can be resumed


@dataclass(frozen=True)
class InteractionPairs:
    """Simulated pairs, kept in files of a folder.

    Args:
        choices: numbers and kinds of pairs.
        spmf: how images are drawn.
        folder: of the files.
    """

    choices: InteractionData
    spmf: SpmfSettings
    folder: Path

    @cached_property
    def _lifter(self) -> Lifter:
        return Lifter(LifterSettings())

    def examples(self) -> PairMixture:
        """Windows for training."""
        choices, share = self.choices, self.choices.rendered_share
        sources = {self._windows(self.pairs("train", choices.pairs)): 1 - share}
        if choices.rendered:
            sources[self._windows(self.rendered(choices.rendered))] = share
        return PairMixture(sources, len(LABELS), choices.none)

    def held_out(self, part: str) -> PairWindows:
        """Windows of other pairs, for "validation" or "test"."""
        count = self.choices.validation if part == "validation" else self.choices.test
        return self._windows(self.pairs(part, count))

    def _windows(self, pairs: list[LabelledPoses]) -> PairWindows:
        return PairWindows(pairs, LABELS, self.choices, self.spmf)

    def pairs(self, part: str, count: int) -> list[LabelledPoses]:
        """Poses of simulated pairs by a simulated detector, or exact; part is one of PARTS."""

        def make(pair: PairPerformance, rng: Rng) -> LabelledPoses:
            if part != "test" and rng.random() < self.choices.exact:
                return exact_pair(pair, rng, self.choices.distance)
            people, stamps, labels = detected_pair(pair, rng)
            least = self.spmf.min_score
            lifted = [placed(person, self._lifter, least) for person in people]
            return paired(lifted, stamps, labels, self.choices.distance)

        return self._kept(part, count, make)

    def rendered(self, count: int) -> list[LabelledPoses]:
        """Poses of rendered pairs by the detector and the tracker."""
        detector = make_detector(DetectorSettings(detector_threads=1, max_people=3))

        def make(pair: PairPerformance, rng: Rng) -> LabelledPoses:
            detector.reset()
            people, stamps, labels = rendered_pair(pair, rng, detector)
            least = self.spmf.min_score
            lifted = [placed(person, self._lifter, least) for person in people]
            return paired(lifted, stamps, labels, self.choices.distance)

        return self._kept("rendered", count, make)

    def _kept(
        self, part: str, count: int, make: Callable[[PairPerformance, Rng], LabelledPoses]
    ) -> list[LabelledPoses]:
        """Pairs 0 to count - 1 of a part, made once and read from a file afterwards."""
        path = self.folder / f"{part}_{self.choices.seed}.npz"
        pairs = load_pairs(path) if path.is_file() else []
        for number in tqdm(range(len(pairs), count), f"pairs: {part}", disable=None):
            rng = np.random.default_rng([self.choices.seed, PARTS.index(part), number])
            none = rng.random() < self.choices.none
            label = UNKNOWN if none else str(rng.choice(LABELS))
            pairs.append(make(perform_pair(label, rng), rng))
            if len(pairs) % KEEP_EVERY == 0 or len(pairs) == count:
                save_pairs(path, pairs)
        return pairs[:count]
