"""Figures of films of one person: ids, changes, phantoms and missed people."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_action_ros import cli
from pose_action_ros.cli import evaluate_detector as detector_command
from pose_action_ros.detection import Image
from pose_action_ros.errors import SourceError
from pose_action_ros.lab.evaluation import stopwatch
from pose_action_ros.lab.evaluation.films import (
    FilmFigures,
    FilmReport,
    film_figures,
    film_files,
    measure_films,
)
from pose_action_ros.lab.evaluation.settings import DetectorRun
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import COCO_18

RATE = 10.0


class OnePerson:
    """Detects the same person in every image but the first of a film; see Detector."""

    skeleton, engine, surplus = COCO_18, "none", 0

    def __init__(self) -> None:
        self.settings = DetectorRun()
        self.reset()

    def reset(self) -> None:
        self._images = 0

    def __call__(self, _image: Image) -> tuple[Pose2D, ...]:
        self._images += 1
        points = np.random.default_rng(0).uniform(10, 90, (18, 2))
        return (Pose2D(COCO_18, points, np.ones(18)),) if self._images > 1 else ()


def _people(ids: Sequence[int]) -> list[Pose2D]:
    """People of which the first has the best quality."""
    return [
        Pose2D(COCO_18, np.ones((18, 2)), np.full(18, 0.9), person_id=number, score=0.9 - 0.1 * row)
        for row, number in enumerate(ids)
    ]


def _figures(*images: Sequence[int]) -> FilmFigures:
    return film_figures([_people(ids) for ids in images], RATE)


def test_one_id_in_every_image_is_perfect() -> None:
    figures = _figures(*[[4]] * 10)
    assert figures == FilmFigures(seconds=1.0, images=10, people=10, ids=1)
    assert figures.perfect


def test_missed_images_are_time() -> None:
    figures = _figures([4], [], [], [4])
    assert figures.missed_seconds == pytest.approx(0.2)
    assert (figures.ids, figures.changes) == (1, 0)
    assert not figures.perfect


def test_another_id_is_a_change() -> None:
    assert _figures([4], [5], [], [6]).changes == 2
    assert _figures([4], [5], [], [6]).ids == 3


def test_phantom_beside_the_person_is_time_and_no_change() -> None:
    figures = _figures([4], [5, 4], [4], [4])
    assert figures.phantom_seconds == pytest.approx(0.1)
    assert figures.changes == 0
    assert figures.people == 5


def test_ghost_that_replaces_the_person_in_turn_is_a_change_each_time() -> None:
    assert _figures([4], [4, 5], [5], [4], [5]).changes == 3


def test_figures_of_films_add_up() -> None:
    total = _figures([4], []) + _figures([4], [7])
    assert total.seconds == pytest.approx(0.4)
    assert (total.images, total.ids, total.changes) == (4, 3, 1)


def test_folders_of_films(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name in ("b.mp4", "more/a.AVI", "notes.txt"):
        (tmp_path / name).touch()
    found = [file.name for file in film_files([tmp_path, tmp_path / "notes.txt"])]
    assert found == ["b.mp4", "a.AVI", "notes.txt"]


def test_folder_without_films_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no video"):
        film_files([tmp_path])


def test_table_of_films(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stopwatch, "make_detector", lambda _settings: OnePerson())
    monkeypatch.setattr(
        detector_command, "measured", lambda measure, names: [measure(name) for name in names]
    )
    for name in ("one.avi", "two.avi"):
        code = cv2.VideoWriter.fourcc(*"MJPG")
        video = cv2.VideoWriter(str(tmp_path / name), code, RATE, (64, 48))
        for _ in range(10):
            video.write(np.zeros((48, 64, 3), np.uint8))
        video.release()
    words = ["blazepose", "--films", str(tmp_path), "--output", str(tmp_path / "figures.json")]
    assert cli.main(["evaluate", "detector", *words]) == 0
    printed = capsys.readouterr().out
    assert "| blazepose: 0 of 2 perfect" in printed
    assert "| blazepose, one.avi" in printed
    report = measure_films("blazepose", DetectorRun(film_step=2), [tmp_path / "one.avi"])
    assert isinstance(report, FilmReport)
    assert report.total.images == 5
    assert report.total.missed_seconds == pytest.approx(0.2)
