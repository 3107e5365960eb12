"""Windows cut from labelled poses, augmented, and drawn as images for the action network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.augmentation import disturb, mirror
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import resample
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
Style = Callable[[Array, Rng], Array]

NO_ACTION = -1
"""Label of a window in which no action is performed."""
NO_MIRROR = -2
"""Mirrored label of an action without a label for its opposite side."""

MAX_GAP = 0.5  # [s] as the recogniser's default; windows do not span longer gaps
_ROUNDING = 1e-9  # [s]


@dataclass(frozen=True)
class WindowSpec:
    """Position and label of a window.

    Attributes:
        recording: index of the recording.
        frame: index of its newest frame.
        label: action in its newest part.
    """

    recording: int
    frame: int
    label: int


def find_windows(
    recordings: Sequence[LabelledPoses], every: float, settle: float, shortest: float
) -> list[WindowSpec]:
    """Find the windows of all recordings.

    Args:
        recordings: poses to search.
        every: least time between windows [s].
        settle: least time since the action began, at the end of a window [s].
        shortest: least time with poses before the end of a window [s].
    """
    return [
        spec
        for index, recording in enumerate(recordings)
        for spec in _windows_of(index, recording, every, settle, shortest)
    ]


def _windows_of(
    index: int, recording: LabelledPoses, every: float, settle: float, shortest: float
) -> Iterable[WindowSpec]:
    stamps = recording.stamps
    started = stamps[recording.segment_starts(MAX_GAP)]  # (T,) beginning of the segment
    switched = np.diff(recording.labels, prepend=-1) != 0
    changed = np.maximum.accumulate(np.where(switched, stamps, -np.inf))  # (T,) last label change
    usable = (stamps - changed >= settle) & (stamps - started >= shortest)
    newest = -np.inf
    for frame in np.flatnonzero(usable):
        if stamps[frame] - newest >= every:
            newest = stamps[frame]
            yield WindowSpec(index, int(frame), int(recording.labels[frame]))


def cut_window(recording: LabelledPoses, frame: int, seconds: float, frames: int) -> Array:
    """(frames, 17, 3) poses of the last `seconds` before a frame, resampled as by Window."""
    end = recording.stamps[frame]
    times = np.linspace(end - seconds, end, frames)
    first = int(recording.segment_starts(MAX_GAP)[frame])
    before = int(np.searchsorted(recording.stamps, times[0], side="right")) - 1
    inside = slice(max(before, first), frame + 1)
    poses = resample(recording.stamps[inside], recording.points[inside], times)
    poses[times < recording.stamps[first] - _ROUNDING] = np.nan
    return poses


class WindowSet:
    """Windows of recordings as images, unchanged or augmented.

    Args:
        recordings: poses that windows are cut from.
        windows: positions of the windows.
        seconds: length of a window.
        spmf: how images are drawn.
        mirrored: (L,) label of each label in the mirror, NO_MIRROR for none; labels from L on
            stand for no action.
        style: additional augmentation of a window.
        pace: variation of tempo, standard deviation of the logarithm.

    Attributes:
        truth: (N,) labels, NO_ACTION where no action is performed.
    """

    def __init__(
        self,
        recordings: Sequence[LabelledPoses],
        windows: Sequence[WindowSpec],
        seconds: float,
        spmf: SpmfSettings,
        mirrored: Labels,
        *,
        style: Style | None = None,
        pace: float = 0.12,
    ) -> None:
        self._recordings, self._windows = recordings, windows
        self._style, self._pace = style, pace
        self._seconds, self._spmf, self._mirrored = seconds, spmf, mirrored
        labels = np.array([window.label for window in windows], dtype=np.int64)
        self.truth: Labels = np.where(labels < len(mirrored), labels, NO_ACTION)

    @cached_property
    def images(self) -> Image:
        """(N, height, width, 3) all windows, unchanged."""
        drawn = [
            enhanced_spmf(self._cut(index, self._seconds), self._spmf)
            for index in range(len(self._windows))
        ]
        return np.array(drawn, dtype=np.uint8).reshape(-1, *self._spmf.shape)

    def augmented(self, chosen: Labels, rng: Rng) -> tuple[Image, Labels]:
        """Augmented images (B, height, width, 3) of the chosen windows, and their labels (B,)."""
        labels = self.truth[chosen].copy()
        windows = []
        for row, index in enumerate(chosen):
            points = self._cut(index, self._seconds * float(np.exp(rng.normal(0, self._pace))))
            other = self._mirrored[labels[row]] if labels[row] >= 0 else NO_ACTION
            if rng.random() < 0.5 and other != NO_MIRROR:
                points, labels[row] = mirror(points, HUMAN36M_17), other
            if self._style:
                points = self._style(points, rng)
            windows.append(disturb(points, rng))
        return enhanced_spmf(np.stack(windows), self._spmf), labels

    def _cut(self, index: int, seconds: float) -> Array:
        window = self._windows[index]
        recording = self._recordings[window.recording]
        return cut_window(recording, window.frame, seconds, self._spmf.frames)


class WindowMixture:
    """Augmented windows of several sources in random order.

    Args:
        sources: share of the images by source.
        labels: number of actions.
    """

    def __init__(self, sources: Mapping[WindowSet, float], labels: int) -> None:
        self.labels = labels
        self._sources = {source: share for source, share in sources.items() if len(source.truth)}

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """Images (count, height, width, 3) and labels (count,), NO_ACTION for no action."""
        shares = np.array(list(self._sources.values()))
        counts = rng.multinomial(count, shares / shares.sum())
        parts = [
            source.augmented(rng.choice(len(source.truth), number, p=_weights(source.truth)), rng)
            for source, number in zip(self._sources, counts.tolist(), strict=True)
            if number
        ]
        order = rng.permutation(count)
        images, labels = (np.concatenate(part)[order] for part in zip(*parts, strict=True))
        return images, labels


def _weights(truth: Labels) -> Array:
    """(N,) probability of each window, inverse to the square root of its label's frequency.

    With equal weights for all labels, standing people, which are the most frequent on a robot,
    would be confused with others.
    """
    rarity = 1.0 / np.sqrt(np.bincount(truth - NO_ACTION)[truth - NO_ACTION])
    return np.asarray(rarity / rarity.sum())
