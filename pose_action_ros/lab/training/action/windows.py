"""Windows cut from recordings, augmented, and drawn: what the action network is trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pose_action_ros.lab.training.action.recordings import Recording
from pose_action_ros.lab.training.action.turns import mirror, turn
from pose_action_ros.recognition.enhanced_spmf import Image, enhanced_spmf
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.recognition.window import resample
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Rng = np.random.Generator
Style = Callable[[Array, Rng], Array]

NOTHING = -1
"""The label of a window in which no action is done."""

ONE_SIDED = -2
"""In place of its label in the mirror: an action whose other side has no label."""

MAX_GAP = 0.5  # [s] as the recogniser's default; windows do not reach over longer gaps
LEGS = tuple(
    HUMAN36M_17.index(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle")
)


@dataclass(frozen=True)
class Place:
    """A window: where it ends and what it shows.

    Attributes:
        recording: index of the recording.
        frame: index of its newest frame.
        label: what the person does in its newest part.
    """

    recording: int
    frame: int
    label: int


def find_windows(
    recordings: Sequence[Recording], every: float, settle: float, shortest: float
) -> list[Place]:
    """Windows of all recordings, ending at steps of `every` [s].

    Args:
        recordings: to look through.
        every: time between windows [s].
        settle: how long the action must have been the same at the end [s].
        shortest: least time seen before the end [s].
    """
    return [
        place
        for index, recording in enumerate(recordings)
        for place in _places(index, recording, every, settle, shortest)
    ]


def _places(
    index: int, recording: Recording, every: float, settle: float, shortest: float
) -> Iterable[Place]:
    stamps = recording.stamps
    started = stamps[recording.beginnings(MAX_GAP)]  # (T,) of the stretch without a gap
    switched = np.diff(recording.labels, prepend=-1) != 0
    changed = np.maximum.accumulate(np.where(switched, stamps, -np.inf))  # (T,) same action since
    usable = (stamps - changed >= settle) & (stamps - started >= shortest)
    newest = -np.inf
    for frame in np.flatnonzero(usable):
        if stamps[frame] - newest >= every:
            newest = stamps[frame]
            yield Place(index, int(frame), int(recording.labels[frame]))


def cut(recording: Recording, frame: int, seconds: float, frames: int) -> Array:
    """(frames, 17, 3) the poses of the last `seconds` up to a frame, as Window samples them."""
    end = recording.stamps[frame]
    times = np.linspace(end - seconds, end, frames)
    first = int(recording.beginnings(MAX_GAP)[frame])
    before = int(np.searchsorted(recording.stamps, times[0], side="right")) - 1
    inside = slice(max(before, first), frame + 1)
    poses = resample(recording.stamps[inside], recording.points[inside], times)
    poses[times < recording.stamps[first] - _ROUNDING] = np.nan
    return poses


_ROUNDING = 1e-9  # [s]


class WindowSet:
    """Windows of recordings as images, the same or augmented anew each time.

    Args:
        recordings: where windows are cut.
        places: which windows.
        seconds: length of a window.
        spmf: how images are made.
        mirrored: (L,) label of each label in the mirror, ONE_SIDED for none; those from L on are
            no action.
        style: changes a window when it is augmented, besides all else.
        pace: how much tempos differ: standard deviation of the logarithm.

    Attributes:
        truth: (N,) labels, NOTHING where no action is done.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        places: Sequence[Place],
        seconds: float,
        spmf: SpmfSettings,
        mirrored: Labels,
        *,
        style: Style | None = None,
        pace: float = 0.12,
    ) -> None:
        self._recordings, self._places = recordings, places
        self._style, self._pace = style, pace
        self._seconds, self._spmf, self._mirrored = seconds, spmf, mirrored
        labels = np.array([place.label for place in places], dtype=np.int64)
        self.truth: Labels = np.where(labels < len(mirrored), labels, NOTHING)

    @cached_property
    def images(self) -> Image:
        """(N, height, width, 3) all windows as they are."""
        drawn = [
            enhanced_spmf(self._cut(index, self._seconds), self._spmf)
            for index in range(len(self._places))
        ]
        return np.array(drawn, dtype=np.uint8).reshape(-1, *self._spmf.shape)

    def augmented(self, chosen: Labels, rng: Rng) -> tuple[Image, Labels]:
        """(B, height, width, 3) of the chosen windows, each changed at random, and labels (B,)."""
        labels = self.truth[chosen].copy()
        windows = []
        for row, index in enumerate(chosen):
            points = self._cut(index, self._seconds * float(np.exp(rng.normal(0, self._pace))))
            other = self._mirrored[labels[row]] if labels[row] >= 0 else NOTHING
            if rng.random() < 0.5 and other != ONE_SIDED:
                points, labels[row] = mirror(points, HUMAN36M_17), other
            if self._style:
                points = self._style(points, rng)
            windows.append(disturb(points, rng))
        return enhanced_spmf(np.stack(windows), self._spmf), labels

    def _cut(self, index: int, seconds: float) -> Array:
        place = self._places[index]
        return cut(self._recordings[place.recording], place.frame, seconds, self._spmf.frames)


class WindowExamples:
    """Windows of several sources, augmented, in the order of chance.

    Args:
        sources: windows, and which share of the images is taken from each.
        labels: how many actions there are.
    """

    def __init__(self, sources: Mapping[WindowSet, float], labels: int) -> None:
        self.labels = labels
        self._sources = {source: share for source, share in sources.items() if len(source.truth)}

    def draw(self, count: int, rng: Rng) -> tuple[Image, Labels]:
        """So many images (B, height, width, 3), and labels (B,), NOTHING for no action."""
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
    """Probability (N,) of each window: frequent actions are drawn more often, but not as much.

    Actions of equal weight would let standing people, whom robots see most, be taken for others.
    """
    rarity = 1.0 / np.sqrt(np.bincount(truth - NOTHING)[truth - NOTHING])
    return np.asarray(rarity / rarity.sum())


def disturb(points: Array, rng: Rng) -> Array:
    """Another camera, another lifter, another body: a window (N, 17, 3) made a little different."""
    root = points[:, :1]
    relative = (points - root if np.isfinite(root).all() else points) @ _tilt(rng)
    frames, joints = points.shape[:2]
    relative *= rng.uniform(0.85, 1.15, 3)
    relative += rng.normal(0, 0.02 * rng.exponential(), (joints, 3))  # errors that stay
    relative += rng.normal(0, 0.003 * rng.exponential(), (frames, joints, 3))  # that tremble
    if rng.random() < 0.15:
        relative[:, rng.integers(joints)] = np.nan
    if rng.random() < 0.1:
        relative[:, LEGS] = np.nan
    if rng.random() < 0.15:  # seen only lately
        relative[: rng.integers(1, frames // 2)] = np.nan
    return np.asarray(relative)


def _tilt(rng: Rng) -> Array:
    """(3, 3) a small turn about the two horizontal axes: a camera that is not level."""
    pitch, roll = rng.normal(0, np.radians(7), 2)
    return turn(0, pitch) @ turn(2, roll)
