"""CMU recordings as PERSON joints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from acclaim_files import random_frame, random_skeleton, write_amc, write_asf
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.cmu import read_acclaim, read_positions
from pose_action_ros.lab.datasets.person import PERSON, standing_heights
from positions_files import LIMBS, SIDE, write_positions
from shared_data import shared

Array = npt.NDArray[np.float64]
BONES = {
    "lowerback": "root",
    "upperback": "lowerback",
    "thorax": "upperback",
    "head": "thorax",
    **{
        f"{side}{bone}": f"{side}{above}" if above not in {"root", "thorax"} else above
        for side in "lr"
        for bone, above in (
            ("hipjoint", "root"),
            ("femur", "hipjoint"),
            ("tibia", "femur"),
            ("clavicle", "thorax"),
            ("humerus", "clavicle"),
            ("radius", "humerus"),
        )
    },
}
"""Parent of each bone."""


def at(people: Array, name: str) -> Array:
    return np.asarray(people[0, PERSON.index(name)])


def test_nose_of_a_person_facing_forward_is_in_front(tmp_path: Path) -> None:
    (capture,) = read_positions(write_positions(tmp_path / "a.npz"), "train")
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


def test_people_keep_their_own_bones_and_get_the_missing_thorax(tmp_path: Path) -> None:
    (capture,) = read_positions(write_positions(tmp_path / "a.npz"), "train")
    for name, up in LIMBS.items():
        assert at(capture.joints, f"left_{name}") == pytest.approx([0, SIDE, up])
    assert at(capture.joints, "mid_hip")[2] == pytest.approx(LIMBS["hip"])
    assert at(capture.joints, "spine")[2] == pytest.approx((LIMBS["hip"] + LIMBS["shoulder"]) / 2)
    assert at(capture.joints, "neck")[2] == pytest.approx(LIMBS["shoulder"])
    height = float(np.median(standing_heights(capture.joints)))
    assert at(capture.joints, "head_top")[2] == pytest.approx(1.6 + 0.083 * height)


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("no")
    with pytest.raises(InputError, match=r"text\.npz is no positions file"):
        read_positions(text, "train")
    with pytest.raises(InputError, match="no recordings named test"):
        read_positions(write_positions(tmp_path / "a.npz"), "test")
    path = write_positions(tmp_path / "b.npz", lacking="head_end")
    with pytest.raises(InputError, match=r"b\.npz.*lacks cmu_positions: headend"):
        read_positions(path, "train")
    with pytest.raises(InputError, match=r"is not \(T, 20, 3\)"):
        read_positions(write_positions(tmp_path / "c.npz", width=2), "train")


def random_files(folder: Path, skeleton: str, *motions: str) -> None:
    """Write a random skeleton with the names of CMU's bones, and random motions."""
    rng = np.random.default_rng(len(skeleton))
    bones = random_skeleton(rng, len(BONES), tuple(BONES))
    own = {name: replace(bone, parent=BONES[name]) for name, bone in bones.bones.items()}
    text = replace(bones, bones=own)
    write_asf(folder / f"{skeleton}.asf", text)
    for name in motions:
        write_amc(folder / f"{name}.amc", [random_frame(rng, text, 180.0) for _ in range(4)])


def test_each_motion_goes_with_the_skeleton_that_begins_its_name(tmp_path: Path) -> None:
    random_files(tmp_path, "HDM_b", "HDM_b_walk")
    random_files(tmp_path, "HDM_bd", "HDM_bd_walk")
    first, second = read_acclaim(tmp_path, rate=60)
    assert (first.name, first.subject) == ("HDM_b_walk", "HDM_b")
    assert (second.name, second.subject, second.rate) == ("HDM_bd_walk", "HDM_bd", 30)
    alone = tmp_path / "alone"
    alone.mkdir()
    random_files(alone, "HDM_bd", "HDM_bd_walk")
    (capture,) = read_acclaim(alone)
    assert capture.subject == "alone"
    np.testing.assert_array_equal(capture.joints, second.joints)
    (tmp_path / "HDM_bd_walk.amc").rename(tmp_path / "tr_walk.amc")
    with pytest.raises(InputError, match=r"tr_walk\.amc: its name begins .* HDM_b\.asf, HDM_bd\."):
        read_acclaim(tmp_path)


def test_folders_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"got 0 \.asf and 0 \.amc files"):
        read_acclaim(tmp_path)
    random_files(tmp_path, "a")
    with pytest.raises(InputError, match=r"got 1 \.asf and 0 \.amc files"):
        read_acclaim(tmp_path)
    write_asf(tmp_path / "a.asf", random_skeleton(np.random.default_rng(1), 3))
    write_amc(tmp_path / "a_1.amc", [{}])
    with pytest.raises(InputError, match=r"a\.asf: joint names root, bone0.* nearest lacks"):
        read_acclaim(tmp_path)


def test_a_subject_of_cmu_walks_with_its_face_ahead(tmp_path: Path) -> None:
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).symlink_to(shared("data/cmu_mocap/subjects/02") / name)
    (capture,) = read_acclaim(tmp_path, every=8)
    people = capture.joints
    assert np.isfinite(people).all()
    hips = people[:, PERSON.index("mid_hip"), :2]
    ahead = hips[-1] - hips[0]
    nose = people[:, PERSON.index("nose"), :2] - people[:, PERSON.index("neck"), :2]
    assert (nose @ ahead > 0).mean() > 0.9
