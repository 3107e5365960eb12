"""Teaching, small: labels, demonstrations, variations, the command from recordings to a model."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.cli import teach as teach_command
from pose_action_ros.errors import InputError, ModelError, SettingError
from pose_action_ros.lab.networks.cells import CellNetwork, CellShape
from pose_action_ros.lab.networks.genotype import random_genotype
from pose_action_ros.lab.training.action import last_layer, teach, teaching_data
from pose_action_ros.lab.training.action.augmentation import restyle
from pose_action_ros.lab.training.action.data import mirrored_labels
from pose_action_ros.lab.training.action.demonstrations import (
    Demonstration,
    demonstrations_of,
    windows_of,
)
from pose_action_ros.lab.training.action.last_layer import features_of, fit_head, folds_of
from pose_action_ros.lab.training.action.model import (
    ActionModel,
    read_model,
    with_labels,
    write_model,
)
from pose_action_ros.lab.training.action.report import HeldOut, table, warnings
from pose_action_ros.lab.training.action.settings import NetworkChoice, TeachSettings
from pose_action_ros.lab.training.action.simulated_people import varied_person
from pose_action_ros.lab.training.action.teaching_data import labels_after
from pose_action_ros.lab.training.action.windows import NO_MIRROR
from pose_action_ros.labels import load_recordings
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.recognition import SpmfSettings
from pose_action_ros.recognition.classifier import ActionClassifier
from pose_action_ros.recording import Recording
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17, MSR_20

Array = npt.NDArray[np.float64]
WRIST = HUMAN36M_17.index("right_wrist")
BASE = ("standing", "waving_left", "waving_right")
# A standing person with hanging arms, x to the left, y down, origin between the hips [m].
BODY: Array = np.array(
    [
        [0, 0, 0],
        *([-0.13, 0, 0], [-0.13, 0.44, 0], [-0.13, 0.88, 0]),
        *([0.13, 0, 0], [0.13, 0.44, 0], [0.13, 0.88, 0]),
        *([0, -0.25, 0], [0, -0.5, 0], [0, -0.6, -0.1], [0, -0.72, 0]),
        *([0.17, -0.48, 0], [0.2, -0.2, 0], [0.2, 0.05, 0]),
        *([-0.17, -0.48, 0], [-0.2, -0.2, 0], [-0.2, 0.05, 0]),
    ]
)


def take(
    label: str,
    source: str = "a.mp4",
    *,
    rests: tuple[float, float] = (0.0, 0.0),
    seconds: float = 2.0,
    placed: bool = False,
    person: int = 0,
) -> PoseTrack:
    """A person who raises and lowers the right hand, with rests before and after."""
    stamps: Array = np.arange(0, rests[0] + seconds + rests[1], 0.05, dtype=np.float64)
    phase: Array = np.clip((stamps - rests[0]) / seconds, 0, 1)
    points: Array = np.repeat(BODY[None], len(stamps), axis=0)
    points[:, WRIST, 1] -= 0.4 * (1 - np.cos(2 * np.pi * round(seconds) * phase))
    if placed:
        points += [0.0, 0.0, 3.0]
    scores = np.ones(points.shape[:2])
    return PoseTrack(HUMAN36M_17, stamps, points, scores, label, person, source, placed)


def kinect() -> PoseTrack:
    """A recording with another skeleton."""
    points = np.zeros((40, 20, 3))
    stamps = np.linspace(0, 2, 40)
    return PoseTrack(MSR_20, stamps, points, np.ones((40, 20)), "nodding", source="a.mp4")


def base_model(folder: Path, labels: tuple[str, ...] = BASE) -> Path:
    """Write a tiny model with random weights."""
    torch.manual_seed(0)
    shape = CellShape(len(labels), 48, 32, channels=2, blocks=1, spare=2)
    network = CellNetwork(random_genotype(np.random.default_rng(0), 2), shape)
    model = ActionModel(network, labels, SpmfSettings(), 2.0, 1.0, 0.3)
    path = folder / "base.onnx"
    write_model(path, model, NetworkChoice(), {}, {})
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture
def small(
    base: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The base, with small numbers of people and copies, and one cache of simulated people."""
    cache = tmp_path_factory.getbasetemp() / "simulated_people"
    monkeypatch.setenv("POSE_ACTION_CACHE", str(cache))
    for module, name, value in (
        (teaching_data, "HELD_OUT", 100),
        (teaching_data, "COPIES", 1),
        (teaching_data, "GESTURE_PEOPLE", 2),
        (teaching_data, "OTHER_PEOPLE", 2),
        (teach, "COPIES", 1),
        (last_layer, "COPIES", 1),
        (last_layer, "DRAWN", 20),
        (last_layer, "REPLAYED", 30),
    ):
        monkeypatch.setattr(module, name, value)
    return base


