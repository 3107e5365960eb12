"""Films of people before a taught model: recordings to teach with, answers, and their figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from pose_action_ros.frame import Frame
from pose_action_ros.lab.evaluation.film_detections import FilmDetector
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.pose_tracks import LabelledSpan
from pose_action_ros.recognition.recogniser import Recogniser
from pose_action_ros.recording_file import RecordingWriter

AFTER = 0.5
"""Time after the start of an action from which a window should be answered right [s]."""
MOST = 0.3
"""Seconds of wrong answers in a film that do not count yet."""
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, eq=False)
class Followed:
    """A film with all poses in it.

    Attributes:
        film: with its label.
        frames: of the pipeline, without actions.
        person: id of the track with most poses while the action lasts.
    """

    film: LabelledFilm
    frames: tuple[Frame, ...]
    person: int

    def save(self, path: Path) -> None:
        """Write a recording as of `pose-action process`, with the span of the label."""
        writer = RecordingWriter(path, self.film.path.name)
        for frame in self.frames:
            for one in frame.people:
                writer.add(frame.index, frame.stamp, one.keypoints, one.pose, frame.intrinsics)
        writer.close([LabelledSpan(self.person, self.film.start, self.film.end, self.film.label)])

    def answers(self, recogniser: Recogniser) -> list[tuple[float, str]]:
        """Time [s] and label of each answer for the person."""
        recogniser.reset()
        return [
            (frame.stamp, estimate.label)
            for frame in self.frames
            for estimate in recogniser.update(frame.poses, frame.stamp)
            if estimate.person_ids == (self.person,)
        ]


def follow(
    films: Sequence[LabelledFilm], settings: PipelineSettings, cache: Path | None
) -> Iterator[Followed]:
    """Detect, track and lift the people of films; films without a person are left out.

    Raises:
        SourceError: a film cannot be read.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    detect, pipeline = (
        FilmDetector(settings, cache),
        Pipeline(settings, detect=False, recognise=False),
    )
    for film in tqdm(films, "films", disable=None):
        found = detect(film.path)
        pipeline.reset()
        frames = tuple(
            pipeline.follow(people, found.size, stamp) for stamp, people in found.images()
        )
        during = [frame for frame in frames if film.start <= frame.stamp <= film.end]
        ids = [one.id for frame in during for one in frame.people]
        if ids:
            yield Followed(film, frames, max(set(ids), key=ids.count))


def relabelled(films: Iterable[LabelledFilm], words: Mapping[str, str]) -> list[LabelledFilm]:
    """Films with a taught label where their name has its word, as `come` in S3_come_1.avi."""
    return [
        replace(film, label=label, ambiguous=False) if label else film
        for film in films
        for label in [
            next((words[word] for word in _NO_WORD.split(film.path.stem) if word in words), "")
        ]
    ]


@dataclass(frozen=True)
class Score:
    """Answers in a film.

    Attributes:
        film: with its label.
        windows: number of answers while the label should be one, from AFTER its start to its end.
        right: number of these that are the label.
        seconds: of the answers in the whole film, by label.
    """

    film: LabelledFilm
    windows: int
    right: int
    seconds: Mapping[str, float]

    def called(self, label: str) -> bool:
        """True if the label is the answer for more than MOST."""
        return self.seconds.get(label, 0.0) > MOST


def score(followed: Followed, recogniser: Recogniser) -> Score:
    """Compare the answers in a film with its label."""
    film, answers = followed.film, followed.answers(recogniser)
    inside = [label for stamp, label in answers if film.start + AFTER <= stamp <= film.end]
    seconds: dict[str, float] = {}
    for _, label in answers:
        seconds[label] = seconds.get(label, 0.0) + recogniser.settings.stride
    right = film.right
    return Score(film, len(inside), sum(label in right for label in inside), seconds)


def share_right(scores: Iterable[Score]) -> float:
    """Share of the windows of films that are right; NaN without any."""
    films = list(scores)
    windows = sum(one.windows for one in films)
    return sum(one.right for one in films) / windows if windows else float("nan")
