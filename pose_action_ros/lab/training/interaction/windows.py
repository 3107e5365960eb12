"""Windows of pairs as images, unchanged or varied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.augmentation import HIDDEN, mirror, rotation
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.visible import LEGS, NO_ACTION
from pose_action_ros.lab.training.action.windows import OMITTED, cut_window, find_windows
from pose_action_ros.lab.training.interaction.poses import JOINTS
from pose_action_ros.lab.training.interaction.settings import InteractionData
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.simulation.pairs import UNLABELLED
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator

PACE = 0.2
"""Variation of the tempo, standard deviation of the logarithm."""
_HEIGHT, _DRIFT = 0.05, 0.02
"""Relative error of each person's distance: constant, and its change in a window."""
NEEDS_LEGS = "kicking"
"""Interaction that is not recognisable without knees and ankles."""
_MISSING = 0.4
"""Greatest share of them that may be missing, of both people."""
_UNSTEADY = 0.3
"""Share of people with larger errors of knees and ankles."""
_LIMBS = np.array(
    [name.endswith(("elbow", "wrist", "knee", "ankle")) for name in HUMAN36M_17.joints]
)


class PairWindows:
    """Windows of pairs.

    Args:
        pairs: poses (T, 34, 3) in the camera's frame.
        labels: names of the interactions; other names, but UNLABELLED, are none of them.
        choices: which windows.
        spmf: how images are drawn.

    Attributes:
        truth: (N,) indices into labels, NO_ACTION for none of them.
    """

    def __init__(
        self,
        pairs: Sequence[LabelledPoses],
        labels: Sequence[str],
        choices: InteractionData,
        spmf: SpmfSettings,
    ) -> None:
        self._pairs, self._choices, self._spmf = pairs, choices, spmf
        self._windows = find_windows(
            pairs,
            lambda name: _number(name, labels),
            choices.every,
            choices.settle,
            choices.shortest,
        )
        self._legs = labels.index(NEEDS_LEGS) if NEEDS_LEGS in labels else NO_ACTION
        self.truth: Labels = np.array(
            [
                self._visible(self._cut(row, 1.0), window.label)
                for row, window in enumerate(self._windows)
            ],
            np.int64,
        )

    @cached_property
    def images(self) -> Image:
        """(N, height, width, channels) all windows, unchanged."""
        everything = range(len(self._windows))
        drawn = [enhanced_spmf(self._cut(row, 1.0), self._spmf) for row in everything]
        return np.array(drawn, dtype=np.uint8).reshape(-1, *self._spmf.shape)

    def varied(self, chosen: Labels, rng: Rng) -> tuple[Image, Labels]:
        """Varied images (B, height, width, channels) of the chosen windows, and labels (B,)."""
        paces = np.exp(rng.normal(0, PACE, len(chosen)))
        windows = [
            vary(self._cut(int(row), pace), rng)
            for row, pace in zip(chosen, paces.tolist(), strict=True)
        ]
        truth = [
            self._visible(points, label)
            for points, label in zip(windows, self.truth[chosen].tolist(), strict=True)
        ]
        return enhanced_spmf(np.stack(windows), self._spmf), np.array(truth, np.int64)

    def _visible(self, points: Array, label: int) -> int:
        """The label of a window (F, 34, 3); NO_ACTION without the joints that it needs."""
        if label != self._legs or label == NO_ACTION:
            return label
        missing = np.isnan(points.reshape(len(points), 2, JOINTS, 3)[..., LEGS, 0])
        frames = ~np.isnan(points[..., 0]).all(axis=1)
        return NO_ACTION if missing[frames].mean() > _MISSING else label

    def _cut(self, row: int, pace: float) -> Array:
        window = self._windows[row]
        seconds = pace * self._choices.window
        return cut_window(self._pairs[window.recording], window.frame, seconds, self._spmf.frames)


def _number(name: str, labels: Sequence[str]) -> int:
    """Class of the frames with a label."""
    if name == UNLABELLED:
        return OMITTED
    return labels.index(name) if name in labels else NO_ACTION


