"""Ids of people in films: how many, how often they change, phantoms, and missed people.

In a film with one person all that differs from one id in every image is an error; a person in a
mirror or on a poster is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

from tqdm import tqdm

from pose_action_ros.detection import Detector
from pose_action_ros.detection.duplicates import quality
from pose_action_ros.errors import SourceError
from pose_action_ros.folders import files_below
from pose_action_ros.lab.evaluation.settings import DetectorRun, short_name, variant
from pose_action_ros.lab.evaluation.stopwatch import Cost, Stopwatch
from pose_action_ros.poses import Pose2D
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.sources.kinds import VIDEO_FILES
from pose_action_ros.tracking import Tracker, TrackerSettings


@dataclass(frozen=True)
class FilmFigures:
    """Figures of one film, or of several together.

    Attributes:
        seconds: length.
        images: number of images.
        people: tracked people in all images.
        ids: distinct ids.
        changes: images in which the person that was followed has another id, or is missing
            while another person is found.
        phantom_seconds: time with more than one person.
        missed_seconds: time without any.
    """

    seconds: float = 0.0
    images: int = 0
    people: int = 0
    ids: int = 0
    changes: int = 0
    phantom_seconds: float = 0.0
    missed_seconds: float = 0.0

    def __add__(self, other: FilmFigures) -> FilmFigures:
        mine, theirs = vars(self), vars(other)
        return FilmFigures(**{name: value + theirs[name] for name, value in mine.items()})

    @property
    def perfect(self) -> bool:
        """True if one person with one id is in every image."""
        return self.ids == 1 and not self.phantom_seconds and not self.missed_seconds


@dataclass(frozen=True)
class FilmReport:
    """Figures of one detector on films.

    Attributes:
        name: of the variant.
        films: figures by path.
        cost: time and memory.
    """

    name: str
    films: dict[str, FilmFigures]
    cost: Cost

    @property
    def total(self) -> FilmFigures:
        """Of all films together."""
        return reduce(add, self.films.values(), FilmFigures())


def film_figures(images: Iterable[Sequence[Pose2D]], rate: float) -> FilmFigures:
    """Figures of a film of one person.

    Args:
        images: the tracked people of each image.
        rate: images per second.
    """
    ids: set[int] = set()
    count = people = changes = crowded = missed = 0
    followed: int | None = None
    for tracked in images:
        count += 1
        people += len(tracked)
        missed += not tracked
        crowded += len(tracked) > 1
        shown = {person.person_id for person in tracked}
        ids |= shown
        if tracked and followed not in shown:
            changes += followed is not None
            followed = max(tracked, key=quality).person_id
    return FilmFigures(
        count / rate, count, people, len(ids), changes, crowded / rate, missed / rate
    )


def measure_films(name: str, settings: DetectorRun, paths: Sequence[Path]) -> FilmReport:
    """Run a detector and the tracker on films.

    Args:
        name: of the variant, see `variant`.
        settings: all other settings.
        paths: video files, and folders of them.

    Raises:
        SourceError: a film cannot be read, or there is none.
        ModelError, EngineError: a model is missing or cannot be loaded.
    """
    chosen = variant(name, settings)
    detector = Stopwatch(chosen)
    films = {
        str(film): track_film(film, detector, chosen, chosen.film_step)
        for film in tqdm(film_files(paths), name, disable=None)
    }
    return FilmReport(short_name(name), films, detector.cost())


def track_film(
    film: Path, detector: Detector, settings: TrackerSettings, step: int = 1
) -> FilmFigures:
    """Run a detector and a new tracker on every `step`-th image of a film.

    Raises:
        SourceError: the film cannot be read.
    """
    tracker = Tracker(settings)
    detector.reset()
    with closing(open_source(SourceSettings(source=str(film)))) as source:
        images = (
            tracker.update(detector(frame.image), frame.stamp)
            for number, frame in enumerate(source)
            if number % step == 0
        )
        return film_figures(images, source.rate / step)


def film_files(paths: Iterable[Path]) -> list[Path]:
    """The files, and all videos in the folders and their sub-folders.

    Raises:
        SourceError: a folder without videos.
    """
    return [film for path in paths for film in _videos(path)]


def _videos(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = files_below(path, *VIDEO_FILES)
    if not found:
        raise SourceError(f"{path} has no video, expected files with {', '.join(VIDEO_FILES)}")
    yield from found
