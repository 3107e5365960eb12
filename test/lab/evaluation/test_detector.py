"""`pose-action evaluate detector`: true and detected people, variants, and the tables."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pose_action_ros import cli
from pose_action_ros.cli import evaluate_detector as detector_command
from pose_action_ros.detection import DetectorSettings, Image
from pose_action_ros.errors import InputError, ModelError, SettingError, SourceError
from pose_action_ros.lab.evaluation import stopwatch
from pose_action_ros.lab.evaluation.coco_images import measure_on_images
from pose_action_ros.lab.evaluation.crowds import Clip, performers, record
from pose_action_ros.lab.evaluation.detector import (
    DetectorFigures,
    detected_people,
    measure_detector,
    true_people,
)
from pose_action_ros.lab.evaluation.settings import DetectorRun, short_name, variant
from pose_action_ros.poses import Pose2D
from pose_action_ros.skeletons import BODY_25, COCO_17, MPI_15

pytest.importorskip("pycocotools")
pytest.importorskip("motrics")

RUN = DetectorRun(scenes=4, seconds=0.1, crowds=1, crowd_seconds=0.3, images_per_second=5.0)


class Oracle:
    """Returns the true people of stored images; see Detector."""

    skeleton = BODY_25
    engine, surplus = "none", 0

    def __init__(self, clips: Sequence[Clip], people: int = 99) -> None:
        self.settings = DetectorSettings()
        self._truth = {
            clip.image(number).tobytes(): clip.joints[number]
            for clip in clips
            for number in range(len(clip))
        }
        self._most = people

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        people = self._truth.get(image.tobytes(), np.zeros((0, 25, 2)))[: self._most]
        poses = (Pose2D(BODY_25, points, np.ones(25)) for points in people)
        return tuple(pose for pose in poses if pose.present.any())

    def reset(self) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture(scope="module")
def clips(folder: Path) -> list[Clip]:
    """The scenes of performers of RUN, one image each."""
    return [
        record(performers, (RUN.seed, number), people, (0.1, 5.0), folder)
        for number, people in enumerate((1, 2, 4, 6))
    ]


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Oracle], None]:
    """Replace every detector."""
    return lambda one: monkeypatch.setattr(stopwatch, "make_detector", lambda _settings: one)


def test_true_people_have_their_visible_joints(clips: list[Clip]) -> None:
    nose = COCO_17.index("nose")
    for clip in clips:
        truth = true_people(clip, 0)
        shown = np.asarray(np.isfinite(truth.points).all(axis=2))
        counted = ~truth.ignored
        np.testing.assert_array_equal(shown[counted, nose], clip.visible[0, counted, 0])
        assert (shown[counted].sum(axis=1) >= 3).all()
        assert (clip.exposed[0, counted].mean(axis=1) >= 1 / 3).all()
        assert (truth.areas[counted] > 0).all()
        assert (truth.heights <= 480).all()
        assert (truth.heights[counted] > 0).all()


def test_perfect_detector_has_full_scores(
    clips: list[Clip], oracle: Callable[[Oracle], None], folder: Path
) -> None:
    oracle(Oracle(clips))
    figures = measure_detector("blazepose", RUN, folder)
    assert figures.images == len(clips) == 4
    assert (figures.scores.ap, figures.scores.ar) == pytest.approx((1, 1))
    assert [group.people for group in figures.groups] == [1, 2, 4, 6]
    assert [group.scores.ap for group in figures.groups] == pytest.approx([1] * 4)
    assert all(found == of for found, of in figures.scores.found)
    assert figures.people[1] >= figures.people[0] > 2
    assert figures.cost.first >= 0
    assert figures.identity is not None
    assert figures.identity.hota == 0.0  # the oracle has no images of passers-by


def test_detector_of_one_person_has_lower_recall_in_larger_groups(
    clips: list[Clip], oracle: Callable[[Oracle], None], folder: Path
) -> None:
    oracle(Oracle(clips, people=1))
    figures = measure_detector("blazepose", RUN, folder)
    recalls = [group.scores.ar for group in figures.groups]
    assert recalls[0] == pytest.approx(1.0)
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[-1] < 0.5
    assert figures.people[1] == 1.0


def test_joints_are_matched_by_name() -> None:
    points = np.arange(30.0).reshape(15, 2)
    people = detected_people([Pose2D(MPI_15, points, np.ones(15), score=0.5)])
    wrist = people.points[0, COCO_17.index("left_wrist")]
    assert wrist.tolist() == points[MPI_15.index("left_wrist")].tolist()
    assert np.isnan(people.points[0, COCO_17.index("left_eye")]).all()
    assert people.scores.tolist() == [0.5]
    assert detected_people([]).points.shape == (0, 17, 2)


def test_variant_has_the_settings_of_its_name() -> None:
    chosen = variant("blazepose,search_interval=1,min_joint_score=0.3,smoothing=false", RUN)
    assert (chosen.detector, chosen.search_interval, chosen.min_joint_score) == (
        "blazepose",
        1,
        0.3,
    )
    assert not chosen.smoothing
    assert chosen.scenes == RUN.scenes
    network = variant("nets/mine.onnx,detector_height=256", RUN)
    assert (network.detector, network.detector_model) == ("openpose", "nets/mine.onnx")
    assert short_name("nets/mine.onnx,detector_height=256") == "mine,detector_height=256"


@pytest.mark.parametrize(
    "name", ["blazepose,speed=1", "blazepose,search_interval=often", "blazepose,smoothing"]
)
def test_wrong_settings_of_variants_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match=name.split(",")[1].split("=", maxsplit=1)[0]):
        variant(name, RUN)


def _annotated(clips: Sequence[Clip], folder: Path) -> Path:
    """Images and their annotations as COCO has them."""
    images: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for number, clip in enumerate(clips):
        images.append({"id": number, "file_name": str(clip.images[0])})
        truth = true_people(clip, 0)
        columns = (truth.points, truth.areas, truth.heights, truth.ignored)
        for points, area, height, ignored in zip(*columns, strict=True):
            flat = np.column_stack([np.nan_to_num(points), 2.0 * np.isfinite(points[:, 0])])
            entry = {"id": len(entries) + 1, "image_id": number, "category_id": 1, "iscrowd": 0}
            labelled = 0 if ignored else int((flat[:, 2] > 0).sum())
            shape = {"num_keypoints": labelled, "area": float(area), "bbox": [0, 0, 9, height]}
            entries.append({**entry, **shape, "keypoints": flat.ravel().tolist()})
    file = folder / "annotations.json"
    content = {"images": images, "annotations": entries, "categories": [{"id": 1}]}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.parametrize("people", [0, 1, 99])
def test_annotations_give_the_figures_of_the_simulation(
    clips: list[Clip],
    oracle: Callable[[Oracle], None],
    tmp_path: Path,
    folder: Path,
    people: int,
) -> None:
    oracle(Oracle(clips, people))
    ours = measure_detector("blazepose", RUN, folder)
    theirs = measure_on_images("blazepose", RUN, _annotated(clips, tmp_path), tmp_path)
    assert theirs.images == ours.images
    assert theirs.people == ours.people
    assert theirs.scores == ours.scores


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"images": [], "annotations": []}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"file\.json"):
        measure_on_images("blazepose", RUN, file, tmp_path)


def test_missing_images_are_refused(
    clips: list[Clip], oracle: Callable[[Oracle], None], tmp_path: Path
) -> None:
    oracle(Oracle(clips))
    file = _annotated(clips[:1], tmp_path)
    content = json.loads(file.read_text())
    content["images"][0]["file_name"] = "nothing.jpg"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SourceError, match="the images' folder"):
        measure_on_images("blazepose", RUN, file, tmp_path / "elsewhere")


def test_tables_have_rows_for_each_detector(
    oracle: Callable[[Oracle], None],
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def here(
        measure: Callable[[str], DetectorFigures], names: Sequence[str]
    ) -> list[DetectorFigures]:
        return [measure(name) for name in names]

    oracle(Oracle([]))
    monkeypatch.setattr(detector_command, "measured", here)
    monkeypatch.setenv("POSE_ACTION_CACHE", str(tmp_path))
    output = tmp_path / "figures.json"
    words = ["--scenes", "1", "--seconds", "0.1", "--images-per-second", "5"]
    words += ["--crowds", "1", "--crowd-seconds", "0.3", "--scenes-folder", str(folder)]
    detectors = ["blazepose", "nets/mine.onnx"]
    assert cli.main(["evaluate", "detector", *detectors, *words, "--output", str(output)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("### ") == 4
    assert printed.count("| blazepose") == printed.count("| mine") == 3
    assert "| 1, blazepose" in printed
    assert [one["name"] for one in json.loads(output.read_text())] == ["blazepose", "mine"]


def test_each_detector_is_measured_in_its_own_process(tmp_path: Path) -> None:
    measure = partial(measure_detector, settings=RUN, scenes=tmp_path)
    with pytest.raises(ModelError, match=r"no file nothing\.onnx"):
        detector_command.measured(measure, ["nothing.onnx"])


def test_annotations_need_their_images(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "detector", "--annotations", "a.json"]) == 1
    assert "--images" in capsys.readouterr().err
