"""People in BVH files: conventions of names, axes, scale, and CMU's own recordings as truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from bvh_files import write_bvh
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from pose_action_ros.lab.datasets.bvh import (
    CONVENTIONS,
    END,
    NEEDED,
    BvhJoint,
    read_bvh,
    read_bvh_people,
)
from pose_action_ros.lab.datasets.cmu import read_acclaim
from pose_action_ros.lab.datasets.person import PERSON
from shared_data import SHARED, needs_shared

Array = npt.NDArray[np.float64]

TURNS = ("Zrotation", "Xrotation", "Yrotation")
ROOT = ("Xposition", "Yposition", "Zposition", *TURNS)
# Parent and offset [cm], y up, facing z, of an upright person with arms pointing sideways.
BODY: dict[str, tuple[str, tuple[float, float, float]]] = {
    "Hips": ("", (0, 95, 0)),
    **{
        name: ("Hips" if name.endswith("_hip") else parent, offset)
        for side, sign in (("left", 1), ("right", -1))
        for name, parent, offset in (
            (f"{side}_hip", "Hips", (10 * sign, -5, 0)),
            (f"{side}_knee", f"{side}_hip", (0, -42, 0)),
            (f"{side}_ankle", f"{side}_knee", (0, -42, 0)),
        )
    },
    "Spine": ("Hips", (0, 20, 0)),
    "neck": ("Spine", (0, 30, 0)),
    "head": ("neck", (0, 10, 0)),
    f"{END} head": ("head", (0, 15, 0)),
    **{
        name: (parent, offset)
        for side, sign in (("left", 1), ("right", -1))
        for name, parent, offset in (
            (f"{side}_shoulder", "Spine", (18 * sign, 27, 0)),
            (f"{side}_elbow", f"{side}_shoulder", (28 * sign, 0, 0)),
            (f"{side}_wrist", f"{side}_elbow", (25 * sign, 0, 0)),
        )
    },
}


def body(names: Callable[[str], str] = str, scale: float = 1.0) -> list[BvhJoint]:
    rows = list(BODY)
    return [
        BvhJoint(
            name if name.startswith(END) else names(name),
            rows.index(parent) if parent else -1,
            np.array(offset, float) * scale,
            () if name.startswith(END) else ROOT if not parent else TURNS,
        )
        for name, (parent, offset) in BODY.items()
    ]


def values(frames: int, root: tuple[float, float, float] = (0, 95, 0)) -> Array:
    """Standing still."""
    result = np.zeros((frames, 3 + 3 * (len(BODY) - 1)))
    result[:, :3] = root
    return result


def person(path: Path, up: str = "y", names: dict[str, str] | None = None) -> Array:
    """(T, 21, 3) joints of the person in a file."""
    (capture,) = read_bvh_people(path, up, names)
    return capture.joints


def column(name: str) -> int:
    """Of a joint's first rotation."""
    return 3 + 3 * [key for key in BODY if not key.startswith(END)].index(name)


def at(people: Array, name: str) -> Array:
    return np.asarray(people[:, PERSON.index(name)])


def by(convention: str, prefix: str = "") -> Callable[[str], str]:
    return lambda name: prefix + CONVENTIONS[convention].get(name, name)


@pytest.mark.parametrize(
    ("convention", "prefix"),
    [("bones", ""), ("bones", "mixamorig:"), ("joints", ""), ("daz", "person:daz:")],
)
def test_names_of_every_convention_are_found(tmp_path: Path, convention: str, prefix: str) -> None:
    path = write_bvh(tmp_path / "a.bvh", body(by(convention, prefix)), values(3))
    people = person(path)
    assert people.shape == (3, 21, 3)
    forward, left, up = (at(people, "nose") - at(people, "neck"))[0]
    assert forward > 0.08
    assert left == pytest.approx(0, abs=1e-9)
    assert up > 0.1
    assert at(people, "left_wrist")[0, 1] > 0.4 > -0.4 > at(people, "right_wrist")[0, 1]
    assert (at(people, "left_ear") - at(people, "neck"))[0, 1] > 0.05
    for lower, upper in (("left_ankle", "left_knee"), ("left_knee", "mid_hip"), ("spine", "neck")):
        assert at(people, lower)[0, 2] < at(people, upper)[0, 2]


def test_the_names_mixamo_lafan_and_cmu_use() -> None:
    names = set(CONVENTIONS["bones"].values())
    assert names == {
        *("LeftUpLeg", "LeftLeg", "LeftFoot", "RightUpLeg", "RightLeg", "RightFoot"),
        *("LeftArm", "LeftForeArm", "LeftHand", "RightArm", "RightForeArm", "RightHand"),
        *("Neck", "Head"),
    }