class PairMixture:
    """Varied windows of several sources, with a fixed share of windows without an interaction.

    Args:
        sources: share of the images by source.
        labels: number of interactions; none of them is the number after the last.
        none: share of the images without an interaction.
    """

    def __init__(self, sources: Mapping[PairWindows, float], labels: int, none: float) -> None:
        self.labels = labels
        self._sources = {source: share for source, share in sources.items() if len(source.truth)}
        self._weights = [_weights(source.truth, none) for source in self._sources]

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """Images (count, height, width, channels) and labels (count,)."""
        shares = np.array(list(self._sources.values()))
        counts = rng.multinomial(count, shares / shares.sum())
        images, labels = [], []
        for source, weights, number in zip(
            self._sources, self._weights, counts.tolist(), strict=True
        ):
            if number:
                chosen = rng.choice(len(source.truth), number, p=weights)
                drawn, truth = source.varied(chosen, rng)
                images.append(drawn)
                labels.append(np.where(truth == NO_ACTION, self.labels, truth))
        order = rng.permutation(count)
        return np.concatenate(images)[order], np.concatenate(labels)[order]


def _weights(truth: Labels, none: float) -> Array:
    """(N,) probability of each window: all interactions are equally likely."""
    counts = np.bincount(truth - NO_ACTION)
    weights = 1.0 / counts[truth - NO_ACTION]
    others = truth == NO_ACTION
    if others.any() and not others.all():
        weights[others] *= none / weights[others].sum()
        weights[~others] *= (1 - none) / weights[~others].sum()
    return np.asarray(weights / weights.sum())


def vary(points: Array, rng: Rng) -> Array:
    """Vary a window (F, 34, 3) of a pair in the camera's frame.

    Order of both people, mirror image, distances from the camera, proportions, tilt of the camera,
    errors of joints, and missing joints.
    """
    frames = len(points)
    people = points.reshape(frames, 2, JOINTS, 3)
    if rng.random() < 0.5:
        people = people[:, ::-1]
    if rng.random() < 0.5:
        people = mirror(people, HUMAN36M_17)
    steady, drift = rng.normal(0, _HEIGHT, 2), rng.normal(0, _DRIFT, 2)
    time = np.linspace(-0.5, 0.5, frames)[:, None]
    people = people * np.exp(steady + drift * time)[..., None, None]
    middle = np.nanmean(people, axis=(0, 1, 2)) if np.isfinite(people).any() else 0.0
    pitch, roll = rng.normal(0, np.radians(6), 2)
    people = (people - middle) @ rotation(0, pitch) @ rotation(2, roll)
    people = people * rng.uniform(0.9, 1.1, 3)
    people = people + rng.normal(0, 0.02 * rng.exponential(), (2, JOINTS, 3))
    people = people + rng.normal(0, 0.004 * rng.exponential(), people.shape)
    people = people + _wandering(frames, rng)
    _lose(people, rng)
    return people.reshape(points.shape)


def _wandering(frames: int, rng: Rng) -> Array:
    """(frames, 2, 17, 3) slow errors of the joints [m], largest at hands and feet."""
    size = 0.02 * rng.exponential(size=2) * (rng.random(2) < 0.6)
    size = size[:, None, None] * np.where(_LIMBS, 2.0, 0.7)[:, None]  # (2, 17, 1)
    size[:, LEGS] += (rng.random(2) < _UNSTEADY)[:, None, None] * 0.04 * rng.exponential()
    cycles, phase = rng.uniform(0.3, 4.0, (2, JOINTS, 3)), rng.uniform(0, 2 * np.pi, (2, JOINTS, 3))
    time = np.linspace(0, 2 * np.pi, frames)[:, None, None, None]
    return np.asarray(size * np.sin(cycles * time + phase))


def _lose(people: Array, rng: Rng) -> None:
    """Remove joints of a window (F, 2, 17, 3), in place."""
    frames = len(people)
    for rows, share in HIDDEN:
        for chosen in ((0, 1), (0,), (1,)):
            if rng.random() < share / 2:
                people[:, np.array(chosen)[:, None], rows] = np.nan
    for who in (0, 1):
        if rng.random() < 0.15:
            people[:, who, rng.integers(JOINTS)] = np.nan
        if rng.random() < 0.15:
            first = int(rng.integers(frames - 1))
            last = first + int(rng.integers(1, frames // 2))
            people[first:last, who, rng.integers(JOINTS, size=3)] = np.nan
    if rng.random() < 0.4:  # the pair began within the window
        people[: rng.integers(1, 2 * frames // 3)] = np.nan
