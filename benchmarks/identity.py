"""Ids of people in films of one person: how many, how often they change, and phantoms.

`python -m benchmarks.identity FILM...` runs detector and tracker on every image and prints a line
per film. In a film with one person all that differs from one id in every image is an error; a
person in a mirror or on a poster is none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from pose_action_ros.detection import make_detector
from pose_action_ros.detection.duplicates import quality
from pose_action_ros.errors import PoseActionError
from pose_action_ros.pipeline_settings import PosePipelineSettings
from pose_action_ros.poses import Pose2D
from pose_action_ros.sources import SourceSettings, open_source
from pose_action_ros.tracking import Tracker


@dataclass(frozen=True)
class Identity:
    """Figures of one film, or of several together.

    Attributes:
        seconds: length.
        images: number of images.
        found: images with at least one person.
        ids: distinct ids.
        changes: images in which the person that was followed has another id, or is missing
            while another person is found.
        phantom_seconds: time with more than one person.
    """

    seconds: float = 0.0
    images: int = 0
    found: int = 0
    ids: int = 0
    changes: int = 0
    phantom_seconds: float = 0.0

    def __add__(self, other: Identity) -> Identity:
        mine, theirs = vars(self), vars(other)
        return Identity(**{name: value + theirs[name] for name, value in mine.items()})

    def __str__(self) -> str:
        rate = 60 * self.changes / self.seconds if self.seconds else 0.0
        found = 100 * self.found / self.images if self.images else 0.0
        return (
            f"{self.ids:4d} ids, {self.changes:3d} changes ({rate:5.1f}/min), "
            f"{self.phantom_seconds:5.1f} of {self.seconds:6.1f} s with phantoms, "
            f"found in {found:5.1f} % of {self.images} images"
        )


def identity(images: Iterable[Sequence[Pose2D]], rate: float) -> Identity:
    """Figures of a film of one person.

    Args:
        images: the tracked people of each image.
        rate: images per second.
    """
    ids: set[int] = set()
    count = found = changes = crowded = 0
    followed: int | None = None
    for people in images:
        count += 1
        found += bool(people)
        crowded += len(people) > 1
        ids |= {person.person_id for person in people}
        if people and followed not in {person.person_id for person in people}:
            changes += followed is not None
            followed = max(people, key=quality).person_id
    return Identity(count / rate, count, found, len(ids), changes, crowded / rate)


def measure(film: str, settings: PosePipelineSettings) -> Identity:
    """Run detector and tracker on every image of a film.

    Raises:
        SourceError: the film cannot be read.
    """
    detector, tracker = make_detector(settings), Tracker(settings)
    with closing(open_source(SourceSettings(source=film))) as source:
        images = [tracker.update(detector(frame.image), frame.stamp) for frame in source]
        return identity(images, source.rate)


def main() -> int:
    """Print the figures of the films; 0 without errors."""
    parser = argparse.ArgumentParser("benchmarks.identity", description=__doc__)
    parser.add_argument("films", nargs="+", metavar="FILM")
    total, several = Identity(), 0
    films: list[str] = parser.parse_args().films
    for film in films:
        try:
            figures = measure(film, PosePipelineSettings())
        except PoseActionError as error:
            sys.stderr.write(f"{film}: {error}\n")
            return 1
        total, several = total + figures, several + (figures.ids > 1)
        print(f"{figures}  {film}", flush=True)
    print(f"{total}  {len(films)} films, {several} of them with more than one id")
    return 0


if __name__ == "__main__":
    sys.exit(main())