def test_own_names_of_joints(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh", body(lambda name: f"x_{name}"), values(1))
    own = {name: f"x_{name}" for name in NEEDED}
    np.testing.assert_array_equal(
        person(path, names=own),
        person(write_bvh(tmp_path / "b.bvh", body(by("bones")), values(1))),
    )


def test_the_unit_of_the_file_does_not_matter(tmp_path: Path) -> None:
    still = values(1, root=(100, 95, 300))
    first = person(write_bvh(tmp_path / "a.bvh", body(by("bones")), still))
    still[:, :3] *= 0.01
    second = person(write_bvh(tmp_path / "b.bvh", body(by("bones"), 0.01), still))
    np.testing.assert_allclose(first, second, atol=1e-6)
    np.testing.assert_allclose(at(first, "mid_hip")[0], [3, 1, 0.9], atol=1e-6)
    np.testing.assert_allclose(at(first, "left_knee")[0], [3, 1.1, 0.48], atol=1e-6)


def test_a_file_whose_z_points_up(tmp_path: Path) -> None:
    upright = person(write_bvh(tmp_path / "a.bvh", body(by("bones")), values(1)))
    turned = [
        BvhJoint(one.name, one.parent, one.offset[[0, 2, 1]] * [1, -1, 1], one.channels)
        for one in body(by("bones"))
    ]
    path = write_bvh(tmp_path / "z.bvh", turned, values(1, root=(0, 0, 95)))
    np.testing.assert_allclose(person(path, up="z"), upright, atol=1e-6)
    with pytest.raises(InputError, match="got 'x' as the axis that points up"):
        person(path, up="x")


@pytest.mark.parametrize(("rate", "kept"), [(30, 24), (60, 24), (120, 12), (100, 12), (240, 6)])
def test_about_sixty_frames_a_second_are_kept(tmp_path: Path, rate: int, kept: int) -> None:
    path = write_bvh(tmp_path / "a.bvh", body(by("bones")), values(24), 1 / rate)
    assert len(person(path)) == kept


def test_head_turns_as_in_the_file(tmp_path: Path) -> None:
    looking = values(4)
    looking[:, column("head") + 2] = [40, -40, 20, -20]  # about y, the vertical
    people = person(write_bvh(tmp_path / "a.bvh", body(by("bones")), looking))
    forward = at(people, "nose") - (at(people, "left_ear") + at(people, "right_ear")) / 2
    yaw = np.degrees(np.arctan2(forward[:, 1], forward[:, 0]))
    np.testing.assert_allclose(yaw, [40, -40, 20, -20], atol=1e-6)


def test_head_faces_ahead_for_any_axes_at_rest(tmp_path: Path) -> None:
    joints = body(by("bones"))
    head = next(row for row, one in enumerate(joints) if one.name == "Head")
    odd = Rotation.from_euler("XYZ", [70, -130, 20], degrees=True)
    top = BvhJoint(joints[head + 1].name, head, odd.inv().apply(joints[head + 1].offset), ())
    joints[head + 1] = top
    still = values(2)
    still[:, column("head") : column("head") + 3] = odd.as_euler("ZXY", degrees=True)
    people = person(write_bvh(tmp_path / "a.bvh", joints, still))
    plain = person(write_bvh(tmp_path / "b.bvh", body(by("bones")), values(2)))
    np.testing.assert_allclose(people, plain, atol=1e-6)


def test_a_head_without_an_end_points_away_from_the_neck(tmp_path: Path) -> None:
    whole = person(write_bvh(tmp_path / "a.bvh", body(by("bones")), values(1)))
    kept = [one for one in body(by("bones")) if not one.name.startswith(END)]
    above = next(row for row, name in enumerate(BODY) if name.startswith(END))
    shorter = [
        BvhJoint(one.name, one.parent - (one.parent > above), one.offset, one.channels)
        for one in kept
    ]
    headless = person(write_bvh(tmp_path / "b.bvh", shorter, values(1)))
    np.testing.assert_allclose(headless, whole, atol=1e-6)


def test_joints_that_are_missing_are_refused(tmp_path: Path) -> None:
    def misspelt(name: str) -> str:
        return by("bones")(name).replace("LeftForeArm", "LeftLowerArm")

    path = write_bvh(tmp_path / "a.bvh", body(misspelt), values(1))
    with pytest.raises(
        InputError, match=r"a\.bvh.*'bones', the nearest, it lacks LeftForeArm; it"
    ) as caught:
        person(path)
    assert "LeftLowerArm" in str(caught.value)
    with pytest.raises(InputError, match=r"'names'.*lacks LeftUpLeg2"):
        person(path, names=dict(CONVENTIONS["bones"]) | {"left_hip": "LeftUpLeg2"})


def test_legs_without_length_are_refused(tmp_path: Path) -> None:
    flat = [
        BvhJoint(one.name, one.parent, one.offset * 0, one.channels) for one in body(by("bones"))
    ]
    with pytest.raises(InputError, match="has no length"):
        person(write_bvh(tmp_path / "a.bvh", flat, values(1)))


# Names that cgspeed's conversion of CMU gives the start of each bone of the .asf.
STARTS = {
    **{
        f"{theirs}{bone}": f"{side}{name}"
        for theirs, side in (("l", "Left"), ("r", "Right"))
        for bone, name in (
            *(("femur", "UpLeg"), ("tibia", "Leg"), ("foot", "Foot")),
            *(("humerus", "Arm"), ("radius", "ForeArm"), ("wrist", "Hand")),
        )
    },
    "lowerneck": "Neck",
    "head": "Head",
}


def as_bvh(folder: Path, amc: Path, path: Path) -> Path:
    """A CMU recording as a BVH file: each bone a joint at the bone's start, turned as the bone."""
    asf = read_asf(next(folder.glob("*.asf")))
    motion = read_amc(amc, asf)
    joints, columns = [BvhJoint("Hips", -1, np.zeros(3), ROOT)], [motion.ends["root"]]
    columns.append(Rotation.from_matrix(motion.rotations["root"]).as_euler("ZXY", degrees=True))
    names = ["root"]
    for name, bone in asf.bones.items():
        start = asf.bones[bone.parent].offset if bone.parent != "root" else np.zeros(3)
        joints.append(BvhJoint(STARTS.get(name, name), names.index(bone.parent), start, TURNS))
        own = motion.rotations[bone.parent].transpose(0, 2, 1) @ motion.rotations[name]
        columns.append(Rotation.from_matrix(own).as_euler("ZXY", degrees=True))
        names.append(name)
    parents = {joint.parent for joint in joints}
    ends = [
        BvhJoint(f"{END} {joints[row].name}", row, asf.bones[name].offset, ())
        for row, name in enumerate(names)
        if row not in parents
    ]
    return write_bvh(path, [*joints, *ends], np.hstack(depth_first(joints, columns)), 1 / 120)


def depth_first(joints: list[BvhJoint], columns: list[Array]) -> list[Array]:
    """The columns in the order in which a file lists the joints; the root has two."""
    order: list[int] = []

    def visit(row: int) -> None:
        order.append(row)
        for child, joint in enumerate(joints):
            if joint.parent == row:
                visit(child)

    visit(0)
    return [columns[0], *(columns[row + 1] for row in order)]


@needs_shared
def test_a_cmu_recording_written_as_bvh_is_the_same_person(tmp_path: Path) -> None:
    assert SHARED is not None
    original = SHARED / "data/cmu_mocap/subjects/02"
    folder = tmp_path / "02"  # with one of the recordings
    folder.mkdir()
    for name in ("02.asf", "02_01.amc"):
        (folder / name).symlink_to(original / name)
    amc = folder / "02_01.amc"
    path = as_bvh(folder, amc, tmp_path / "02_01.bvh")
    bvh, motion = read_bvh(path), read_amc(amc, read_asf(folder / "02.asf"))
    places = bvh.frames()[0]
    for name, start in STARTS.items():
        row = [joint.name for joint in bvh.joints].index(start)
        parent = read_asf(folder / "02.asf").bones[name].parent
        np.testing.assert_allclose(places[:, row], motion.ends[parent], atol=1e-6)
    ours, theirs = person(path), read_acclaim(folder)[0].joints
    assert ours.shape == theirs.shape
    root = PERSON.index("mid_hip")
    gaps = np.linalg.norm((ours - ours[:, [root]]) - (theirs - theirs[:, [root]]), axis=-1)
    # Only the spine's middle and the axes of the head are found in another way.
    assert gaps.mean() < 0.015
    legs = [PERSON.index(name) for name in ("left_ankle", "right_ankle", "left_knee")]
    np.testing.assert_allclose(gaps[:, legs], 0, atol=1e-6)
    faces = [at(people, "nose") - at(people, "neck") for people in (ours, theirs)]
    cosine = (faces[0] * faces[1]).sum(axis=-1) / np.prod(
        [np.linalg.norm(face, axis=-1) for face in faces], axis=0
    )
    assert np.degrees(np.arccos(cosine)).mean() < 10
