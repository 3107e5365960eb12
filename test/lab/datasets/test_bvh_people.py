"""People in BVH files: names, axes, units, and CMU's own recordings as truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from bvh_files import write_bvh
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets import definitions
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from pose_action_ros.lab.datasets.bvh import END, BvhJoint, read_bvh
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.cmu import read_acclaim
from pose_action_ros.lab.datasets.definitions import LIMBS, SIDES, UPS
from pose_action_ros.lab.datasets.person import PERSON
from properties import examples
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


def person(path: Path, up: str = "") -> Array:
    """(T, 21, 3) joints of the person in a file."""
    (capture,) = read_bvh_people(path, up)
    return capture.joints


def column(name: str) -> int:
    """Of a joint's first rotation."""
    return 3 + 3 * [key for key in BODY if not key.startswith(END)].index(name)


def at(people: Array, name: str) -> Array:
    return np.asarray(people[:, PERSON.index(name)])


NAMES = yaml.safe_load(
    (Path(definitions.__file__).parent / "joint_names.yaml").read_text(encoding="utf-8")
)
PLAIN = [name for name, values in NAMES.items() if set(values) <= {"sides", "head", *LIMBS}]
"""Families without further joints."""


def by(family: str, prefix: str = "") -> Callable[[str], str]:
    """Names of BODY's joints in a family; the last one where there are several."""
    values = NAMES[family]
    names = {"head": values["head"]} | {
        f"{ours}_{limb}": values[limb] for ours in SIDES for limb in LIMBS
    }
    sides = dict(zip(SIDES, values["sides"], strict=True))

    def named(name: str) -> str:
        texts = names.get(name, f"other {name}")
        text: str = texts if isinstance(texts, str) else texts[-1]
        return prefix + text.format(side=sides.get(name.partition("_")[0]))

    return named


def turned(joints: list[BvhJoint], turn: Array) -> list[BvhJoint]:
    return [replace(one, offset=turn @ one.offset) for one in joints]


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


@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0, 1 / 2.54])
def test_metres_centimetres_millimetres_and_inches(tmp_path: Path, scale: float) -> None:
    still = values(1, root=(100, 95, 300))
    still[:, :3] *= scale
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity"), scale), still))
    np.testing.assert_allclose(at(people, "mid_hip")[0], [3, 1, 0.9], atol=1e-6)
    np.testing.assert_allclose(at(people, "left_knee")[0], [3, 1.1, 0.48], atol=1e-6)


def test_people_in_another_unit_have_average_height(tmp_path: Path) -> None:
    still = values(1) * 4.0
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity"), 4.0), still))
    leg = at(people, "left_hip")[0] - at(people, "left_ankle")[0]
    assert np.linalg.norm(leg) == pytest.approx(1.70 * (0.245 + 0.246))


TURN = {
    up: Rotation.align_vectors([axis], [[0, 1, 0]])[0].as_matrix()
    for up, axis in zip(UPS, np.vstack([np.eye(3), -np.eye(3)]), strict=True)
}
"""From a frame with y up to one with another axis up."""


@pytest.mark.parametrize("up", UPS)
def test_axis_that_points_up_is_found(tmp_path: Path, up: str) -> None:
    upright = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), values(1)))
    moved = values(1)
    moved[:, :3] = TURN[up] @ moved[0, :3]
    path = write_bvh(tmp_path / "z.bvh", turned(body(by("unity")), TURN[up]), moved)
    for people in (person(path), person(path, up=up)):
        yaw = people - at(people, "mid_hip")[:, None] * [1, 1, 0]
        hips = at(yaw, "left_hip")[0]
        heading = np.arctan2(hips[1], hips[0]) - np.pi / 2
        facing = Rotation.from_euler("z", -heading).as_matrix()
        np.testing.assert_allclose(yaw @ facing.T, upright, atol=1e-6)
    with pytest.raises(InputError, match="got 'w' as the axis that points up"):
        person(path, up="w")


@pytest.mark.parametrize("height", [0.0, 10.0])
def test_lying_people_lie(tmp_path: Path, height: float) -> None:
    lying = values(5, root=(50, height + 10, 200))
    lying[:, 3 + TURNS.index("Xrotation")] = [-88, -90, -92, -90, -91]
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), lying))
    assert np.ptp(people[..., 2], axis=1).max() < 0.5
    assert np.ptp(people[..., 0], axis=1).min() > 1.4


def test_root_may_turn_the_pose_at_rest(tmp_path: Path) -> None:
    turning = values(5, root=(50, 200, 95))
    turning[:, 3 + TURNS.index("Xrotation")] = [88, 90, 92, 90, 91]
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), turning))
    assert np.ptp(people[..., 2], axis=1).min() > 1.4


