"""From a source to the recordings of the people in it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from math import inf
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros.output.people import People, chosen, listed
from pose_action_ros.output.settings import RecordSettings
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.recording import SUFFIX, save_recording
from pose_action_ros.sources import Source, SourceFrame, open_source
from pose_action_ros.sources.kinds import is_live, stem_of, title_of

_LOG = logging.getLogger(__name__)
COUNTDOWN = ("3", "2", "1", "go")
"""What is said before a take from a camera, a word a second; the take begins with the last."""


class Recorder:
    """Makes recordings of sources.

    Attributes:
        count: recordings made so far.

    Args:
        settings: source and loop are not used.
        label: of all recordings.
        folder: where to write; made when it is not there.
        everybody: not the largest person alone.

    Raises:
        ModelError, EngineError: see Pipeline.
    """

    def __init__(
        self, settings: RecordSettings, label: str, folder: Path, *, everybody: bool
    ) -> None:
        self.count = 0
        self._settings, self._label = settings, label
        self._folder, self._everybody = folder, everybody
        self._chain = Pipeline(settings, recognise=False)

    def record(self, name: str) -> None:
        """Record a source: all of it that is wanted, or as many takes as are wanted.

        Raises:
            SourceError: it cannot be read, or not to its end; what was read is recorded.
            SettingError: the recordings cannot be written.
        """
        opened = open_source(replace(self._settings, source=name, loop=False, seconds=0.0))
        with closing(opened) as source, logging_redirect_tqdm():
            for _ in range(self._settings.takes):
                self._take(source, name)

    def _take(self, source: Source, name: str) -> None:
        before, people = self.count, People()
        try:
            self._watch(source, people, live=is_live(name))
        finally:  # also what there was before Ctrl-C, or before the camera was pulled out
            others = self._keep(people, source.rate, name)
        if others:
            _say(f"{title_of(name)}: left out {listed(others)}\n")
        if self.count == before:
            least = self._settings.min_seconds
            _LOG.warning("%s: nobody was seen for %s s, nothing is recorded", name, least)

    def _watch(self, source: Source, people: People, *, live: bool) -> None:
        """Collect the people of one take; their stamps count from its beginning."""
        start = len(COUNTDOWN) - 1.0 if live else self._settings.start
        end = min(self._settings.end or inf, start + (self._settings.seconds or inf))
        frames: Iterable[SourceFrame] = _counted_down(source) if live else _shown(source)
        self._chain.reset()
        for frame in frames:
            if frame.stamp >= end:
                break
            wanted = frame.stamp >= start
            if wanted or live:  # before a live take: who is tracked already is recorded at once
                seen = self._chain(frame.image, frame.stamp, source.intrinsics)
                if wanted:
                    people.add(frame.stamp - start, seen)

    def _keep(self, people: People, rate: float, name: str) -> list[str]:
        """Write who is wanted; words about the others."""
        tracks, others = chosen(
            people.tracks(), self._settings.min_seconds, everybody=self._everybody
        )
        for track in tracks:
            recording = track.recording(self._label, title_of(name), rate)
            path = free_path(self._folder, f"{self._label}_{self._settings.name or stem_of(name)}")
            save_recording(path, recording)
            self.count += 1
            _say(
                f"{path}: {recording.seconds:.1f} s, {len(recording)} poses, "
                f"{100 * track.joints / len(track.poses):.0f} % of joints seen\n"
            )
        return others


def free_path(folder: Path, stem: str) -> Path:
    """The next of the numbered files STEM_001.npz, STEM_002.npz, ... after all that are there."""
    numbered = re.compile(rf"{re.escape(stem)}_(\d+){re.escape(SUFFIX)}")
    found = [numbered.fullmatch(file.name) for file in folder.glob(f"*{SUFFIX}")]
    newest = max((int(match[1]) for match in found if match), default=0)
    return folder / f"{stem}_{newest + 1:03}{SUFFIX}"


def _shown(source: Source) -> Iterable[SourceFrame]:
    """All frames, with a bar of how many there were."""
    return tqdm(source, total=source.length, unit="image", disable=None)


def _counted_down(source: Source) -> Iterator[SourceFrame]:
    """All frames; while those of the first seconds come, it is counted down."""
    words = list(COUNTDOWN)
    for frame in source:
        while words and frame.stamp >= len(COUNTDOWN) - len(words):
            word = words.pop(0)
            _say(f"{word}, " if words else f"{word}\n")
        yield frame


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
