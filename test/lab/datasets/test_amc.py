"""Acclaim files: a skeleton worked out by hand, wrong files, and CMU's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from shared_data import SHARED, needs_shared

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


def test_every_second_frame(tmp_path: Path) -> None:
    skeleton, path = written(tmp_path)
    assert len(read_amc(path, read_asf(skeleton), every=2).ends["root"]) == 1


@pytest.mark.parametrize(
    ("asf", "message"),
    [
        ("nothing", "is no Acclaim skeleton"),
        (ASF.replace(":hierarchy", ":other"), "hierarchy"),
        (ASF.replace("name lower", "name other"), "lower"),
        (ASF.replace("angle deg", "angle rad"), "'rad', expected deg"),
        (ASF.replace("direction 1 0 0", "direction 1 0"), "three numbers"),
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
        ("", "at least one"),
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


@needs_shared
def test_a_recording_of_cmu_keeps_bone_lengths_and_stands_on_the_floor() -> None:
    assert SHARED is not None
    folder = SHARED / "data/cmu_mocap/subjects/02"
    asf = read_asf(folder / "02.asf")
    motion = read_amc(folder / "02_01.amc", asf)
    for name, bone in asf.bones.items():
        length = np.linalg.norm(motion.ends[name] - motion.ends[bone.parent], axis=-1)
        np.testing.assert_allclose(length, np.linalg.norm(bone.offset), atol=1e-9)
    assert 0 < motion.ends["ltibia"][:, 1].min() < 0.2
    assert 1.4 < motion.ends["head"][:, 1].mean() < 2
