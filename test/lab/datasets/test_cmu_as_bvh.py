"""Recordings of CMU written as BVH files, with the recordings themselves as truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from bvh_files import write_bvh
from bvh_person import ROOT, TURNS, at, person
from pose_action_ros.lab.datasets.amc import read_amc, read_asf
from pose_action_ros.lab.datasets.bvh import END, BvhJoint, read_bvh
from pose_action_ros.lab.datasets.bvh_people import read_bvh_people
from pose_action_ros.lab.datasets.cmu import read_acclaim
from pose_action_ros.lab.datasets.person import PERSON
from shared_data import shared

Array = npt.NDArray[np.float64]

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


def test_the_bone_that_cgspeed_lacks_is_inserted(tmp_path: Path) -> None:
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).symlink_to(shared("data/cmu_mocap/subjects/02") / name)
    path = as_bvh(tmp_path, tmp_path / "02_01.amc", tmp_path / "02_01.bvh", CGSPEED)
    (capture,), (whole,) = read_bvh_people(path), read_acclaim(tmp_path)
    gaps = np.linalg.norm(capture.joints - whole.joints, axis=-1)
    face = [row for row, name in enumerate(PERSON.joints) if name.endswith(("nose", "eye", "ear"))]
    # At rest the thorax of the .asf is not exactly in line with the bone below it.
    assert np.delete(gaps, face, axis=1).max() < 0.004
    assert capture.defined.sum() == len(PERSON) - 5
    assert capture.subject == "02"


def test_a_cmu_recording_written_as_bvh_is_the_same_person(tmp_path: Path) -> None:
    original = shared("data/cmu_mocap/subjects/02")
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
