"""From a source to recordings of the people in it, labelled with one action."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros.arrays import SUFFIX
from pose_action_ros.frame import Frame, Person
from pose_action_ros.output.settings import RecordSettings
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pose_tracks import LabelledSpan
from pose_action_ros.recording_file import RecordingWriter
from pose_action_ros.skeletons import COCO_18
from pose_action_ros.sources import Source, SourceFrame, open_source
from pose_action_ros.sources.kinds import is_live, stem_of, title_of

_LOG = logging.getLogger(__name__)
COUNTDOWN = ("3", "2", "1", "go")
"""Words printed before a take from a camera, one each second; the take begins with the last."""


@dataclass
class TakenPerson:
    """One person of a take.

    Attributes:
        id: number of the track.
        frames: with a pose, their stamps rising.
        people: the person in each of them.
        size: sum of the heights in the images [px]: large for a person filmed close and long.
        joints: sum of the visible shares of the body's joints, 0 to 1 each.
    """

    id: int
    frames: list[Frame] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    size: float = 0.0
    joints: float = 0.0

    def add(self, frame: Frame, person: Person) -> None:
        """Take the person of one frame, unless the pose is missing or the stamp does not rise."""
        late = bool(self.frames) and frame.stamp <= self.frames[-1].stamp
        box = person.box
        if late or box is None or not person.pose.present.any():
            return
        self.frames.append(frame)
        self.people.append(person)
        self.size += box[3] - box[1]
        # Not those of the pose: the lifter estimates joints outside the image.
        self.joints += person.keypoints.to(COCO_18).present.mean()

    @property
    def seconds(self) -> float:
        """From the first to the last pose [s]."""
        return self.frames[-1].stamp - self.frames[0].stamp


class Take:
    """All people of one take."""

    def __init__(self) -> None:
        self._people: dict[int, TakenPerson] = {}

    def add(self, frame: Frame) -> None:
        """Take the people of one frame."""
        frame = replace(frame, image=None)
        for person in frame.people:
            self._people.setdefault(person.id, TakenPerson(person.id)).add(frame, person)

    def people(self) -> list[TakenPerson]:
        """People with poses, those filmed closest and longest first."""
        present = [person for person in self._people.values() if person.frames]
        return sorted(present, key=lambda person: -person.size)


def select(
    people: Sequence[TakenPerson], min_seconds: float, *, all_people: bool
) -> tuple[list[TakenPerson], list[str]]:
    """Select the people to record, and describe each of the others.

    Args:
        people: the largest first.
        min_seconds: least time in view [s].
        all_people: not the first alone.
    """
    selected: list[TakenPerson] = []
    others: list[str] = []
    for person in people:
        if len(person.frames) < 2 or person.seconds < min_seconds:
            others.append(f"person {person.id} (in view for {person.seconds:.1f} s)")
        elif selected and not all_people:
            others.append(f"person {person.id} (smaller or shorter, {person.seconds:.1f} s)")
        else:
            selected.append(person)
    return selected, others


def shortened(words: Iterable[str], most: int = 5) -> str:
    """The first words in one line, and the number of the others."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


class Recorder:
    """Makes recordings of sources, one file for each take.

    Attributes:
        count: recordings made so far.

    Args:
        settings: source and loop are not used.
        label: of all recordings.
        folder: where to write; made if missing.
        all_people: not the largest person alone.

    Raises:
        ModelError, EngineError: see Pipeline.
    """

    def __init__(
        self, settings: RecordSettings, label: str, folder: Path, *, all_people: bool
    ) -> None:
        self.count = 0
        self._settings, self._label = settings, label
        self._folder, self._all_people = folder, all_people
        self._pipeline = Pipeline(settings, recognise=False)

    def record(self, name: str) -> None:
        """Record a source: from start to end, or one or more takes.

        Raises:
            SourceError: it cannot be read, or not to its end; all images before are recorded.
            SettingError: the recordings cannot be written.
        """
        opened = open_source(replace(self._settings, source=name, loop=False, seconds=0.0))
        with closing(opened) as source, logging_redirect_tqdm():
            for _ in range(self._settings.takes):
                self._record_take(source, name)

    def _record_take(self, source: Source, name: str) -> None:
        take = Take()
        try:
            self._watch(source, take, live=is_live(name))
        finally:  # also after Ctrl-C or an unplugged camera
            others = self._write(take, source.rate, name)
        if others:
            _print(f"{title_of(name)}: left out {shortened(others)}\n")

    def _watch(self, source: Source, take: Take, *, live: bool) -> None:
        """Collect the people of one take; their stamps count from its beginning."""
        start = len(COUNTDOWN) - 1.0 if live else self._settings.start
        end = min(self._settings.end or inf, start + (self._settings.seconds or inf))
        frames: Iterable[SourceFrame] = _counted_down(source) if live else _with_progress(source)
        self._pipeline.reset()
        part = 0
        for image in frames:
            if image.stamp >= end:
                break
            if image.part != part:
                part = image.part
                self._pipeline.reset()
            inside = image.stamp >= start
            if inside or live:  # the countdown is processed so that a live take begins tracked
                frame = self._pipeline(image.image, image.stamp, source.intrinsics)
                if inside:
                    take.add(replace(frame, index=image.index, stamp=image.stamp - start))

    def _write(self, take: Take, rate: float, name: str) -> list[str]:
        """Write the selected people; descriptions of the others."""
        least = self._settings.min_seconds
        people, others = select(take.people(), least, all_people=self._all_people)
        if not people:
            _LOG.warning("%s: no person was in view for %s s, nothing is recorded", name, least)
            return others
        path = free_path(self._folder, f"{self._label}_{self._settings.name or stem_of(name)}")
        writer = RecordingWriter(path, title_of(name), rate)
        for person in people:
            for frame, there in zip(person.frames, person.people, strict=True):
                writer.add(frame.index, frame.stamp, there.keypoints, there.pose, frame.intrinsics)
        spans = [
            LabelledSpan(one.id, one.frames[0].stamp, one.frames[-1].stamp, self._label)
            for one in people
        ]
        writer.close(spans)
        self.count += 1
        _print("".join(f"{path}: {self._describe(person)}\n" for person in people))
        return others

    def _describe(self, person: TakenPerson) -> str:
        count = len(person.frames)
        one = f"person {person.id}, " if self._all_people else ""
        joints = f"{100 * person.joints / count:.0f} % of joints visible"
        return f"{one}{person.seconds:.1f} s, {count} poses, {joints}"


def free_path(folder: Path, stem: str) -> Path:
    """The next of the numbered files STEM_001.npz, STEM_002.npz, ... in the folder."""
    numbered = re.compile(rf"{re.escape(stem)}_(\d+){re.escape(SUFFIX)}")
    matches = [numbered.fullmatch(file.name) for file in folder.glob(f"*{SUFFIX}")]
    newest = max((int(match[1]) for match in matches if match), default=0)
    return folder / f"{stem}_{newest + 1:03}{SUFFIX}"


def _with_progress(source: Source) -> Iterable[SourceFrame]:
    return tqdm(source, total=source.length, unit="image", disable=None)


def _counted_down(source: Source) -> Iterator[SourceFrame]:
    """All frames; a word of the countdown is printed for each of the first seconds."""
    words = list(COUNTDOWN)
    for frame in source:
        while words and frame.stamp >= len(COUNTDOWN) - len(words):
            word = words.pop(0)
            _print(f"{word}, " if words else f"{word}\n")
        yield frame


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