@given(st.integers(0, 10_000))
@examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_axes_of_the_joints_do_not_matter(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints, still = body(by("unity")), values(8)
    still[:, 3:] = rng.normal(0, 10, (8, still.shape[1] - 3))
    axes = Rotation.random(len(joints), rng=rng).as_matrix()
    odd, columns, column_of = [], [still[:, :3]], 3
    for row, one in enumerate(joints):
        above = axes[one.parent] if one.parent >= 0 else np.eye(3)
        odd.append(replace(one, offset=above.T @ one.offset))
        if one.channels:
            angles = still[:, column_of : column_of + 3]
            own = Rotation.from_euler("ZXY", angles, degrees=True).as_matrix()
            changed = Rotation.from_matrix(above.T @ own @ axes[row])
            columns.append(changed.as_euler("ZXY", degrees=True))
            column_of += 3
    plain = person(write_bvh(tmp_path / "a.bvh", joints, still), up="y")
    other = person(write_bvh(tmp_path / "b.bvh", odd, np.hstack(columns)), up="y")
    np.testing.assert_allclose(other, plain, atol=1e-5)
    assert person(tmp_path / "b.bvh").shape == plain.shape
    np.testing.assert_allclose(person(tmp_path / "b.bvh"), plain, atol=1e-5)


@pytest.mark.parametrize(("rate", "kept"), [(30, 24), (60, 24), (120, 12), (100, 12), (240, 6)])
def test_about_sixty_frames_a_second_are_kept(tmp_path: Path, rate: int, kept: int) -> None:
    path = write_bvh(tmp_path / "a.bvh", body(by("unity")), values(24), 1 / rate)
    (capture,) = read_bvh_people(path)
    assert len(capture.joints) == kept
    assert capture.rate == pytest.approx(rate * kept / 24)


def test_head_turns_as_in_the_file(tmp_path: Path) -> None:
    looking = values(4)
    looking[:, column("head") + 2] = [40, -40, 20, -20]  # about y, the vertical
    people = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), looking))
    forward = at(people, "nose") - (at(people, "left_ear") + at(people, "right_ear")) / 2
    yaw = np.degrees(np.arctan2(forward[:, 1], forward[:, 0]))
    np.testing.assert_allclose(yaw, [40, -40, 20, -20], atol=1e-6)


def test_a_head_without_an_end_points_away_from_the_shoulders(tmp_path: Path) -> None:
    whole = person(write_bvh(tmp_path / "a.bvh", body(by("unity")), values(1)))
    kept = [one for one in body(by("unity")) if not one.name.startswith(END)]
    above = next(row for row, name in enumerate(BODY) if name.startswith(END))
    shorter = [replace(one, parent=one.parent - (one.parent > above)) for one in kept]
    headless = person(write_bvh(tmp_path / "b.bvh", shorter, values(1)))
    np.testing.assert_allclose(headless, whole, atol=1e-6)


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


CGSPEED = STARTS | {
    "lhipjoint": "LHipJoint",
    "rhipjoint": "RHipJoint",
    "lowerback": "LowerBack",
    "upperback": "Spine",
    "thorax": "Spine1",
    "upperneck": "Neck1",
}
UNIT = 0.0254 / 0.45
"""[m] of cgspeed's unit."""


def as_bvh(folder: Path, amc: Path, path: Path, names_of: dict[str, str] = STARTS) -> Path:
    """A CMU recording as a BVH file: each bone a joint at the bone's start, turned as the bone.

    With the names in CGSPEED the file has cgspeed's unit and lacks the thorax.
    """
    asf = read_asf(next(folder.glob("*.asf")))
    motion = read_amc(amc, asf)
    joints, columns = [BvhJoint("Hips", -1, np.zeros(3), ROOT)], [motion.ends["root"]]
    columns.append(Rotation.from_matrix(motion.rotations["root"]).as_euler("ZXY", degrees=True))
    names = ["root"]
    for name, bone in asf.bones.items():
        start = asf.bones[bone.parent].offset if bone.parent != "root" else np.zeros(3)
        start = start * 0 if names_of is CGSPEED and bone.parent == "thorax" else start
        joints.append(BvhJoint(names_of.get(name, name), names.index(bone.parent), start, TURNS))
        own = motion.rotations[bone.parent].transpose(0, 2, 1) @ motion.rotations[name]
        columns.append(Rotation.from_matrix(own).as_euler("ZXY", degrees=True))
        names.append(name)
    parents = {joint.parent for joint in joints}
    ends = [
        BvhJoint(f"{END} {joints[row].name}", row, asf.bones[name].offset, ())
        for row, name in enumerate(names)
        if row not in parents
    ]
    unit = UNIT if names_of is CGSPEED else 1.0
    columns[0] = columns[0] / unit
    scaled = [replace(one, offset=one.offset / unit) for one in [*joints, *ends]]
    return write_bvh(path, scaled, np.hstack(depth_first(joints, columns)), 1 / 120)


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
def test_the_bone_that_cgspeed_lacks_is_inserted(tmp_path: Path) -> None:
    assert SHARED is not None
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).symlink_to(SHARED / "data/cmu_mocap/subjects/02" / name)
    path = as_bvh(tmp_path, tmp_path / "02_01.amc", tmp_path / "02_01.bvh", CGSPEED)
    (capture,), (whole,) = read_bvh_people(path), read_acclaim(tmp_path)
    gaps = np.linalg.norm(capture.joints - whole.joints, axis=-1)
    face = [row for row, name in enumerate(PERSON.joints) if name.endswith(("nose", "eye", "ear"))]
    # At rest the thorax of the .asf is not exactly in line with the bone below it.
    assert np.delete(gaps, face, axis=1).max() < 0.004
    assert capture.defined.sum() == len(PERSON) - 5
    assert capture.subject == "02"


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
