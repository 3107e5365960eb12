"""`pose-action evaluate detector`: true and detected people, and the table."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from pose_action_ros import cli
from pose_action_ros.cli import evaluate_detector as detector_command
from pose_action_ros.detection import DetectorSettings, Image
from pose_action_ros.errors import InputError, ModelError, SourceError
from pose_action_ros.lab.evaluation import detector as module
from pose_action_ros.lab.evaluation.coco_images import measure_on_images
from pose_action_ros.lab.evaluation.detector import (
    DetectorFigures,
    crowd,
    detected_people,
    measure_detector,
    true_people,
)
from pose_action_ros.lab.evaluation.settings import DetectorRun
from pose_action_ros.poses import Pose2D
from pose_action_ros.simulation import SimulatedFrame
from pose_action_ros.skeletons import COCO_17, COCO_18, MPI_15

RUN = DetectorRun(scenes=6, seconds=0.1, images_per_second=5.0)


class Oracle:
    """Returns the true people of given images; see Detector."""

    skeleton = COCO_18

    def __init__(self, frames: Sequence[SimulatedFrame], people: int = 99) -> None:
        self.settings = DetectorSettings()
        self._truth = {frame.image.tobytes(): frame.people for frame in frames}
        self._most = people

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        people = self._truth.get(image.tobytes(), ())[: self._most]
        poses = (person.keypoints.to(COCO_18) for person in people)
        return tuple(pose for pose in poses if pose.present.any())

    def reset(self) -> None:
        pass


def _frames(run: DetectorRun = RUN) -> list[SimulatedFrame]:
    scenes = [
        crowd(np.random.default_rng([run.seed, number]), 1 + number % 6, 1.0)
        for number in range(run.scenes)
    ]
    stamps = np.arange(0, run.seconds, 1 / run.images_per_second).tolist()
    return [scene.frame(stamp) for scene in scenes for stamp in stamps]


@pytest.fixture(scope="module")
def frames() -> list[SimulatedFrame]:
    return _frames()


@pytest.fixture
def no_rendering(frames: list[SimulatedFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the scenes by their frames, which have one to six people."""
    scenes = {
        len(frame.people): SimpleNamespace(frame=lambda _stamp, f=frame: f) for frame in frames
    }
    monkeypatch.setattr(module, "crowd", lambda _rng, people, _seconds: scenes[people])


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Oracle], None]:
    """Replace every detector."""
    return lambda one: monkeypatch.setattr(module, "make_detector", lambda _settings: one)


def test_crowds_are_near_and_far_occluded_and_cut() -> None:
    hidden, cut, distances = 0, 0, []
    for seed in range(6):
        people = crowd(np.random.default_rng(seed), 6, 1.0).truth(0.5)
        assert len(people) == 6
        places = np.stack([person.pose.points[0] for person in people])
        gaps = np.linalg.norm(places[:, None] - places[None], axis=-1) + 9 * np.eye(6)
        assert gaps.min() > 0.35
        distances += np.linalg.norm(places, axis=1).tolist()
        hidden += sum(bool((person.keypoints.present & ~person.visible).any()) for person in people)
        cut += sum(not person.keypoints.present.all() for person in people)
    assert hidden > 10
    assert 5 < cut < 30
    assert min(distances) < 2.5
    assert max(distances) > 5.5


def test_true_people_have_their_visible_joints(frames: list[SimulatedFrame]) -> None:
    for frame in frames:
        truth = true_people(frame)
        nose = COCO_17.index("nose")
        for person, points, ignored in zip(frame.people, truth.points, truth.ignored, strict=True):
            shown = np.isfinite(points).all(axis=1)
            assert ignored or shown[nose] == person.visible[0]
            assert shown.sum() >= 3 or ignored
        assert (truth.areas[~truth.ignored] > 0).all()


def test_perfect_detector_has_full_scores(
    frames: list[SimulatedFrame], oracle: Callable[[Oracle], None]
) -> None:
    oracle(Oracle(frames))
    figures = measure_detector("blazepose", RUN)
    assert figures.images == len(frames) == 6
    assert figures.scores.ap == figures.scores.ar == 1.0
    assert [group.ap for group in figures.groups] == [1.0] * 3
    assert figures.people[1] >= figures.people[0] > 2


