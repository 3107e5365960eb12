"""BVH files: a skeleton worked out by hand, random ones against a slow reference, wrong files."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bvh_files import write_bvh
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.bvh import END, BvhJoint, read_bvh
from properties import examples
from references import bvh as reference

Array = npt.NDArray[np.float64]

TEXT = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Upper Leg {
    OFFSET 1 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 2 0
    }
  }
}
MOTION
Frames:\t2
Frame Time: .0083333
1 2 3 0 0 0 0 0 0
1 2 3 90 0 0 0 90 0
"""


def test_positions_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "a.bvh"
    path.write_text(TEXT)
    bvh = read_bvh(path)
    assert [joint.name for joint in bvh.joints] == ["Hips", "Upper Leg", f"{END} Upper Leg"]
    assert [joint.parent for joint in bvh.joints] == [-1, 0, 1]
    assert bvh.frame_time == pytest.approx(1 / 120, rel=1e-4)
    places = bvh.frames()[0]
    np.testing.assert_allclose(places[0], [[1, 2, 3], [2, 2, 3], [2, 4, 3]])
    # Frame 2: the root turns x to y. The leg's own turn about x takes y to z, which the root keeps.
    np.testing.assert_allclose(places[1], [[1, 2, 3], [1, 3, 3], [1, 3, 5]], atol=1e-12)


def skeleton(rng: np.random.Generator, count: int) -> list[BvhJoint]:
    """A random tree, depth first as in files, with random channels; leaves end in End Sites."""
    parents = [-1]
    for row in range(1, count):
        line = [row - 1]
        while parents[line[-1]] >= 0:
            line.append(parents[line[-1]])
        parents.append(int(rng.choice(line)))
    joints = []
    for row, parent in enumerate(parents):
        axes = "".join(rng.choice(list(permutations("XYZ"))))
        channels = [f"{axis}rotation" for axis in axes[: rng.integers(0, 4)]]
        if row == 0 or rng.random() < 0.3:
            moves = [f"{axis}position" for axis in rng.permutation(list("XYZ"))]
            channels = moves + channels if rng.random() < 0.5 else channels + moves
        joints.append(BvhJoint(f"joint{row}", parent, rng.normal(size=3), tuple(channels)))
    return joints


@given(st.integers(0, 10_000), st.integers(1, 12))
@examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_skeletons_equal_the_reference(tmp_path: Path, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    joints = skeleton(rng, count)
    channels = sum(len(joint.channels) for joint in joints)
    values = rng.uniform(-400, 400, (3, channels))
    bvh = read_bvh(write_bvh(tmp_path / "a.bvh", joints, values))
    assert [(one.name, one.parent, one.channels) for one in bvh.joints] == [
        (one.name, one.parent, one.channels) for one in joints
    ]
    expected = reference.positions(joints, values)
    np.testing.assert_allclose(bvh.frames()[0], expected, atol=1e-5)
    np.testing.assert_array_equal(bvh.frames(every=2)[0], bvh.frames()[0][::2])


@given(st.integers(0, 10_000))
@examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_written_and_read_file_is_equal(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints = skeleton(rng, 8)
    values = rng.normal(size=(2, sum(len(joint.channels) for joint in joints)))
    first = read_bvh(write_bvh(tmp_path / "a.bvh", joints, values, 0.04))
    again = read_bvh(write_bvh(tmp_path / "b.bvh", first.joints, first.values, first.frame_time))
    np.testing.assert_array_equal(again.values, first.values)
    assert again.frame_time == first.frame_time
    assert (tmp_path / "a.bvh").read_text() == (tmp_path / "b.bvh").read_text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("MOTION", "", "'Frames:' in the hierarchy"),
        (TEXT, " \n", "got an empty file"),
        ("Frames:", "Count:", "after MOTION"),
        ("Frames:\t2", "Frames:\t3", "18 numbers for 3 frames of 9 channels"),
        ("Frames:\t2", "Frames:\t0", "0 frames"),
        ("90 0 0 0 90 0\n", "90 0", "numbers for 2 frames"),
        ("1 2 3 0", "1 2 nan 0", "numbers"),
        ("1 2 3 0", "1 2 x 0", "x"),
        (".0083333", "0", "frame time of 0.0 s"),
        ("OFFSET 1 0 0", "OFFSET 1 0", "CHANNELS"),
        ("OFFSET 1 0 0", "SIZE 1", "'SIZE' in the hierarchy"),
        ("3 Zrotation", "3 Wrotation", "channels Wrotation"),
        ("3 Zrotation Xrotation", "3 Zrotation Zrotation", "channels Zrotation Zrotation"),
        ("  }\n}\n", "  }\n", "braces that do not match"),
        ("ROOT Hips\n{", "ROOT Hips\n}", "HIERARCHY"),
        ("ROOT Hips\n{", "", "HIERARCHY"),
        (TEXT[TEXT.index(" 6 Xposition") :], "", "HIERARCHY ends early"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    path = tmp_path / "a.bvh"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(InputError, match=message) as caught:
        read_bvh(path)
    assert str(path) in str(caught.value)


def test_keywords_in_any_case(tmp_path: Path) -> None:
    path, other = tmp_path / "a.bvh", tmp_path / "b.bvh"
    path.write_text(TEXT)
    for case in (str.upper, str.lower):
        other.write_text(case(TEXT).replace("Frames:\t", "frames "))
        np.testing.assert_array_equal(read_bvh(path).frames()[0], read_bvh(other).frames()[0])


@pytest.mark.parametrize("kept", range(0, len(TEXT) - 20, 13))
def test_cut_off_files_are_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.bvh"
    path.write_text(TEXT[:kept])
    with pytest.raises(InputError, match=r"a\.bvh: .*(expected a BVH file|cut off)"):
        read_bvh(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.bvh"):
        read_bvh(tmp_path / "none.bvh")
