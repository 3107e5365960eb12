"""The kinematic model of REP-155 against forward kinematics of its own URDF, and known postures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.messages.human_description import HumanDescription
from pose_action_ros.messages.human_frames import JOINTS, HumanFrames, human_frames
from pose_action_ros.poses import Pose3D
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]

STANDING = {
    # x forward, y left, z up, of a person with hanging arms
    "mid_hip": (0, 0, 0),
    "spine": (0, 0, 0.25),
    "neck": (0, 0, 0.5),
    "nose": (0.1, 0, 0.65),
    "head_top": (0, 0, 0.8),
    "left_hip": (0, 0.12, 0),
    "left_knee": (0, 0.12, -0.42),
    "left_ankle": (0, 0.12, -0.84),
    "right_hip": (0, -0.12, 0),
    "right_knee": (0, -0.12, -0.4),
    "right_ankle": (0, -0.12, -0.8),
    "left_shoulder": (0, 0.2, 0.5),
    "left_elbow": (0, 0.2, 0.2),
    "left_wrist": (0, 0.2, -0.05),
    "right_shoulder": (0, -0.2, 0.5),
    "right_elbow": (0, -0.2, 0.21),
    "right_wrist": (0, -0.2, -0.03),
}
JOINT_OF_LINK = {
    "torso": "neck",
    "l_y_shoulder": "left_shoulder",
    "r_y_shoulder": "right_shoulder",
    "l_elbow": "left_elbow",
    "r_elbow": "right_elbow",
    "l_wrist": "left_wrist",
    "r_wrist": "right_wrist",
    "l_y_hip": "left_hip",
    "r_y_hip": "right_hip",
    "l_knee": "left_knee",
    "r_knee": "right_knee",
    "l_ankle": "left_ankle",
    "r_ankle": "right_ankle",
    "body": "mid_hip",
}


def pose(**moved: tuple[float, float, float] | None) -> Pose3D:
    """A standing person with some joints elsewhere or missing."""
    points = np.full((17, 3), np.nan)
    for name, place in (STANDING | moved).items():
        if place is not None:
            points[HUMAN36M_17.index(name)] = place
    return Pose3D(HUMAN36M_17, points, np.ones(17), 1, placed=True)


def frames_of(person: Pose3D) -> HumanFrames:
    frames = human_frames(person)
    assert frames is not None
    return frames


def rotation_about(axis: Array, angle: float) -> Array:
    """Rodrigues' formula."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: Array = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return turned


def forward(
    urdf: str, angles: dict[str, float], root: tuple[Array, Array]
) -> dict[str, tuple[Array, Array]]:
    """Frames of links by URDF's definition, as robot_state_publisher computes them."""
    robot = ET.fromstring(urdf)
    links = {"body_p1": root}
    for joint in robot.iter("joint"):
        parent, child, origin = joint.find("parent"), joint.find("child"), joint.find("origin")
        assert parent is not None
        assert child is not None
        assert origin is not None
        rotation, place = links[parent.attrib["link"]]
        shift = np.array([float(word) for word in origin.attrib["xyz"].split()])
        axis, turn = joint.find("axis"), np.eye(3)
        if axis is not None:
            vector = np.array([float(word) for word in axis.attrib["xyz"].split()])
            turn = rotation_about(vector, angles[joint.attrib["name"].removesuffix("_p1")])
        links[child.attrib["link"]] = rotation @ turn, place + rotation @ shift
    return links


def described(frames: HumanFrames) -> tuple[HumanDescription, str]:
    description = HumanDescription("p1")
    assert description.measure(frames)
    return description, description.urdf()


def random_person(seed: int) -> Pose3D:
    """A person with limbs in all directions, leaning and turned."""
    rng = np.random.default_rng(seed)
    points = {name: np.array(place, float) for name, place in STANDING.items()}
    for side in ("left", "right"):
        for joint, parent, length in (
            ("elbow", "shoulder", 0.3),
            ("wrist", "elbow", 0.25),
            ("knee", "hip", 0.4),
            ("ankle", "knee", 0.38),
        ):
            way = rng.normal(size=3)
            start = points[f"{side}_{parent}"]
            points[f"{side}_{joint}"] = start + length * way / np.linalg.norm(way)
    orthogonal, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved = {name: tuple(place.tolist()) for name, place in points.items()}
    turned = pose(**moved).points @ (orthogonal * np.linalg.det(orthogonal)).T
    return Pose3D(HUMAN36M_17, turned + np.array([0.3, -0.2, 4.0]), np.ones(17), 1, placed=True)


@given(st.integers(0, 100_000))
def test_the_urdf_with_the_angles_gives_the_pose(seed: int) -> None:
    person = random_person(seed)
    frames = frames_of(person)
    _, urdf = described(frames)
    root = frames.links["body"]
    links = forward(urdf, frames.angles, (root.rotation, root.origin))
    for link, joint in JOINT_OF_LINK.items():
        expected = person.points[HUMAN36M_17.index(joint)]
        np.testing.assert_allclose(links[f"{link}_p1"][1], expected, atol=1e-3)
    for link, frame in frames.links.items():
        np.testing.assert_allclose(links[f"{link}_p1"][0], frame.rotation, atol=1e-6)