@pytest.mark.usefixtures("no_rendering")
def test_detector_of_one_person_has_lower_recall_in_larger_groups(
    frames: list[SimulatedFrame], oracle: Callable[[Oracle], None]
) -> None:
    oracle(Oracle(frames, people=1))
    figures = measure_detector("blazepose", RUN)
    alone, few, many = (group.ar for group in figures.groups)
    assert alone == 1.0
    assert 1.0 > few > many > 0
    assert figures.people[1] == 1.0


def test_joints_are_matched_by_name() -> None:
    points = np.arange(30.0).reshape(15, 2)
    people = detected_people([Pose2D(MPI_15, points, np.ones(15), score=0.5)])
    wrist = people.points[0, COCO_17.index("left_wrist")]
    assert wrist.tolist() == points[MPI_15.index("left_wrist")].tolist()
    assert np.isnan(people.points[0, COCO_17.index("left_eye")]).all()
    assert people.scores.tolist() == [0.5]
    assert detected_people([]).points.shape == (0, 17, 2)


def _annotated(frames: Sequence[SimulatedFrame], folder: Path) -> Path:
    """Images and their annotations as COCO has them."""
    images: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for number, frame in enumerate(frames):
        cv2.imwrite(str(folder / f"{number}.png"), frame.image)
        images.append({"id": number, "file_name": f"{number}.png"})
        truth = true_people(frame)
        for points, area, ignored in zip(truth.points, truth.areas, truth.ignored, strict=True):
            flat = np.column_stack([np.nan_to_num(points), 2.0 * np.isfinite(points[:, 0])])
            entry = {"id": len(entries) + 1, "image_id": number, "category_id": 1, "iscrowd": 0}
            labelled = 0 if ignored else int((flat[:, 2] > 0).sum())
            shape = {"num_keypoints": labelled, "area": float(area), "bbox": [0, 0, 9, 9]}
            entries.append({**entry, **shape, "keypoints": flat.ravel().tolist()})
    file = folder / "annotations.json"
    content = {"images": images, "annotations": entries, "categories": [{"id": 1}]}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.usefixtures("no_rendering")
@pytest.mark.parametrize("people", [0, 1, 99])
def test_annotations_give_the_figures_of_the_simulation(
    frames: list[SimulatedFrame], oracle: Callable[[Oracle], None], tmp_path: Path, people: int
) -> None:
    pytest.importorskip("pycocotools")
    oracle(Oracle(frames, people))
    ours = measure_detector("blazepose", RUN)
    theirs = measure_on_images("blazepose", RUN, _annotated(frames, tmp_path), tmp_path)
    assert theirs.images == ours.images
    assert theirs.people == ours.people
    assert theirs.scores.ap == pytest.approx(ours.scores.ap)
    assert theirs.scores.ar == pytest.approx(ours.scores.ar)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"images": [], "annotations": []}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    pytest.importorskip("pycocotools")
    file = tmp_path / "file.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"file\.json"):
        measure_on_images("blazepose", DetectorSettings(), file, tmp_path)


def test_missing_images_are_refused(
    frames: list[SimulatedFrame], oracle: Callable[[Oracle], None], tmp_path: Path
) -> None:
    pytest.importorskip("pycocotools")
    oracle(Oracle(frames))
    file = _annotated(frames[:1], tmp_path)
    with pytest.raises(SourceError, match="the images' folder"):
        measure_on_images("blazepose", DetectorSettings(), file, tmp_path / "elsewhere")


def test_table_has_a_row_for_each_detector(
    frames: list[SimulatedFrame],
    oracle: Callable[[Oracle], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def here(
        measure: Callable[[str], DetectorFigures], names: Sequence[str]
    ) -> list[DetectorFigures]:
        return [measure(name) for name in names]

    oracle(Oracle(frames))
    monkeypatch.setattr(detector_command, "measured", here)
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path))
    output = tmp_path / "figures.json"
    words = ["--scenes", "1", "--seconds", "0.1", "--output", str(output)]
    assert cli.main(["evaluate", "detector", "blazepose", "nets/mine.onnx", *words]) == 0
    printed = capsys.readouterr().out
    assert "| blazepose" in printed
    assert "| mine" in printed
    assert [one["name"] for one in json.loads(output.read_text())] == ["blazepose", "mine"]


def test_each_detector_is_measured_in_its_own_process() -> None:
    with pytest.raises(ModelError, match=r"no file nothing\.onnx"):
        detector_command.measured(partial(measure_detector, settings=RUN), ["nothing.onnx"])


def test_annotations_need_their_images(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "detector", "--annotations", "a.json"]) == 1
    assert "--images" in capsys.readouterr().err
