"""Windows cut from labelled poses, augmented, and drawn as images for the action network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.augmentation import disturb, mirror
from pose_action_ros.lab.training.action.labelled import LabelledPoses
from pose_action_ros.lab.training.action.recombination import exchange_legs
from pose_action_ros.lab.training.action.visible import NO_ACTION, Visible
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import resample
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
Style = Callable[[Array, Rng], Array]
Numbering = Callable[[str], int]

NO_MIRROR = -2
"""Mirrored label of an action without a label for its opposite side."""
PAUSED = -3
"""Class of frames in which an action has paused or ends."""
OMITTED = -4
"""Class of frames without windows."""

PAUSE = 0.5
"""Longest pause that shows no action; a longer one looks like standing [s]."""
ENDING = 0.15
"""Least time from the end of a window to the next change of the label [s]."""

PACE = 0.25
"""Variation of tempo, standard deviation of the logarithm."""
_ROUNDING = 1e-9  # [s]


@dataclass(frozen=True)
class WindowSpec:
    """Position and label of a window.

    Attributes:
        recording: index of the recording.
        frame: index of its newest frame.
        label: class in its newest part, or NO_ACTION.
    """

    recording: int
    frame: int
    label: int


def find_windows(
    recordings: Sequence[LabelledPoses],
    number: Numbering,
    every: float,
    settle: float,
    shortest: float,
) -> list[WindowSpec]:
    """Find the windows of all recordings.

    A pause shows no action at first; after PAUSE it looks like standing, and has no windows.

    Args:
        recordings: poses to search.
        number: label's name to class: an index, NO_ACTION, PAUSED, or OMITTED.
        every: least time between windows of one label [s].
        settle: least time since the label changed, at the end of a window [s].
        shortest: least time with poses before the end of a window [s].
    """
    return [
        spec
        for index, recording in enumerate(recordings)
        for spec in _windows_of(
            index, recording, _numbers(recording, number), every, settle, shortest
        )
    ]


def _numbers(recording: LabelledPoses, number: Numbering) -> Labels:
    """(T,) classes of the frames."""
    names, rows = np.unique(recording.labels, return_inverse=True)
    return np.array([number(str(name)) for name in names], dtype=np.int64)[rows]


def _windows_of(  # noqa: PLR0917 - of find_windows
    index: int,
    recording: LabelledPoses,
    numbers: Labels,
    every: float,
    settle: float,
    shortest: float,
) -> Iterable[WindowSpec]:
    stamps = recording.stamps
    started = stamps[recording.starts]  # (T,) beginning of the segment
    switched = np.diff(numbers, prepend=OMITTED) != 0
    changed = np.maximum.accumulate(np.where(switched, stamps, -np.inf))  # (T,) last label change
    held = stamps - changed
    usable = (held >= settle) & (stamps - started >= shortest) & (numbers != OMITTED)
    usable &= (numbers != PAUSED) | (held <= max(PAUSE, settle))
    usable &= _time_left(stamps, switched) >= ENDING
    newest, before = -np.inf, OMITTED
    for frame in np.flatnonzero(usable):
        label = int(numbers[frame])
        if label != before or stamps[frame] - newest >= every:
            newest, before = stamps[frame], label
            yield WindowSpec(index, int(frame), NO_ACTION if label == PAUSED else label)


def _time_left(stamps: Array, switched: npt.NDArray[np.bool_]) -> Array:
    """(T,) time from each frame to the next with another label [s], infinite if there is none."""
    ends = np.where(switched, stamps, np.inf)[1:]
    following = np.append(np.minimum.accumulate(ends[::-1])[::-1], np.inf)
    return np.asarray(following[: len(stamps)] - stamps)


def cut_window(recording: LabelledPoses, frame: int, seconds: float, frames: int) -> Array:
    """(frames, 17, 3) poses of the last `seconds` before a frame, resampled as by Window."""
    end = recording.stamps[frame]
    times = np.linspace(end - seconds, end, frames)
    first = int(recording.starts[frame])
    before = int(np.searchsorted(recording.stamps, times[0], side="right")) - 1
    inside = slice(max(before, first), frame + 1)
    points = recording.points[inside].astype(np.float64)
    poses = resample(recording.stamps[inside], points, times)
    poses[times < recording.stamps[first] - _ROUNDING] = np.nan
    return poses


class WindowSet:
    """Windows of recordings as images, unchanged or augmented.

    Args:
        recordings: poses that windows are cut from.
        windows: positions of the windows.
        seconds: length of a window.
        spmf: how images are drawn.
        mirrored: (L,) label of each label in the mirror, NO_MIRROR for none.
        visible: which labels need which joints.
        style: additional augmentation of a window.
        gestures: (L,) labels that need arms alone; their windows exchange legs. None for no label.

    Attributes:
        truth: (N,) labels, NO_ACTION where no action is performed or joints that it needs are
            missing.
    """

    def __init__(
        self,
        recordings: Sequence[LabelledPoses],
        windows: Sequence[WindowSpec],
        seconds: float,
        spmf: SpmfSettings,
        mirrored: Labels,
        *,
        visible: Visible | None = None,
        style: Style | None = None,
        gestures: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        self._recordings, self._windows = recordings, windows
        self._style, self._gestures = style, gestures
        self._seconds, self._spmf, self._mirrored = seconds, spmf, mirrored
        self._visible = visible or Visible(())
        self.truth: Labels = np.array(
            [
                self._visible.label(self._cut(index, seconds), window.label)
                for index, window in enumerate(windows)
            ],
            dtype=np.int64,
        )

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
        poses = np.empty((len(chosen), self._spmf.frames, *self._spmf.poses))
        for row, index in enumerate(chosen):
            points = self._cut(index, self._seconds * float(np.exp(rng.normal(0, PACE))))
            other = self._mirrored[labels[row]] if labels[row] >= 0 else NO_ACTION
            if rng.random() < 0.5 and other != NO_MIRROR:
                points, labels[row] = mirror(points, HUMAN36M_17), other
            poses[row] = points
        if self._gestures is not None:
            poses = exchange_legs(poses, (labels >= 0) & self._gestures[labels], rng)
        styled = self._style(poses, rng) if self._style else poses
        windows = np.stack([disturb(points, rng) for points in styled])
        for row, points in enumerate(windows):
            labels[row] = self._visible.label(points, labels[row])
        return enhanced_spmf(windows, self._spmf), labels

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