def run(folders: Path | list[Path], base: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    teach_command.configure(parser)
    paths = map(str, [folders] if isinstance(folders, Path) else folders)
    few = ("--people", "2", "--epochs", "2", "--samples", "16", "--threads", "1")
    return teach_command.run(parser.parse_args([*paths, "--base", str(base), *few, *words]))


def write(folder: Path, *recordings: PoseTrack) -> Path:
    for number, recording in enumerate(recordings):
        path = folder / f"{recording.label or 'none'}_{number}.npz"
        Recording.from_tracks([recording]).save(path)
    return folder


def test_a_taught_model_works_in_recognisers_and_can_be_taught_again(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "dir", *(take("nodding", f"{name}.mp4") for name in "abc"))
    write(folder / "more", take("standing", "d.mp4"), take("standing", "e.mp4"))
    assert run(folder, small) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "dir.onnx"
    classifier = ActionClassifier(str(path))
    assert classifier.labels == (*BASE, "nodding")
    assert "standing: 2 recordings, added to an action of the base" in printed
    assert "| nodding " in printed
    assert f"ros2 param set /action_node action_model {path}" in printed
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["training"]["recordings"]["nodding"] == ["a.mp4", "b.mp4", "c.mp4"]
    assert card["scores"]["left_out"]["nodding"]["recordings"] == 3
    assert str(tmp_path) not in json.dumps(card)
    with pytest.raises(SettingError, match="already exists"):
        run(folder, small)
    model = read_model(path)
    kept = [model.labels.index(name) for name in ("waving_left", "waving_right")]
    assert model.thresholds[kept] == pytest.approx(0.3)  # of the base
    assert run(folder, path, "--output", str(tmp_path / "next.onnx"), "--epochs", "0") == 0
    assert read_model(tmp_path / "next.onnx").labels == classifier.labels


def test_one_recording_of_each_action_is_taught_without_scores(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "dir", take("nodding"), take("turning_left", "b.mp4"))
    assert run(folder, small, "--keep", "none", "--epochs", "0") == 0
    printed = capsys.readouterr().out
    assert "turning_left: its other side has no recordings" in printed
    model = read_model(tmp_path / "dir.onnx")
    assert model.thresholds == pytest.approx(read_model(small).threshold)


def test_processed_films_are_taught_with_spans_in_a_csv_file(small: Path, tmp_path: Path) -> None:
    """Two films of two people each, without labels, and new actions without mirroring."""
    for film in ("one", "two"):
        tracks = [take("", f"{film}.mp4", seconds=6.0, person=person) for person in (0, 1)]
        Recording.from_tracks(tracks).save(tmp_path / film / "poses.npz")
    labels = tmp_path / "spans.csv"
    labels.write_text(
        "recording,person,start,end,label\n"
        "one,0,0.5,3,nodding\none,1,3,5.5,turning\ntwo,0,0.5,3,nodding\ntwo,1,3,5.5,turning\n"
    )
    few = ("--keep", "none", "--no-mirror", "--epochs", "1", "--output", str(tmp_path / "a.onnx"))
    folders = [tmp_path / "one", tmp_path / "two"]
    assert run(folders, small, "--labels", str(labels), *few) == 0
    model = read_model(tmp_path / "a.onnx")
    assert model.labels == ("nodding", "turning")
    assert ((model.thresholds > 0) & (model.thresholds <= 1)).all()
    card = json.loads((tmp_path / "a.json").read_text())
    films = ["one.mp4", "two.mp4"]
    assert card["training"]["recordings"] == dict.fromkeys(model.labels, films)


def test_only_the_named_person_and_span_is_demonstrated(tmp_path: Path) -> None:
    still = replace(take("", seconds=6.0, person=1), points=np.repeat(BODY[None], 120, axis=0))
    Recording.from_tracks([take("", seconds=6.0), still]).save(tmp_path / "poses.npz")
    labels = tmp_path / "spans.csv"
    labels.write_text("recording,person,start,end,label\n.,1,2,4,standing_still\n")
    (demonstration,) = demonstrations_of(load_recordings(tmp_path, labels), SpmfSettings())
    poses = demonstration.poses
    assert (poses.stamps.min(), poses.stamps.max()) == pytest.approx((2.0, 4.0))
    assert poses.points == pytest.approx(np.repeat(BODY[None], len(poses.stamps), axis=0), abs=1e-5)
    labels.write_text("recording,person,start,end,label\n.,1,2,2.3,standing_still\n")
    with pytest.raises(InputError, match=r"person 1 in a\.mp4 from 2\.0 to 2\.\d s .*no 0\.5 s"):
        demonstrations_of(load_recordings(tmp_path, labels), SpmfSettings())


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (take(""), "has the label ''"),
        (take("unknown"), "has the label 'unknown'"),
        (kinect(), "'msr_20', which lacks nose"),
        (take("nodding", seconds=0.3), "no 0.5 s of poses"),
    ],
)
def test_unusable_recordings_are_named(recording: PoseTrack, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        demonstrations_of([recording], SpmfSettings())
    assert "a.mp4" in str(error.value)


def test_unusable_folders_and_bases_are_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="pose-action record"):
        run(tmp_path / "empty", small)
    folder = write(tmp_path / "dir", take("nodding"))
    with pytest.raises(InputError, match="nodding would be the only action"):
        run(folder, small, "--keep", "none")
    with pytest.raises(SettingError, match=r"\.onnx"):
        run(folder, small, "--output", str(tmp_path / "model.pt"))
    with pytest.raises(SettingError, match="outside"):
        run(folder, small, "--output", str(folder / "action.onnx"))
    for suffix in (".onnx", ".json"):
        shutil.copy(small.with_suffix(suffix), tmp_path)
    with pytest.raises(ModelError, match=r"base\.weights\.npz"):
        run(folder, tmp_path / "base.onnx")
    (folder / "broken.npz").write_bytes(b"no")
    with pytest.raises(InputError, match=r"broken\.npz"):
        run(folder, small)


