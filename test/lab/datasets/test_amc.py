"""Acclaim files: a skeleton worked out by hand, random ones, wrong files, and CMU's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from acclaim_files import random_frame, random_skeleton, write_amc, write_asf
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from properties import examples
from references import acclaim as reference
from shared_data import shared

ASF = """# two bones, the second bends about z
:version 1.10
:units
  mass 1.0
  length 0.5
  angle deg
:root
   order TX TY TZ RX RY RZ
:bonedata
  begin
     id 1
     name upper
     direction 1 0 0
     length 10
     axis 0 0 0 XYZ
     dof rx ry rz
  end
  begin
     id 2
     name lower
     direction 1 0 0
     length 5
     axis 0 0 90 XYZ
     dof rx
  end
:hierarchy
  begin
    root upper
    upper lower
  end
"""
AMC = """:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 0 0 0
upper 0 0 0
lower 0
2
root 1 2 3 0 90 0
upper 0 0 90
lower 90
"""
METRES = 0.0254 / 0.5


def written(folder: Path, asf: str = ASF, amc: str = AMC) -> tuple[Path, Path]:
    skeleton, motion = folder / "a.asf", folder / "a.amc"
    skeleton.write_text(asf)
    motion.write_text(amc)
    return skeleton, motion


def test_ends_by_hand(tmp_path: Path) -> None:
    skeleton, path = written(tmp_path)
    motion = read_amc(path, read_asf(skeleton))
    root = np.array([1, 2, 3]) * METRES
    at_rest = [root + np.array([length, 0, 0]) * METRES for length in (10, 15)]
    np.testing.assert_allclose(motion.ends["root"][0], root)
    np.testing.assert_allclose(motion.ends["upper"][0], at_rest[0])
    np.testing.assert_allclose(motion.ends["lower"][0], at_rest[1])
    # Frame 2: upper turned to +y by 90 degrees about z, then the root turns it about y: still +y.
    np.testing.assert_allclose(
        motion.ends["upper"][1], root + np.array([0, 10, 0]) * METRES, atol=1e-12
    )
    # The lower bone turns by 90 degrees about its own x, which is the skeleton's y: its rest
    # direction x goes to -z, upper's turn leaves -z, the root's turn about y takes -z to -x.
    expected = motion.ends["upper"][1] + np.array([-5, 0, 0]) * METRES
    np.testing.assert_allclose(motion.ends["lower"][1], expected, atol=1e-12)


@given(st.integers(0, 10_000), st.integers(1, 8))
@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_files_equal_the_reference(tmp_path: Path, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    text = random_skeleton(rng, count)
    unit = str(rng.choice(["", ":DEGREES", ":RADIANS"]))
    radians = unit == ":RADIANS" or (not unit and text.radians)
    frames = [random_frame(rng, text, np.pi if radians else 180.0) for _ in range(3)]
    case = (str, str.upper, str.lower)[rng.integers(3)]
    skeleton = read_asf(write_asf(tmp_path / "a.asf", text, case))
    motion = read_amc(write_amc(tmp_path / "a.amc", frames, unit, case), skeleton)
    assert list(motion.ends) == ["root", *skeleton.bones]
    for row, frame in enumerate(frames):
        for name, expected in reference.ends(text, frame, radians).items():
            np.testing.assert_allclose(motion.ends[name][row], expected, atol=1e-9)


def test_every_second_frame(tmp_path: Path) -> None:
    skeleton, path = written(tmp_path)
    assert len(read_amc(path, read_asf(skeleton), every=2).ends["root"]) == 1


@pytest.mark.parametrize(
    ("asf", "message"),
    [
        ("nothing", "is no Acclaim skeleton"),
        (" ", "got an empty file"),
        (ASF[: ASF.index("name lower")], "cut off: it has no section :hierarchy"),
        (ASF.replace(":hierarchy", ":other"), "hierarchy"),
        (ASF.replace("name lower", "name other"), "bone lower of the hierarchy has no axis"),
        (ASF.replace("angle deg", "angle turns"), "got angles in 'turns', expected deg or rad"),
        (ASF.replace("direction 1 0 0", "direction 1 0"), "direction of bone upper: got '1 0'"),
        (ASF.replace("length 5", "length x"), "length of bone lower: got 'x', expected 1 numbers"),
        (ASF.replace("length 0.5", "length 0.5x"), "0.5x"),
        (ASF.replace("90 XYZ", "90 XYX"), "axis of lower: got the order 'xyx'"),
        (ASF.replace("order TX TY TZ", "order TX TY"), "got the root's order 'tx ty rx ry rz'"),
        (ASF.replace("dof rx\n", "dof rx l\n"), "bone lower has the degrees of freedom rx l"),
        (ASF.replace("dof rx ry rz", "dof tx ty tz"), "bone upper has .* tx ty tz, expected"),
        (ASF.replace("dof rx ry rz", "dof rx rx"), "bone upper has .* at most once"),
        (ASF.replace("    root upper\n", ""), "before its parent"),
    ],
)
def test_wrong_skeletons_are_refused(tmp_path: Path, asf: str, message: str) -> None:
    skeleton, _ = written(tmp_path, asf=asf)
    with pytest.raises(InputError, match=message) as caught:
        read_asf(skeleton)
    assert str(skeleton) in str(caught.value)


@pytest.mark.parametrize(
    ("amc", "message"),
    [
        ("", "got an empty file"),
        (":DEGREES", "at least one"),
        (AMC.replace("lower 90\n", ""), "cut off"),
        (AMC.replace("lower 90", "lower 90 1"), "expected 1 numbers"),
        (AMC.replace("lower 90", "tail 90"), "expected a bone of the skeleton"),
        (AMC.replace("lower 90", "lower x"), "lower x"),
    ],
)
def test_wrong_motions_are_refused(tmp_path: Path, amc: str, message: str) -> None:
    skeleton, path = written(tmp_path, amc=amc)
    with pytest.raises(InputError, match=message) as caught:
        read_amc(path, read_asf(skeleton))
    assert str(path) in str(caught.value)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.asf"):
        read_asf(tmp_path / "none.asf")


def test_a_recording_of_cmu_keeps_bone_lengths_and_stands_on_the_floor() -> None:
    folder = shared("data/cmu_mocap/subjects/02")
    asf = read_asf(folder / "02.asf")
    motion = read_amc(folder / "02_01.amc", asf)
    for name, bone in asf.bones.items():
        length = np.linalg.norm(motion.ends[name] - motion.ends[bone.parent], axis=-1)
        np.testing.assert_allclose(length, np.linalg.norm(bone.offset), atol=1e-9)
    assert 0 < motion.ends["ltibia"][:, 1].min() < 0.2
    assert 1.4 < motion.ends["head"][:, 1].mean() < 2
