"""Rendered people through the real detector: what the file says, going on, and refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from blazepose_files import blazepose_files
from people_in_view import standing
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON, SEEN
from pose_action_ros.lab.training.lifter.detection_settings import DetectionRun
from pose_action_ros.lab.training.lifter.detections import COLUMNS, make_detections
from pose_action_ros.lab.training.lifter.detector_errors import read_detections
from pose_action_ros.lab.training.lifter.kinds import KINDS, RECORDED, kinds_of
from pose_action_ros.lab.training.lifter.recorded_people import recorded_people
from pose_action_ros.lab.training.lifter.shown_people import free_scene, recorded_scene
from pose_action_ros.simulation.free_movement import FREE

Array = npt.NDArray[np.float64]


def recorded(count: int = 3) -> Array:
    """(P, 21, 3) people who stand, z up, facing x."""
    return np.repeat(standing()[None][..., [2, 0, 1]] * [-1, 1, -1], count, axis=0)


def positions_file(path: Path) -> Path:
    """A file of CMU's form, with somebody upright in both splits."""
    sides = {"l": 0.15, "r": -0.15}
    ups = {"hip": 0.9, "knee": 0.5, "ankle": 0.1, "shoulder": 1.3, "elbow": 1.05, "wrist": 0.85}
    places = {f"{s}{name}": (x, up, 0.0) for s, x in sides.items() for name, up in ups.items()}
    places |= {"upperback": (0, 1.1, 0), "upperneck": (0, 1.4, 0), "head_end": (0, 1.6, 0)}
    joints = np.repeat(np.array(list(places.values()))[None], 5, axis=0)
    arrays: dict[str, Any] = {f"{split}/standing/a": joints for split in ("train", "test")}
    np.savez(path, joint_names=np.array(list(places)), **arrays)
    return path


def run(tmp_path: Path, **changes: Any) -> DetectionRun:
    blazepose_files()  # skips where they are not
    positions = str(positions_file(tmp_path / "positions.npz"))
    settings = DetectionRun(
        output=str(tmp_path / "found.npz"), positions=positions, scenes=3, frames=2
    )
    return replace(settings, **changes)


def test_the_detector_sees_people_where_they_are_and_the_file_says_who(tmp_path: Path) -> None:
    settings = run(tmp_path, scenes=8)
    count = make_detections(settings)
    train, test = (
        read_detections(settings.output, "train"),
        read_detections(settings.output, "test"),
    )
    assert train is not None
    assert test is not None
    assert len(train.views) + len(test.views) == count >= 10
    assert 0 < len(test.views) <= 4  # scenes 0 and 7
    seen = train.views.joints[:, SEEN]
    errors = np.linalg.norm(train.views.rays - seen[..., :2] / seen[..., 2:], axis=-1)
    sizes = 1.7 / seen[:, :, 2].mean(axis=1)
    assert np.nanmedian(errors / sizes[:, None]) < 0.03
    kinds = np.char.startswith(np.concatenate([train.actions, test.actions]), RECORDED)
    assert kinds.any()
    assert not kinds.all()


def test_a_run_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    make_detections(run(tmp_path))
    make_detections(run(tmp_path, scenes=1, output=str(tmp_path / "parts.npz")))
    make_detections(run(tmp_path, output=str(tmp_path / "parts.npz"), workers=2))
    with np.load(tmp_path / "found.npz") as whole, np.load(tmp_path / "parts.npz") as parts:
        for name in COLUMNS:
            np.testing.assert_array_equal(whole[name], parts[name])


def test_a_file_of_other_settings_or_none_is_refused(tmp_path: Path) -> None:
    settings = run(tmp_path, scenes=1)
    make_detections(settings)
    with pytest.raises(InputError, match="other settings"):
        make_detections(replace(settings, seed=2))
    Path(settings.output).write_bytes(b"no")
    with pytest.raises(InputError, match="no file of detections"):
        make_detections(settings)


def test_a_recorded_person_is_shown_where_the_joints_are() -> None:
    shown = next(recorded_scene({"recorded/a": recorded()}, 1, np.random.default_rng(4)))
    assert shown.action == "recorded/a"
    pixels = shown.intrinsics.project(shown.joints)
    other = next(recorded_scene({"recorded/a": recorded() + 50.0}, 1, np.random.default_rng(4)))
    np.testing.assert_allclose(other.joints[:, 2], shown.joints[:, 2], atol=1e-6)  # put in view
    changed = np.abs(shown.image.astype(int) - np.median(shown.image, axis=1)[:, None]).sum(axis=2)
    chest = pixels[PERSON.index("spine")].round().astype(int)
    assert (chest >= 0).all()
    assert changed[chest[1], chest[0]] > 0


def test_who_moves_freely_is_in_the_picture_and_never_twice_alike() -> None:
    shown = list(free_scene(6, np.random.default_rng(5)))
    assert {one.action for one in shown} == {FREE}
    for one in shown:
        middle = one.intrinsics.project(one.joints)[PERSON.index("mid_hip")]
        assert ((middle > 0) & (middle < [one.image.shape[1], one.image.shape[0]])).all()
    hands = np.array([one.joints[PERSON.index("left_wrist")] for one in shown])
    assert np.linalg.norm(np.diff(hands, axis=0), axis=1).min() > 0.01


def test_everybody_in_the_file_moves_freely_when_that_is_wanted(tmp_path: Path) -> None:
    make_detections(run(tmp_path, recorded_share=0.0, free_share=1.0))
    with np.load(tmp_path / "found.npz") as file:
        assert set(file["action"].tolist()) == {FREE}


def test_people_are_told_apart_by_what_they_do() -> None:
    kinds = kinds_of(np.array([f"{RECORDED}walking", "walking", FREE, "any"]))
    assert kinds.tolist() == ["recorded", "simulated", "free", "simulated"]
    assert set(kinds.tolist()) == set(KINDS)


def test_recorded_people_are_split_by_subject_and_file(tmp_path: Path) -> None:
    positions = str(positions_file(tmp_path / "positions.npz"))
    for split in ("train", "test"):
        people = recorded_people(positions, "", "03", split)
        assert {name: joints.shape for name, joints in people.items()} == {
            "recorded/standing": (5, 21, 3)
        }
    assert recorded_people("", "", "03", "train") == {}


def test_a_folder_without_subjects_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no folders"):
        recorded_people("", str(tmp_path), "03", "train")
    (tmp_path / "01").mkdir()
    with pytest.raises(InputError, match="01"):
        recorded_people("", str(tmp_path), "03", "train")
