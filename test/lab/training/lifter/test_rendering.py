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
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import upright
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter import rendering
from pose_action_ros.lab.training.lifter.clips import fitted_body, free_clip
from pose_action_ros.lab.training.lifter.detections import read_detections
from pose_action_ros.lab.training.lifter.people import (
    CALIBRATION,
    KINDS,
    RECORDED,
    TEST,
    TRAIN,
    kinds_of,
    recorded_captures,
)
from pose_action_ros.lab.training.lifter.rendering import (
    COLUMNS,
    images_of,
    make_detections,
    random_cover,
    robot_camera,
)
from pose_action_ros.lab.training.lifter.settings import DetectionRun
from pose_action_ros.lab.training.lifter.views import HEIGHTS, exact_rays
from pose_action_ros.simulation import Body
from pose_action_ros.simulation.free_movement import FREE
from positions_files import write_positions

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
    return np.repeat(upright()[None], count, axis=0)


def settings(tmp_path: Path, **changes: Any) -> DetectionRun:
    positions = str(write_positions(tmp_path / "positions.npz", (TRAIN, "test")))
    run = DetectionRun(output=str(tmp_path / "found.npz"), positions=positions, scenes=3, frames=1)
    return replace(run, **changes)


@pytest.mark.usefixtures("same_process")
def test_detections_are_near_the_ground_truth_of_all_kinds(tmp_path: Path) -> None:
    run = settings(tmp_path, scenes=8, frames=2)
    count = make_detections(run)
    found = {split: read_detections(run.output, split) for split in (TRAIN, CALIBRATION, TEST)}
    train = found[TRAIN]
    assert train is not None
    assert sum(len(one) for one in found.values() if one) == count >= 8
    columns = train.columns
    errors = np.linalg.norm(columns.rays - exact_rays(columns.joints), axis=-1)
    sizes = 1.7 / columns.joints[:, :, 2].mean(axis=1)
    assert np.nanmedian(errors / sizes[:, None]) < 0.03
    recordings = np.char.startswith(train.actions, RECORDED)
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
        assert set(whole["image"].tolist()) == {0}
        for name in COLUMNS:
            np.testing.assert_array_equal(whole[name], parts[name])


@pytest.mark.usefixtures("same_process")
def test_file_of_other_settings_or_another_file_is_refused(tmp_path: Path) -> None:
    run = settings(tmp_path, scenes=1, recorded_share=0.0, simulated_share=0.0, postures_share=0.0)
    make_detections(run)
    with np.load(run.output) as file:
        assert set(file["action"].tolist()) == {FREE}
    with pytest.raises(InputError, match="other settings"):
        make_detections(replace(run, seed=2))
    Path(run.output).write_bytes(b"no")
    with pytest.raises(InputError, match="no file of detections"):
        make_detections(run)


def test_person_is_rendered_at_the_joints_and_moves() -> None:
    rng = np.random.default_rng(4)
    clip = free_clip(np.array([0.0, 2.0]), rng)
    camera = robot_camera(clip.joints, rng)
    images = list(images_of(clip, camera, 0.5, rng))
    assert not np.array_equal(images[0], images[1])
    pixels = camera.project(clip.joints)[:, PERSON.index("spine")].round().astype(int)
    for (column, row), image in zip(pixels, images, strict=True):
        changed = np.abs(image.astype(int) - np.median(image, axis=1)[:, None]).sum(axis=2)
        assert changed[row, column] > 0


@given(seed=st.integers(0, 2**31))
def test_camera_of_a_robot_shows_most_of_the_trunk(seed: int) -> None:
    people = recorded(3) + np.array([3.0, -2.0, 1.0])
    camera = robot_camera(people, np.random.default_rng(seed))
    sides = [PERSON.index(f"{s}_{part}") for s in ("left", "right") for part in ("hip", "shoulder")]
    pixels = camera.project(people[0, sides])
    assert ((pixels > 0) & (pixels < [640, 480])).all(axis=1).sum() >= 3
    assert HEIGHTS[0] <= camera.position[2] <= HEIGHTS[1]


def test_cover_removes_the_image_below_a_row() -> None:
    people = recorded(1) + np.array([0.0, 0.0, 0.9])
    image = np.full((480, 640, 3), 7, np.uint8)
    heights = set()
    for seed in range(30):
        rng = np.random.default_rng(seed)
        covered = random_cover(people, robot_camera(people, rng), 0.7, rng)(image)
        heights.add((len(covered) < 480, bool((covered != 7).any())))
    assert heights == {(True, False), (False, True), (False, False)}


def test_recorded_person_gets_a_fitting_body() -> None:
    people = recorded()
    body = fitted_body(Body(), people)
    assert body.leg == pytest.approx(0.82, abs=0.02)
    assert body.half_hips == pytest.approx(0.095)
    assert body.trunk == pytest.approx(0.49, abs=0.01)
    larger = fitted_body(Body(), people * 1.1)
    assert larger.height == pytest.approx(1.1 * body.height)
    assert larger.waist_breadth == pytest.approx(1.1 * body.waist_breadth)


def test_kinds_follow_from_actions() -> None:
    kinds = kinds_of(np.array([f"{RECORDED}walking", "walking", FREE, "kneeling"]))
    assert kinds.tolist() == ["recorded", "simulated", "free", "postures"]
    assert set(kinds.tolist()) == set(KINDS)


def test_recorded_people_are_split(tmp_path: Path) -> None:
    groups = recorded_captures(settings(tmp_path))
    assert {name: len(captures) for name, captures in groups.items()} == {
        TRAIN: 1,
        CALIBRATION: 1,
        TEST: 0,
    }


def test_folder_without_subjects_is_refused(tmp_path: Path) -> None:
    run = DetectionRun(subjects=str(tmp_path), test_subjects="03")
    with pytest.raises(InputError, match="has no folders"):
        recorded_captures(run)
    write_positions(tmp_path / "positions.npz", (TRAIN, "test"))
    with pytest.raises(SettingError, match="got '03', expected one of the subjects"):
        recorded_captures(settings(tmp_path, test_subjects="03"))