def test_a_base_of_two_people_is_refused() -> None:
    network = torch.nn.Identity()
    model = ActionModel(network, BASE, SpmfSettings(people=2), 2.0, 1.0, 0.3)
    demonstration = demonstrations_of([take("nodding")], SpmfSettings())
    with pytest.raises(ModelError, match="2 people"):
        teaching_data.TeachingData(model, demonstration, TeachSettings())


def test_kept_labels_come_first_and_forgotten_ones_are_refused() -> None:
    assert labels_after(BASE, "all", ["b", "a", "standing"]) == (*BASE, "a", "b")
    assert labels_after(BASE, "waving_right, standing", ["a"]) == ("standing", "waving_right", "a")
    with pytest.raises(SettingError, match="cannot keep flying; the base has standing"):
        labels_after(BASE, "flying", ["a"])
    with pytest.raises(InputError, match="nodding of the base would be forgotten"):
        labels_after((*BASE, "nodding"), "all", ["a"])
    assert labels_after((*BASE, "nodding"), "all", ["nodding"]) == (*BASE, "nodding")


def test_mirrored_labels_without_the_other_side() -> None:
    labels = ("nodding", "turning_left", "turning_right", "left_step")
    assert mirrored_labels(labels).tolist() == [0, 2, 1, NO_MIRROR]
    assert sorted(mirrored_labels(ACTIONS)) == list(range(len(ACTIONS)))


def test_windows_end_while_the_action_is_performed() -> None:
    (demonstration,) = demonstrations_of([take("nodding", rests=(2.0, 3.0))], SpmfSettings())
    ends = [
        demonstration.poses.stamps[window.frame] for window in windows_of(demonstration.poses, 0, 4)
    ]
    assert 2.0 < min(ends) < 2.6
    assert 3.4 < max(ends) < 4.3
    assert {window.label for window in windows_of(demonstration.poses, 0, 4)} == {4}


def test_poses_before_a_span_lead_up_to_its_windows() -> None:
    whole = take("nodding", rests=(2.0, 0.0))
    led = replace(whole, begin=2.0)
    (demonstration,) = demonstrations_of([led], SpmfSettings())
    windows = windows_of(demonstration.poses, 0, 4)
    assert demonstration.poses.stamps[0] == whole.stamps[0]
    ends = [demonstration.poses.stamps[window.frame] for window in windows]
    assert 2.0 < min(ends) < 2.6
    cut = slice(np.searchsorted(whole.stamps, 2.0), None)
    parts = {name: getattr(whole, name)[cut] for name in ("stamps", "points", "scores")}
    (without,) = demonstrations_of([replace(whole, **parts)], SpmfSettings())
    assert len(windows_of(without.poses, 0, 4)) < len(windows)


def test_holding_a_posture_is_an_action() -> None:
    still = take("holding", seconds=3.0)
    points = np.repeat(still.points[:1], len(still), axis=0)
    (demonstration,) = demonstrations_of([replace(still, points=points)], SpmfSettings())
    ends = [
        demonstration.poses.stamps[window.frame] for window in windows_of(demonstration.poses, 0, 0)
    ]
    assert max(ends) > 2.7


