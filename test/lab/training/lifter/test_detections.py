"""Rendered people through the real detector: content of the file, resumed runs, wrong files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from people_in_view import standing
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter import rendering
from pose_action_ros.lab.training.lifter.detections import read_detections
from pose_action_ros.lab.training.lifter.people import KINDS, RECORDED, kinds_of, recorded_people
from pose_action_ros.lab.training.lifter.rendering import (
    COLUMNS,
    free_scene,
    make_detections,
    recorded_scene,
)
from pose_action_ros.lab.training.lifter.settings import DetectionRun
from pose_action_ros.lab.training.lifter.views import exact_rays
from pose_action_ros.simulation.free_movement import FREE

Array = npt.NDArray[np.float64]


class SameProcess:
    """A pool that runs its tasks in this process."""

    def __init__(self, _method: str) -> None:
        pass

    def Pool(self, _workers: int) -> AbstractContextManager[SameProcess]:  # noqa: N802
        """As of a context of multiprocessing."""
        return nullcontext(self)

    def imap(self, work: Callable[[Any], Any], tasks: Any, chunksize: int) -> Any:  # noqa: ARG002
        """As of a pool of multiprocessing."""
        return map(work, tasks)


@pytest.fixture
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the start of other processes."""
    monkeypatch.setattr(rendering, "get_context", SameProcess)


def recorded(count: int = 3) -> Array:
    """(P, 21, 3) standing people, z up, facing x."""
    return np.repeat(standing()[None][..., [2, 0, 1]] * [-1, 1, -1], count, axis=0)


def positions_file(path: Path) -> Path:
    """A positions file with a standing person in both splits."""
    sides = {"l": 0.15, "r": -0.15}
    ups = {"hip": 0.9, "knee": 0.5, "ankle": 0.1, "shoulder": 1.3, "elbow": 1.05, "wrist": 0.85}
    places = {f"{s}{name}": (x, up, 0.0) for s, x in sides.items() for name, up in ups.items()}
    trunk = {"root": 1.0, "upperback": 1.1, "thorax": 1.2, "lowerneck": 1.28}
    trunk |= {"upperneck": 1.4, "head_end": 1.6}
    places |= {name: (0, up, 0) for name, up in trunk.items()}
    joints = np.repeat(np.array(list(places.values()))[None], 5, axis=0)
    arrays: dict[str, Any] = {f"{split}/standing/a": joints for split in ("train", "test")}
    np.savez(path, joint_names=np.array(list(places)), **arrays)
    return path


def settings(tmp_path: Path, **changes: Any) -> DetectionRun:
    positions = str(positions_file(tmp_path / "positions.npz"))
    run = DetectionRun(output=str(tmp_path / "found.npz"), positions=positions, scenes=3, frames=1)
    return replace(run, **changes)


@pytest.mark.usefixtures("same_process")
def test_detections_are_near_the_ground_truth_of_all_kinds(tmp_path: Path) -> None:
    run = settings(tmp_path, scenes=8)
    count = make_detections(run)
    train, test = (read_detections(run.output, split) for split in ("train", "test"))
    assert train is not None
    assert test is not None
    assert len(train.views) + len(test.views) == count >= 5
    assert 0 < len(test.views) <= 2  # scenes 0 and 7
    errors = np.linalg.norm(train.views.rays - exact_rays(train.views.joints), axis=-1)
    sizes = 1.7 / train.views.joints[:, :, 2].mean(axis=1)
    assert np.nanmedian(errors / sizes[:, None]) < 0.03
    recordings = np.char.startswith(np.concatenate([train.actions, test.actions]), RECORDED)
    assert recordings.any()
    assert not recordings.all()


def test_resumed_run_with_two_processes_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "get_context", SameProcess)
        make_detections(settings(tmp_path))
        make_detections(settings(tmp_path, scenes=1, output=str(tmp_path / "parts.npz")))
    make_detections(settings(tmp_path, output=str(tmp_path / "parts.npz"), workers=2))
    with np.load(tmp_path / "found.npz") as whole, np.load(tmp_path / "parts.npz") as parts:
        for name in COLUMNS:
            np.testing.assert_array_equal(whole[name], parts[name])


@pytest.mark.usefixtures("same_process")
def test_file_of_other_settings_or_another_file_is_refused(tmp_path: Path) -> None:
    run = settings(tmp_path, scenes=1, recorded_share=0.0, free_share=1.0)
    make_detections(run)
    with np.load(run.output) as file:
        assert set(file["action"].tolist()) == {FREE}
    with pytest.raises(InputError, match="other settings"):
        make_detections(replace(run, seed=2))
    Path(run.output).write_bytes(b"no")
    with pytest.raises(InputError, match="no file of detections"):
        make_detections(run)


def test_recorded_person_is_rendered_at_the_joints() -> None:
    rendered = next(recorded_scene({"recorded/a": recorded()}, 1, np.random.default_rng(4)))
    assert rendered.action == "recorded/a"
    pixels = rendered.intrinsics.project(rendered.joints)
    far = next(recorded_scene({"recorded/a": recorded() + 50.0}, 1, np.random.default_rng(4)))
    np.testing.assert_allclose(far.joints[:, 2], rendered.joints[:, 2], atol=1e-6)  # moved in view
    image = rendered.image.astype(int)
    changed = np.abs(image - np.median(image, axis=1)[:, None]).sum(axis=2)
    chest = pixels[PERSON.index("spine")].round().astype(int)
    assert (chest >= 0).all()
    assert changed[chest[1], chest[0]] > 0


def test_freely_moving_person_is_in_the_image_and_moves_on() -> None:
    images = list(free_scene(4, np.random.default_rng(5)))
    assert {one.action for one in images} == {FREE}
    for one in images:
        middle = one.intrinsics.project(one.joints)[PERSON.index("mid_hip")]
        assert ((middle > 0) & (middle < [one.image.shape[1], one.image.shape[0]])).all()
    hands = np.array([one.joints[PERSON.index("left_wrist")] for one in images])
    assert np.linalg.norm(np.diff(hands, axis=0), axis=1).min() > 0.01


def test_kinds_follow_from_actions() -> None:
    kinds = kinds_of(np.array([f"{RECORDED}walking", "walking", FREE, "any"]))
    assert kinds.tolist() == ["recorded", "simulated", "free", "simulated"]
    assert set(kinds.tolist()) == set(KINDS)


def test_recorded_people_are_split(tmp_path: Path) -> None:
    positions = str(positions_file(tmp_path / "positions.npz"))
    for split in ("train", "test"):
        people = recorded_people(positions, "", "03", split)
        assert {name: joints.shape for name, joints in people.items()} == {
            "recorded/standing": (5, 21, 3)
        }
    assert recorded_people("", "", "03", "train") == {}


def test_folder_without_subjects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no folders"):
        recorded_people("", str(tmp_path), "03", "train")
    (tmp_path / "01").mkdir()
    with pytest.raises(SettingError, match="got '03', expected one of the subjects 01"):
        recorded_people("", str(tmp_path), "03", "train")
    with pytest.raises(InputError, match="01"):
        recorded_people("", str(tmp_path), "01", "test")
