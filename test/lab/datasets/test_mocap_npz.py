"""Files of recordings of several sources."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mocap_files import JOINTS, write_mocap
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.cmu import read_acclaim
from pose_action_ros.lab.datasets.mocap_npz import read_mocap
from pose_action_ros.lab.datasets.person import PERSON, standing_heights
from shared_data import shared


def test_joints_of_a_source(tmp_path: Path) -> None:
    (capture,) = read_mocap(write_mocap(tmp_path / "a.npz"))
    assert (capture.name, capture.subject, capture.action, capture.rate) == (
        "a",
        "b",
        "walking",
        30,
    )
    at = dict(zip(PERSON.joints, capture.joints[2], strict=True))
    assert at["left_knee"] == pytest.approx([0, 0.2, 0.5])
    assert at["mid_hip"] == pytest.approx([0, 0, 0.9])
    assert at["neck"] == pytest.approx([0, 0, 1.4])
    assert at["spine"] == pytest.approx([0, 0, 1.17])  # half of 0.2 + 0.32 + 0.02
    defined = dict(zip(PERSON.joints, capture.defined, strict=True))
    assert [name for name in defined if not defined[name]] == [
        *("nose", "head_top", "right_eye", "right_ear", "left_eye", "left_ear")
    ]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of recordings"):
        read_mocap(tmp_path / "none.npz")
    joints = [name.replace("Knee", "Other") for name in JOINTS]
    path = write_mocap(tmp_path / "a.npz", joints=joints)
    with pytest.raises(InputError, match=r"a\.npz.*lacks kinect_2: kneeleft, kneeright;"):
        read_mocap(path)
    with pytest.raises(InputError, match="x/positions"):
        read_mocap(write_mocap(tmp_path / "b.npz", names=["x"]))
    with pytest.raises(InputError, match=r"c\.npz, a: got positions \(0, 17, 3\)"):
        read_mocap(write_mocap(tmp_path / "c.npz", frames=0))


@pytest.mark.parametrize(
    ("name", "count", "heights"),
    [("cmu_cgspeed_bvh", 126, (1.5, 1.9)), ("hdm05_cuts", 287, (1.6, 2.0))],
)
def test_shared_files_have_people_of_human_size(
    name: str, count: int, heights: tuple[float, float]
) -> None:
    captures = read_mocap(shared(f"data/mocap/{name}.npz"))
    assert len(captures) == count
    for capture in captures:
        height = float(np.median(standing_heights(capture.joints)))
        assert heights[0] < height < heights[1], capture.name


def test_the_bone_that_cgspeed_lacks_is_inserted(tmp_path: Path) -> None:
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).symlink_to(shared("data/cmu_mocap/subjects/02") / name)
    (whole,) = read_acclaim(tmp_path, every=4)
    converted = read_mocap(shared("data/mocap/cmu_cgspeed_bvh.npz"))[0]
    gaps = np.linalg.norm(converted.joints - whole.joints, axis=-1).mean(axis=0)
    face = [PERSON.index(name) for name in PERSON.joints if name.endswith(("nose", "eye", "ear"))]
    assert np.delete(gaps, face).max() < 0.006
