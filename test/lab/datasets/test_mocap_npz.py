"""Files of recordings of several sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.definitions import RECORDED, Definition
from pose_action_ros.lab.datasets.mocap_npz import read_mocap
from pose_action_ros.lab.datasets.person import PERSON, standing_heights
from shared_data import SHARED, needs_shared


def mocap_file(path: Path, joints: list[str], **changes: Any) -> Path:
    positions = np.random.default_rng(1).normal(size=(3, len(joints), 3)).astype(np.float32)
    arrays: dict[str, Any] = {"names": ["a"], "subjects": ["b"], "labels": ["c"], "fps": 30.0}
    arrays |= {"joints": joints, "a/positions": positions, **changes}
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("definition", RECORDED)
def test_every_source_keeps_its_joint_centres(tmp_path: Path, definition: Definition) -> None:
    joints = [*definition.joints, "another"]
    path = mocap_file(tmp_path / "a.npz", joints)
    (capture,) = read_mocap(path)
    assert (capture.name, capture.subject, capture.action, capture.rate) == ("a", "b", "c", 30)
    with np.load(path) as file:
        positions = file["a/positions"]
    for ours, theirs in definition.limbs.items():
        np.testing.assert_allclose(
            capture.joints[:, PERSON.index(ours)],
            positions[:, joints.index(theirs)][:, [2, 0, 1]],
        )


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of recordings"):
        read_mocap(tmp_path / "none.npz")
    with pytest.raises(InputError, match="one, two are of no source"):
        read_mocap(mocap_file(tmp_path / "a.npz", ["one", "two"]))
    path = mocap_file(tmp_path / "b.npz", list(RECORDED[0].joints), names=["x"])
    with pytest.raises(InputError, match="x/positions"):
        read_mocap(path)


@needs_shared
@pytest.mark.parametrize(
    ("name", "count", "heights"),
    [
        ("cmu_cgspeed_bvh", 126, (1.4, 1.9)),
        ("hdm05_cuts", 287, (1.5, 2.0)),
        ("labanotation_kinect", 6, (1.4, 2.0)),
        ("reactidle", 22, (1.3, 2.0)),
    ],
)
def test_shared_files_have_people_of_human_size(
    name: str, count: int, heights: tuple[float, float]
) -> None:
    assert SHARED is not None
    captures = read_mocap(SHARED / f"data/mocap/{name}.npz")
    assert len(captures) == count
    for capture in captures:
        height = float(np.median(standing_heights(capture.joints)))
        assert heights[0] < height < heights[1], capture.name
