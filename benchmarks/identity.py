"""Ids of people in films of one person, with the default settings, a line per film.

`python -m benchmarks.identity FILM...` prints the ids that `evaluate detector --films` measures.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pose_action_ros.detection import make_detector
from pose_action_ros.errors import PoseActionError
from pose_action_ros.lab.evaluation.films import FilmFigures, film_files, track_film
from pose_action_ros.pipeline_settings import PosePipelineSettings


def main() -> int:
    """Print the figures of the films; 0 without errors."""
    parser = argparse.ArgumentParser("benchmarks.identity", description=__doc__)
    parser.add_argument("films", nargs="+", metavar="FILM", type=Path)
    total, several = FilmFigures(), 0
    settings = PosePipelineSettings()
    try:
        films, detector = film_files(parser.parse_args().films), make_detector(settings)
        for film in films:
            figures = track_film(film, detector, settings)
            total, several = total + figures, several + (figures.ids > 1)
            print(f"{line(figures)}  {film}", flush=True)
    except PoseActionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(f"{line(total)}  {len(films)} films, {several} of them with more than one id")
    return 0


def line(figures: FilmFigures) -> str:
    """The figures in words."""
    rate = 60 * figures.changes / figures.seconds if figures.seconds else 0.0
    return (
        f"{figures.ids:4d} ids, {figures.changes:3d} changes ({rate:5.1f}/min), "
        f"{figures.phantom_seconds:5.1f} of {figures.seconds:6.1f} s with phantoms, "
        f"{figures.missed_seconds:5.1f} s without a person"
    )


if __name__ == "__main__":
    sys.exit(main())