@given(st.integers(0, 100_000))
def test_frames_in_their_parents_lead_to_the_joints(seed: int) -> None:
    person = random_person(seed)
    frames = frames_of(person)
    parents = {joint.child: joint.parent for joint in JOINTS}
    root = frames.links["body"]
    found = {"body": (root.rotation, root.origin)}
    for link, frame in frames.relative().items():
        rotation, origin = found[parents[link]]
        found[link] = rotation @ frame.rotation, origin + rotation @ frame.origin
    assert set(found) == {"body", *parents}
    for link, joint in JOINT_OF_LINK.items():
        expected = person.points[HUMAN36M_17.index(joint)]
        np.testing.assert_allclose(found[link][1], expected, atol=1e-9)


def test_a_person_who_stands_has_no_angles() -> None:
    angles = frames_of(pose()).angles
    assert set(angles) == {joint.name for joint in JOINTS if joint.axis is not None}
    assert angles == pytest.approx(dict.fromkeys(angles, 0.0), abs=1e-9)


@pytest.mark.parametrize(
    ("moved", "angle", "value"),
    [
        ({"left_wrist": (0.25, 0.2, 0.2)}, "l_elbow", 90),
        ({"right_wrist": (0.24, -0.2, 0.21)}, "r_elbow", 90),
        ({"left_ankle": (-0.42, 0.12, -0.42)}, "l_knee", -90),
        ({"left_elbow": (0, 0.5, 0.5), "left_wrist": (0, 0.75, 0.5)}, "l_p_shoulder", 90),
        ({"right_elbow": (0, -0.49, 0.5), "right_wrist": (0, -0.7, 0.5)}, "r_p_shoulder", 90),
        ({"left_elbow": (0.3, 0.2, 0.5), "left_wrist": (0.55, 0.2, 0.5)}, "l_y_shoulder", 90),
        ({"left_knee": (0.42, 0.12, 0), "left_ankle": (0.42, 0.12, -0.42)}, "l_r_hip", 90),
        ({"right_knee": (0, -0.4, -0.28), "right_ankle": (0, -0.68, -0.56)}, "r_p_hip", 45),
        ({"nose": (0, 0.1, 0.65)}, "y_head", 90),
        ({"head_top": (0, 0.3, 0.5), "nose": (0.1, 0.15, 0.5)}, "r_head", -90),
    ],
)
def test_angles_of_known_postures(
    moved: dict[str, tuple[float, float, float]], angle: str, value: float
) -> None:
    """Elbows and knees bend as people's do; arms and legs are raised to the front and outwards."""
    assert np.degrees(frames_of(pose(**moved)).angles[angle]) == pytest.approx(value, abs=1e-6)


def test_a_nearly_straight_limb_does_not_turn_over() -> None:
    """An elbow 3 degrees beyond straight."""
    angles = frames_of(pose(left_wrist=(-0.013, 0.2, -0.05))).angles
    assert np.degrees(angles["l_elbow"]) == pytest.approx(-3, abs=0.1)
    assert angles["l_r_shoulder"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("missing", "absent"),
    [
        ("left_wrist", {"l_elbow", "l_wrist"}),
        ("right_elbow", {f"r_{end}shoulder" for end in ("y_", "p_", "")} | {"r_elbow", "r_wrist"}),
        ("nose", {"r_head", "y_head", "p_head", "head"}),
    ],
)
def test_links_of_missing_joints_are_left_out(missing: str, absent: set[str]) -> None:
    frames = frames_of(pose(**{missing: None}))
    links = {joint.child for joint in JOINTS}
    assert links - set(frames.links) == absent
    assert all(np.isfinite(list(frames.angles.values())))


@pytest.mark.parametrize("missing", ["mid_hip", "neck", "left_hip"])
def test_no_frames_without_a_trunk(missing: str) -> None:
    assert human_frames(pose(**{missing: None})) is None


def test_lengths_are_averaged_and_the_description_is_written_again_after_a_change() -> None:
    frames, longer = frames_of(pose()), frames_of(pose(left_knee=(0, 0.12, -0.5)))
    description, urdf = described(frames)
    assert description.origins()["l_knee"].tolist() == pytest.approx([0, 0, -0.42])
    assert 'xyz="0.0000 0.0000 -0.4200"' in urdf
    assert not description.measure(frames)
    assert description.measure(longer)  # 2.7 cm longer in the mean of three images
    assert description.origins()["l_knee"][2] == pytest.approx(-(0.42 * 2 + 0.5) / 3)
    description.urdf()
    assert not description.measure(longer)


def test_a_limb_that_was_never_seen_is_that_of_the_other_side_or_of_an_average_body() -> None:
    description, _ = described(frames_of(pose(left_elbow=None, left_wrist=None, nose=None)))
    origins = description.origins()
    assert origins["l_elbow"].tolist() == pytest.approx(origins["r_elbow"].tolist())
    assert origins["l_y_shoulder"].tolist() == pytest.approx([0, 0.2, 0])
    assert origins["head"][2] == pytest.approx(0.5 * 0.091 / 0.288)


def test_names_end_with_that_of_the_body() -> None:
    _, urdf = described(frames_of(pose()))
    robot = ET.fromstring(urdf)
    links = {item.attrib["name"] for item in robot.iter("link")}
    assert links == {f"{joint.child}_p1" for joint in JOINTS} | {"body_p1"}
    assert {item.attrib["name"] for item in robot.iter("joint")} == {
        f"{joint.name}_p1" for joint in JOINTS
    }
