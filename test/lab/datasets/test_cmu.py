"""CMU recordings as PERSON joints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.person import PERSON
from shared_data import SHARED, needs_shared

Array = npt.NDArray[np.float64]
SIDES = {"l": 1.0, "r": -1.0}
NAMES = [
    *(f"{side}{joint}" for side in SIDES for joint in ("hip", "knee", "ankle")),
    *(f"{side}{joint}" for side in SIDES for joint in ("shoulder", "elbow", "wrist")),
    *("root", "upperback", "thorax", "lowerneck", "upperneck", "head_end"),
]
TRUNK = {
    "root": 1.0,
    "upperback": 1.1,
    "thorax": 1.2,
    "lowerneck": 1.28,
    "upperneck": 1.4,
    "head_end": 1.6,
}
UP = {"hip": 0.9, "knee": 0.5, "ankle": 0.1, "shoulder": 1.3, "elbow": 1.05, "wrist": 0.85}


def positions_file(path: Path, names: list[str] = NAMES, width: int = 3) -> Path:
    """A person standing upright and facing z; left is x."""
    joints = np.zeros((4, len(names), width), np.float32)
    for row, name in enumerate(names):
        side = SIDES.get(name[0], 0.0) if name[1:] in UP else 0.0
        up = UP.get(name[1:], TRUNK.get(name, 0))
        joints[:, row, :2] = [0.15 * side, up][:width]
    arrays: dict[str, Any] = {"train/standing/one": joints, "joint_names": np.array(names)}
    np.savez(path, **arrays)
    return path


def at(people: Array, name: str) -> Array:
    return np.asarray(people[0, PERSON.index(name)])


def test_nose_of_a_person_facing_forward_is_in_front(tmp_path: Path) -> None:
    (capture,) = read_positions(positions_file(tmp_path / "a.npz"), "train")
    assert (capture.name, capture.subject, capture.action) == ("standing/one", "", "standing")
    people = capture.joints
    assert people.shape == (4, 21, 3)
    neck = at(people, "neck")
    forward, left, up = at(people, "nose") - neck
    assert forward > 0.08
    assert left == pytest.approx(0, abs=1e-9)
    assert up > 0.1
    assert (at(people, "left_ear") - neck)[1] > 0.05
    assert (at(people, "right_ear") - neck)[1] < -0.05
    assert at(people, "left_wrist")[1] > 0 > at(people, "right_wrist")[1]
    assert at(people, "head_top")[2] > at(people, "left_eye")[2] > at(people, "neck")[2]


def test_people_keep_their_own_bones(tmp_path: Path) -> None:
    (capture,) = read_positions(positions_file(tmp_path / "a.npz"), "train")
    for name, up in UP.items():
        assert at(capture.joints, f"left_{name}")[2] == pytest.approx(up)
        assert at(capture.joints, f"left_{name}")[1] == pytest.approx(0.15)
    assert at(capture.joints, "mid_hip")[2] == pytest.approx(UP["hip"])
    assert at(capture.joints, "spine")[2] == pytest.approx((UP["hip"] + UP["shoulder"]) / 2)
    assert at(capture.joints, "neck")[2] == pytest.approx(UP["shoulder"])


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("no")
    with pytest.raises(InputError, match=r"text\.npz is no positions file"):
        read_positions(text, "train")
    with pytest.raises(InputError, match="no recordings named test"):
        read_positions(positions_file(tmp_path / "a.npz"), "test")
    with pytest.raises(InputError, match="joint_names lacks 'head_end'"):
        read_positions(positions_file(tmp_path / "b.npz", NAMES[:-1]), "train")
    with pytest.raises(InputError, match=r"is not \(T, 18, 3\)"):
        read_positions(positions_file(tmp_path / "c.npz", width=2), "train")


def test_a_folder_without_a_skeleton_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"got 0 \.asf and 0 \.amc files"):
        read_acclaim(tmp_path)


@needs_shared
def test_a_subject_of_cmu_walks_with_its_face_ahead(tmp_path: Path) -> None:
    assert SHARED is not None
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).symlink_to(SHARED / "data/cmu_mocap/subjects/02" / name)
    (capture,) = read_acclaim(tmp_path, every=8)
    people = capture.joints
    assert np.isfinite(people).all()
    hips = people[:, PERSON.index("mid_hip"), :2]
    ahead = hips[-1] - hips[0]
    nose = people[:, PERSON.index("nose"), :2] - people[:, PERSON.index("neck"), :2]
    assert (nose @ ahead > 0).mean() > 0.9
