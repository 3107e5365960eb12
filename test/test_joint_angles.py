"""Angles of poses that are built from known angles, and laws of the angles."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pose_action_ros.joint_angles import ANGLES, KINDS, STRETCHED, VERTICAL, joint_angles
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

Array = npt.NDArray[np.float64]
_MIRROR = np.diag([-1.0, 1.0, 1.0])


def _turn(sequence: str, *degrees: float) -> Array:
    return Rotation.from_euler(sequence, degrees, degrees=True).as_matrix()


def _limbs(pelvis: Array, thorax: Array, angles: dict[str, float]) -> dict[str, Array]:
    """Right arm from the neck and right leg from the middle of the hips, with ISB's sequences."""
    plane, elevation, rotation = (
        angles[f"shoulder_{kind}"] for kind in ("plane", "elevation", "rotation")
    )
    arm = thorax @ _turn("YXY", plane, -elevation, rotation)
    thigh = pelvis @ _turn("ZXY", *(angles[f"hip_{kind}"] for kind in KINDS["right_hip"]))
    elbow, knee = np.radians(angles["elbow_flexion"]), np.radians(angles["knee_flexion"])
    joints = {"shoulder": 0.2 * thorax[:, 2], "hip": 0.1 * pelvis[:, 2]}
    joints["elbow"] = joints["shoulder"] - 0.3 * arm[:, 1]
    forearm = np.cos(elbow) * arm[:, 1] - np.sin(elbow) * arm[:, 0]
    joints["wrist"] = joints["elbow"] - 0.25 * forearm
    joints["knee"] = joints["hip"] - 0.45 * thigh[:, 1]
    shank = np.cos(knee) * thigh[:, 1] + np.sin(knee) * thigh[:, 0]
    joints["ankle"] = joints["knee"] - 0.4 * shank
    return joints


def built(pelvis: Array, angles: dict[str, float]) -> Array:
    """(17, 3) joints of a person [m] with these angles [degrees]."""
    spine, neck = ([angles[f"{name}_{kind}"] for kind in KINDS[name]] for name in ("trunk", "neck"))
    thorax = pelvis @ _turn("ZXY", -spine[0], *spine[1:])
    head = thorax @ _turn("ZXY", -neck[0], *neck[1:])
    places = {"mid_hip": np.array([0.3, 0.1, 4.0])}
    places["spine"] = places["mid_hip"] + 0.25 * pelvis[:, 1]
    places["neck"] = places["spine"] + 0.25 * thorax[:, 1]
    places["nose"] = places["neck"] + 0.1 * head[:, 1] + 0.1 * head[:, 0]
    places["head_top"] = places["neck"] + 0.25 * head[:, 1]
    for side, mirror in (("right", np.eye(3)), ("left", _MIRROR)):
        own = {name: angles[f"{side}_{name}"] for name in _LIMB_ANGLES}
        frames = [
            mirror @ axes @ (np.diag([1, 1, -1]) if side == "left" else np.eye(3))
            for axes in (pelvis, thorax)
        ]
        for name, place in _limbs(frames[0], frames[1], own).items():
            origin = places["mid_hip" if name in ("hip", "knee", "ankle") else "neck"]
            places[f"{side}_{name}"] = origin + mirror @ place
    return np.array([places[name] for name in HUMAN36M_17.joints])


_LIMB_ANGLES = [name.removeprefix("left_") for name in ANGLES if name.startswith("left_")]
_RANGES = {
    "plane": (-80, 130), "elevation": (15, 160), "flexion": (25, 120), "rotation": (-80, 80),
    "adduction": (-40, 30), "bending": (-40, 40),
}  # fmt: skip


@st.composite
def people(draw: st.DrawFn) -> tuple[Array, dict[str, float]]:
    """Joints and angles of a person."""
    angles = {name: draw(st.floats(*_RANGES[name.rsplit("_", 1)[1]])) for name in ANGLES}
    turn = draw(st.lists(st.floats(-170, 170), min_size=3, max_size=3))
    return built(_turn("XYZ", *turn), angles), angles


@given(people())
def test_known_angles_are_found(person: tuple[Array, dict[str, float]]) -> None:
    points, angles = person
    found = np.degrees(joint_angles(points))
    np.testing.assert_allclose(found, [angles[name] for name in ANGLES], atol=1e-6)


@given(people())
def test_place_direction_and_size_change_nothing(person: tuple[Array, dict[str, float]]) -> None:
    points, _ = person
    moved = 2.5 * points @ _turn("XYZ", 20, -70, 130).T + [3, -1, 9]
    np.testing.assert_allclose(joint_angles(moved), joint_angles(points), atol=1e-9)


@given(people())
def test_a_mirrored_person_has_the_angles_of_the_other_side(
    person: tuple[Array, dict[str, float]],
) -> None:
    points, angles = person
    mirrored = (points @ _MIRROR)[HUMAN36M_17.mirror]
    found = dict(zip(ANGLES, np.degrees(joint_angles(mirrored)), strict=True))
    other = {"left": "right", "right": "left"}
    for name, angle in found.items():
        side, _, rest = name.partition("_")
        expected = angles[f"{other[side]}_{rest}"] if side in other else angles[name]
        sign = (
            -1
            if name
            in {f"{part}_{kind}" for part in ("trunk", "neck") for kind in ("bending", "rotation")}
            else 1
        )
        assert angle == pytest.approx(sign * expected, abs=1e-6), name


def test_a_missing_joint_is_missing_in_its_angles_alone() -> None:
    angles = dict.fromkeys(ANGLES, 30.0)
    points = built(np.eye(3), angles)
    points[HUMAN36M_17.index("left_wrist")] = np.nan
    missing = {
        name for name, angle in zip(ANGLES, joint_angles(points), strict=True) if np.isnan(angle)
    }
    assert missing == {"left_elbow_flexion", "left_shoulder_rotation"}


def test_undefined_angles_are_missing() -> None:
    angles = dict.fromkeys(ANGLES, 30.0)
    angles["left_elbow_flexion"] = angles["right_knee_flexion"] = np.degrees(STRETCHED) - 1
    angles["right_shoulder_elevation"] = np.degrees(VERTICAL) - 1
    found = joint_angles(built(np.eye(3), angles))
    missing = {name for name, angle in zip(ANGLES, found, strict=True) if np.isnan(angle)}
    assert missing == {
        "left_shoulder_rotation", "right_hip_rotation",
        "right_shoulder_plane", "right_shoulder_rotation",
    }  # fmt: skip


def test_other_skeletons_and_many_poses_at_once() -> None:
    points = np.full((2, 5, 25, 3), np.nan)
    for name, place in {
        "right_hip": (1, 0, 0), "right_knee": (1, 1, 0), "right_ankle": (1, 1, 1),
    }.items():  # fmt: skip
        points[..., BODY_25.index(name), :] = place
    found = joint_angles(points, BODY_25)
    assert found.shape == (2, 5, len(ANGLES))
    np.testing.assert_allclose(found[..., ANGLES.index("right_knee_flexion")], np.pi / 2)
    assert np.isfinite(found).sum() == 10
