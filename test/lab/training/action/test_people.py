"""People in files: seeds, resuming, renewed lifting; what each kind of people is labelled with."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.training.action import people as people_module
from pose_action_ros.lab.training.action.gestures import PREFIX, gesture_names
from pose_action_ros.lab.training.action.labelled import LabelledKeypoints, SavedPerson
from pose_action_ros.lab.training.action.people import (
    PARTS,
    Crew,
    Group,
    all_groups,
    make_person,
)
from pose_action_ros.lab.training.action.scripts import MOVEMENTS
from pose_action_ros.lab.training.action.settings import KINDS, WAYS, ActionData
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.simulation import ACTIONS
from pose_action_ros.simulation.performance import AFTER
from pose_action_ros.skeletons import COCO_18

CHOICES = ActionData(
    simulated_actions=3,
    simulated_others=1,
    simulated_gestures=1,
    simulated_idle=1,
    simulated_captured=0,
    simulated_each=2,
    rendered_each=1,
    gestures=3,
)


GROUP = Group("train", "actions", "simulated")


@lru_cache
def made(kind: str, number: int, part: str = "train") -> LabelledKeypoints:
    return make_person(CHOICES, Group(part, kind, "simulated"), number)


def person(kind: str, number: int = 0, part: str = "train") -> set[str]:
    """Labels of a person."""
    return set(made(kind, number, part).labels.tolist())


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Crew:
    """Three people of GROUP, made in this process and kept in files."""
    crew = Crew(CHOICES, 0.3, tmp_path_factory.mktemp("crew"))
    crew.make([GROUP])
    return crew


def test_actions_and_their_pauses_are_labelled() -> None:
    allowed = {*ACTIONS, *MOVEMENTS, UNKNOWN, *AFTER.values()}
    found: set[str] = set().union(*(person("actions", number) for number in range(4)))
    assert found <= allowed
    assert len(found & set(ACTIONS)) > 4


def test_other_movements_are_named() -> None:
    found = person("others")
    assert found & set(MOVEMENTS)
    # Actions link movements that begin and end standing, sitting or lying.
    assert found <= {*MOVEMENTS, *ACTIONS, UNKNOWN}


def test_idle_people_stand() -> None:
    assert person("idle") == {"standing"}


def test_gestures_for_training_are_not_those_of_other_parts() -> None:
    assert person("gestures") <= {*gesture_names(3), UNKNOWN}
    later = [name for number in range(5) for name in person("others", number, "test")]
    numbers = [int(name.removeprefix(PREFIX)) for name in later if name.startswith(PREFIX)]
    assert numbers
    assert min(numbers) >= 3


def test_rendered_people_are_detected() -> None:
    found = make_person(CHOICES, Group("train", "actions", "rendered"), 1)
    assert found.points.shape == (len(found.stamps), len(COCO_18), 2)
    assert len(found.stamps) > 5
    assert np.isfinite(found.points[found.scores > 0]).all()


def test_every_part_has_people_of_every_kind() -> None:
    counts = {
        (part, group.kind, group.way): group.count(CHOICES)
        for part in PARTS
        for group in all_groups(part)
    }
    assert len(counts) == len(PARTS) * len(KINDS) * len(WAYS)
    assert counts["train", "actions", "simulated"] == 3
    assert counts["test", "actions", "simulated"] == 1
    assert counts["test", "actions", "rendered"] == 0
    assert counts["train", "captured", "simulated"] == 0
    assert counts["train", "gestures", "simulated"] == 1
    assert counts["test", "gestures", "simulated"] == 0


def same(first: LabelledKeypoints, second: LabelledKeypoints) -> bool:
    return first.points.shape == second.points.shape and bool(
        np.allclose(first.points, second.points, atol=1e-3, equal_nan=True)
        and (first.labels == second.labels).all()
        and first.intrinsics == second.intrinsics
    )


def test_people_are_made_once_from_their_seeds(
    tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(crew.folder, tmp_path / "crew")
    crew = replace(crew, folder=tmp_path / "crew")
    poses = crew.poses([GROUP])
    assert len(poses) == 3
    paths = [crew.path(GROUP, number) for number in range(3)]
    saved = [SavedPerson.load(path) for path in paths]
    assert same(saved[1].keypoints, made("actions", 1))
    assert not same(saved[0].keypoints, saved[1].keypoints)
    assert np.array_equal(saved[2].poses.points, poses[2].points, equal_nan=True)
    paths[1].unlink()
    paths[2].write_bytes(paths[2].read_bytes()[:-300])  # an interrupted copy
    begun = paths[0].stat().st_mtime_ns
    crew.make([GROUP])
    assert paths[0].stat().st_mtime_ns == begun
    assert same(SavedPerson.load(paths[1]).keypoints, saved[1].keypoints)
    monkeypatch.setattr(people_module, "make_person", None)  # lifting needs no new keypoints
    later = replace(crew, min_score=0.99)
    fewer = later.poses([GROUP])
    assert SavedPerson.load(paths[0]).lifter == later.lifter != crew.lifter
    assert np.isnan(fewer[0].points).sum() > np.isnan(poses[0].points).sum()


def test_processes_make_the_same_people(tmp_path: Path, crew: Crew) -> None:
    together = Crew(replace(CHOICES, workers=2), 0.3, tmp_path)
    for first, second in zip(crew.poses([GROUP]), together.poses([GROUP]), strict=True):
        assert np.array_equal(first.points, second.points, equal_nan=True)


def test_settings_that_change_people_change_the_folder(tmp_path: Path) -> None:
    more, other = replace(CHOICES, simulated_actions=9), replace(CHOICES, seed=5)
    paths = [Crew(one, 0.3, tmp_path).path(GROUP, 0) for one in (CHOICES, more, other)]
    assert paths[0] == paths[1] != paths[2]


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "person.npz"
    path.write_bytes(b"no")
    with pytest.raises(InputError, match=r"person\.npz is no file of `train action`"):
        SavedPerson.load(path)


def test_a_person_without_detections_has_no_poses() -> None:
    idle = made("idle", 0)
    none = replace(
        idle,
        stamps=idle.stamps[:0],
        points=idle.points[:0],
        scores=idle.scores[:0],
        labels=idle.labels[:0],
    )
    assert len(none.lifted(people_module._lifter(), 0.3).stamps) == 0
