"""Motion capture is recognised by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from human36m_files import people, save_objects, write_positions
from mocap_files import write_mocap
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.open import (
    BVH,
    HUMAN36M,
    MOCAP,
    POSITIONS,
    RECORDING,
    kind_of,
    read_captures,
)
from shared_data import shared


def test_kinds(tmp_path: Path) -> None:
    assert kind_of(write_mocap(tmp_path / "mocap.npz")) == MOCAP
    np.savez(tmp_path / "positions.npz", joint_names=["a"])
    assert kind_of(tmp_path / "positions.npz") == POSITIONS
    assert kind_of(save_objects(tmp_path / "h36m.npz", positions_3d={})) == HUMAN36M
    np.savez(tmp_path / "poses.npz", format="pose_action_recording")
    assert kind_of(tmp_path / "poses.npz") == RECORDING
    assert kind_of(tmp_path) == RECORDING
    write_positions(tmp_path / "h36m/S9/MyPoses/3D_positions/Walking.h5", people(1, 2))
    assert kind_of(tmp_path / "h36m") == HUMAN36M
    (tmp_path / "bvh/person").mkdir(parents=True)
    (tmp_path / "bvh/person/walk.bvh").touch()
    assert kind_of(tmp_path / "bvh") == kind_of(tmp_path / "bvh/person/walk.bvh") == BVH


def test_unknown_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.npz does not exist; expected a folder of \.bvh"):
        kind_of(tmp_path / "none.npz")
    with pytest.raises(InputError, match="of no known kind"):
        kind_of(tmp_path)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(InputError, match=r"text.npz: got motion capture of no known kind"):
        kind_of(tmp_path / "text.npz")
    path = save_objects(tmp_path / "h36m.npz", positions_3d={})
    with pytest.raises(InputError, match=r"got Human3\.6M, which comes with cameras"):
        read_captures(path)


def test_motions_without_a_label_have_their_description(tmp_path: Path) -> None:
    two: dict[str, Any] = {"names": ["a", "a"], "subjects": ["x", "y"]}
    two |= {"labels": ["walking", "other"], "descriptions": ["a walk", "a dance"]}
    found = read_captures(write_mocap(tmp_path / "mocap.npz", **two))
    assert [(one.subject, one.action) for one in found] == [("x", "walking"), ("y", "a dance")]


def test_a_folder_of_acclaim_subjects() -> None:
    found = read_captures(shared("data/cmu_mocap/subjects/03"))
    assert {one.subject for one in found} == {"03"}
    assert len(found) == 4
