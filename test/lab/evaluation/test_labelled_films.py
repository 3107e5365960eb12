"""Films through the whole pipeline: cached detections, answers, report and command."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline_fakes import Detector
from pose_action_ros import cli, pipeline
from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.lab.evaluation import film_detections
from pose_action_ros.lab.evaluation.film_answers import film_estimates
from pose_action_ros.lab.evaluation.film_detections import FilmDetector
from pose_action_ros.lab.evaluation.film_manifest import LabelledFilm, read_manifest
from pose_action_ros.lab.evaluation.film_report import film_report, film_tables
from pose_action_ros.models.card import read_card
from pose_action_ros.pipeline import Pipeline
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import HUMAN36M_17

RATE = 10.0


class Lifter:
    """Poses that move at random, the same in each film."""

    def __init__(self, settings: PipelineSettings) -> None:
        self.settings = settings

    def __call__(
        self, people: Sequence[Pose2D], _camera: Intrinsics, stamp: float
    ) -> tuple[Pose3D, ...]:
        points = np.random.default_rng(round(stamp * 4)).normal(0, 0.3, (17, 3))
        return tuple(Pose3D(HUMAN36M_17, points, np.ones(17), one.person_id) for one in people)

    def reset(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pipeline, film_detections):
        monkeypatch.setattr(module, "make_detector", Detector)
    monkeypatch.setattr(pipeline, "Lifter", Lifter)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Three films of 4 s, the last one of an empty room."""
    for number, level in enumerate((90, 120, 0)):
        code = cv2.VideoWriter.fourcc(*"MJPG")
        video = cv2.VideoWriter(str(tmp_path / f"{number}.avi"), code, RATE, (64, 48))
        for _ in range(40):
            video.write(np.full((48, 64, 3), level, np.uint8))
        video.release()
    path = tmp_path / "films.csv"
    rows = ["path,label,start_s,end_s,person,ambiguous,distance", "0.avi,waving,0.5,3,ada,0,2 m"]
    rows += ["1.avi,other,,,bob,0,4 m", "2.avi,bowing,,,bob,1,"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def films(manifest: Path) -> list[LabelledFilm]:
    return read_manifest(manifest)


def test_answers_are_those_of_the_pipeline(films: list[LabelledFilm], action_model: Path) -> None:
    settings = PipelineSettings(action_model=str(action_model), label_margin=0.0)
    found, rule = film_estimates(films, settings, None)
    middle = float(np.median([one.score for one in found[0].answers(rule)]))
    settings = replace(settings, unknown_below=middle)
    found, rule = film_estimates(films, settings, None)
    frames = list(Pipeline(settings).process(films[0].path))
    expected = [(one.stamp, one.label, one.score) for frame in frames for one in frame.actions]
    answers = list(found[0].answers(rule))
    assert [(one.start, one.label) for one in answers] == [one[:2] for one in expected]
    assert [one.score for one in answers] == pytest.approx([one[2] for one in expected])
    assert len({one.label for one in answers}) > 1
    # The newest answer holds until the next one, the last one until the end.
    ends = [one.start for one in answers[1:]] + [found[0].seconds]
    assert [one.end for one in answers] == pytest.approx(ends)
    assert (found[0].ids, found[2].ids, found[2].estimates) == ((0,), (), ())


def test_a_cached_film_needs_no_detector(films: list[LabelledFilm], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = FilmDetector(DetectorSettings(), cache)(films[0].path)
    calls = Detector.calls
    moved = films[0].path.rename(tmp_path / "moved.avi")
    again = FilmDetector(DetectorSettings(detector_threads=7), cache)(moved)
    assert Detector.calls == calls
    assert (again.size, again.rate, len(again.stamps)) == ((64, 48), RATE, 40)
    for (stamp, people), (other_stamp, others) in zip(first.images(), again.images(), strict=True):
        assert (stamp, len(people)) == (other_stamp, len(others)) == (stamp, 1)
        np.testing.assert_array_equal(people[0].points, others[0].points)
        assert people[0].score == others[0].score
    FilmDetector(DetectorSettings(search_interval=9), cache)(moved)
    assert Detector.calls == calls + 40  # other settings
    for path in cache.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    FilmDetector(DetectorSettings(), cache)(moved)
    assert Detector.calls == calls + 80  # a damaged file


def test_report(films: list[LabelledFilm], action_model: Path) -> None:
    settings = PipelineSettings(action_model=str(action_model), unknown_below=0.42)
    report = film_report(*film_estimates(films, settings, None))
    thresholds = [threshold for threshold, _ in report.curve]
    assert 0.42 in thresholds
    assert thresholds == sorted(thresholds)
    assert report.curve[-1][1].answered == 0.0  # the random network is never that sure
    chosen = dict(report.curve)[0.42]
    clear = film_tables(report)[0].rows[0]
    assert clear[0] == "not ambiguous"
    assert clear[1:3] == (str(chosen.actions), str(chosen.in_time))
    assert [len(table.rows) for table in film_tables(report)] == [2, 2, 2, 2, 2, 15]


def test_command(
    manifest: Path, action_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "copy.onnx"
    for suffix in (".onnx", ".json"):
        shutil.copy(action_model.with_suffix(suffix), model.with_suffix(suffix))
    words = ["--films", str(manifest), "--action-model", str(model), "--write-card"]
    words += ["--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "out")]
    assert cli.main(["evaluate", "recogniser", *words, "--leave-out", "bob"]) == 0
    assert "### Films, 'unknown' below 0\n" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        *("films.md", "films.csv", "films.png"),
        *("answers.csv", "thresholds.csv", "thresholds.png"),
    }
    rows = (tmp_path / "out" / "films.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("path,label,person,group,ambiguous,ids,in_time")
    assert rows[1].startswith("0.avi,waving,ada,2 m,0,1,")
    card = read_card(model, "action")
    assert card.scores["films"]["people"] == 1
    assert card.scores["films"]["all"]["actions"] == 1
    assert {"0", "0.3", "0.95"} <= set(card.scores["films"]["curve"])
    assert cli.main(["evaluate", "recogniser", *words, "--persons", "eve"]) == 1
    assert "expected one of the manifest: ada, bob" in capsys.readouterr().err