def test_placed_and_relative_recordings_are_equivalent() -> None:
    pair = [take("nodding", placed=True), take("nodding")]
    placed, relative = demonstrations_of(pair, SpmfSettings())
    assert placed.poses.points == pytest.approx(relative.poses.points)


def test_recordings_of_a_source_are_in_the_same_fold() -> None:
    def demonstration(label: str, source: str) -> Demonstration:
        return replace(DEMONSTRATION, label=label, source=source)

    folds = folds_of(
        [
            demonstration("a", "x"),
            demonstration("a", "x"),
            demonstration("a", "y"),
            demonstration("b", "x"),
        ]
    )
    assert folds == [0, 0, 1, None]
    assert folds_of([demonstration("a", "webcam_0")] * 3) == [0, 1, 2]


(DEMONSTRATION,) = demonstrations_of([take("nodding")], SpmfSettings())


def test_a_layer_with_more_labels_keeps_the_old_outputs() -> None:
    torch.manual_seed(0)
    shape = CellShape(3, 48, 32, channels=2, blocks=1, dropout=0.0, spare=2)
    network = CellNetwork(random_genotype(np.random.default_rng(0), 2), shape).eval()
    changed = with_labels(network, BASE, ["waving_right", "new", "standing"])
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 48, 32, 3), dtype=np.uint8)
    features = features_of(changed, images)
    with torch.no_grad():
        now, before = (each.stack.linear(features) for each in (changed, network))  # (40, 5) each
        assert torch.allclose(now[:, [2, 0, 3, 4]], before[:, [0, 2, 3, 4]], atol=1e-5)
        more = with_labels(network, BASE, BASE, spare=4)
        kept = more.stack.linear(features)  # (40, 7)
        assert torch.allclose(kept[:, :5], before, atol=1e-5)
        assert kept[:, 5:].std() < before.std()
        labels = torch.arange(40) % 2
        head = fit_head(
            changed.stack.linear, 20 * torch.randn(40, features.shape[1]), labels, 3, 0.0
        )
    assert head.weight.shape == changed.stack.linear.weight.shape


@given(st.integers(0, 1000))
def test_restyled_people_have_human_bones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    changed = restyle(np.repeat(BODY[None], 3, axis=0)[None], rng)[0]
    assert np.isfinite(changed).all()
    assert changed[0] == pytest.approx(changed[2])
    for parent, child in HUMAN36M_17.bones:
        old = np.linalg.norm(BODY[child] - BODY[parent])
        new = np.linalg.norm(changed[:, child] - changed[:, parent], axis=1)
        assert (0.6 * old < new).all()
        assert (new < 1.6 * old).all()


def test_a_varied_person_is_upright_in_the_image() -> None:
    heights = []
    for seed in range(8):
        person = varied_person(DEMONSTRATION.poses, np.random.default_rng(seed))
        assert len(person.stamps) > 0.5 * len(DEMONSTRATION.poses.stamps)
        nose, hip = person.points[:, 0, 1], person.points[:, 8, 1]
        heights.append(float(np.nanmedian(hip - nose)))
    assert np.median(heights) > 20  # [px] the head is above the hips


@pytest.mark.parametrize("seed", range(4))
def test_a_person_without_legs_is_as_high_as_one_with_legs(seed: int) -> None:
    poses = DEMONSTRATION.poses
    hidden = poses.points.copy()
    hidden[:, [HUMAN36M_17.index(f"{side}_ankle") for side in ("left", "right")]] = np.nan
    people = [
        varied_person(replace(poses, points=points), np.random.default_rng(seed))
        for points in (poses.points, hidden)
    ]
    noses, size = [np.nanmedian(person.points[:, 0, 1]) for person in people], 480
    assert abs(noses[0] - noses[1]) < 0.1 * size
    ankles = [COCO_18.index(f"{side}_ankle") for side in ("left", "right")]
    assert not people[1].scores[:, ankles].any()


def test_warnings_and_table() -> None:
    good = HeldOut(5, 5, 50, 0.9, 1.0, {"standing": 0.1})
    poor = HeldOut(2, 1, 20, 0.5, 0.5, {"standing": 0.4, "waving_left": 0.1})
    alone = HeldOut(1, 1, 0, 0.0, 0.0, {})
    texts = list(warnings({"good": good, "poor": poor, "alone": alone}))
    assert len(texts) == 4
    assert "2 recording(s)" in texts[0]
    assert "one source" in texts[1]
    assert "poor was confused with standing in 40 %" in texts[2]
    assert "alone: 1 recording(s)" in texts[3]
    text = table({"good": good, "alone": alone})
    assert "90 %" in text
    assert "standing 10 %" in text
