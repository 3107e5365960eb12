"""People in BVH files: names of joints, rates, and files that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bvh_files import write_bvh
from bvh_person import PLAIN, TURNS, at, body, by, person, values
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bvh import END
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.definitions import LIMBS, SIDES
from pose_action_ros.lab.datasets.person import PERSON


@pytest.mark.parametrize("prefix", ["", "mixamorig:", "CC_Base_", "Bip01 "])
@pytest.mark.parametrize("family", PLAIN)
def test_names_of_every_family_are_found(tmp_path: Path, family: str, prefix: str) -> None:
    (capture,) = read_bvh_people(write_bvh(tmp_path / "a.bvh", body(by(family, prefix)), values(3)))
    people = capture.joints
    assert people.shape == (3, 21, 3)
    for limb, height in (("hip", 0.9), ("knee", 0.48), ("ankle", 0.06), ("shoulder", 1.42)):
        assert at(people, f"left_{limb}")[0, 2] == pytest.approx(height)
    assert at(people, "mid_hip")[0] == pytest.approx([0, 0, 0.9])
    assert at(people, "spine")[0] == pytest.approx([0, 0, 1.16])
    assert at(people, "neck")[0] == pytest.approx([0, 0, 1.42])
    forward, left, up = (at(people, "nose") - at(people, "neck"))[0]
    assert forward > 0.08
    assert left == pytest.approx(0, abs=1e-9)
    assert up > 0.1
    assert at(people, "left_wrist")[0, 1] > 0.4 > -0.4 > at(people, "right_wrist")[0, 1]
    assert (at(people, "left_ear") - at(people, "neck"))[0, 1] > 0.05
    defined = dict(zip(PERSON.joints, capture.defined, strict=True))
    assert not any(defined[name] for name in ("nose", "left_eye", "right_ear", "head_top"))
    assert all(defined[name] for name in ("spine", "neck", "mid_hip", "left_wrist"))


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_names_in_any_case(tmp_path: Path, case: Callable[[str], str]) -> None:
    def named(name: str) -> str:
        return case(by("unity")(name))

    whole = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), values(1)))
    np.testing.assert_array_equal(
        person(write_bvh(tmp_path / "b.bvh", body(named), values(1))), whole
    )


def test_head_top_is_where_mixamo_has_it(tmp_path: Path) -> None:
    joints = body(by("mixamo"))
    end = next(row for row, one in enumerate(joints) if one.name.startswith(END))
    joints[end] = replace(joints[end], name="HeadTop_End", channels=TURNS)
    wide = np.hstack([values(1), np.zeros((1, 3))])
    (capture,) = read_bvh_people(write_bvh(tmp_path / "a.bvh", joints, wide))
    assert at(capture.joints, "head_top")[0] == pytest.approx([0, 0, 1.7])
    assert capture.defined[PERSON.index("head_top")]


def test_own_names_of_joints(tmp_path: Path) -> None:
    def own(name: str) -> str:
        return f"x {name} y"

    path = write_bvh(tmp_path / "a.bvh", body(own), values(1))
    families = {"mine": {"sides": list(SIDES), "head": "x head y"}}
    families["mine"] |= {limb: f"x {{side}}_{limb} y" for limb in LIMBS}
    with pytest.raises(InputError, match=r"in a file joint_names\.yaml beside the data"):
        read_bvh_people(path)
    (tmp_path / "joint_names.yaml").write_text(yaml.safe_dump(families))
    np.testing.assert_array_equal(
        person(path),
        person(write_bvh(tmp_path / "b.bvh", body(by("unity")), values(1))),
    )
    elsewhere = (tmp_path / "joint_names.yaml").rename(tmp_path / "mine.yaml")
    assert read_bvh_people(path, names=elsewhere)


def test_several_people_in_a_file(tmp_path: Path) -> None:
    first, second = body(by("unity", "A:")), body(by("unity", "B:"))
    joints = first + [
        replace(one, parent=one.parent + len(first) if one.parent >= 0 else -1) for one in second
    ]
    both = np.hstack([values(2), values(2, root=(100, 95, 0))])
    one, two = read_bvh_people(write_bvh(tmp_path / "a.bvh", joints, both))
    assert (one.name, two.name) == ("a/a", "a/b")
    np.testing.assert_allclose(two.joints - one.joints, [[[0, 1, 0]] * 21] * 2, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "subject"),
    [("walk1_subject3", "3"), ("02_01", "02"), ("walk", "folder"), ("dance_subject_2_a", "2")],
)
def test_subject_follows_from_the_name(tmp_path: Path, name: str, subject: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = write_bvh(folder / f"{name}.bvh", body(by("unity")), values(1))
    (capture,) = read_bvh_people(path)
    assert (capture.name, capture.subject, capture.action) == (name, subject, name)


@pytest.mark.parametrize(("rate", "kept"), [(30, 24), (60, 24), (120, 12), (100, 12), (240, 6)])
def test_about_sixty_frames_a_second_are_kept(tmp_path: Path, rate: int, kept: int) -> None:
    path = write_bvh(tmp_path / "a.bvh", body(by("unity")), values(24), 1 / rate)
    (capture,) = read_bvh_people(path)
    assert len(capture.joints) == kept
    assert capture.rate == pytest.approx(rate * kept / 24)


def test_joints_that_are_missing_are_refused(tmp_path: Path) -> None:
    def misspelt(name: str) -> str:
        return by("human_ik")(name).replace("LeftForeArm", "LeftElbowArm")

    path = write_bvh(tmp_path / "a.bvh", body(misspelt), values(1))
    with pytest.raises(InputError, match=r"a\.bvh.*nearest lacks human_ik: leftforearm;") as caught:
        read_bvh_people(path)
    assert "LeftElbowArm" in str(caught.value)


def test_legs_without_length_are_refused(tmp_path: Path) -> None:
    flat = [replace(one, offset=one.offset * 0) for one in body(by("unity"))]
    with pytest.raises(InputError, match="have no length"):
        read_bvh_people(write_bvh(tmp_path / "a.bvh", flat, values(1)))
