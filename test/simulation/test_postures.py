"""Laws of postures: contact with floor and furniture, joints, speeds, symmetry."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.camera import Intrinsics
from pose_action_ros.errors import InputError
from pose_action_ros.simulation import FIGURE, Performance, VirtualCamera
from pose_action_ros.simulation.channels import CHANNELS, LATERAL, Channels
from pose_action_ros.simulation.contact import LYING, SEAT, part_heights
from pose_action_ros.simulation.kinematics import Posed, pose_body
from pose_action_ros.simulation.motions.postures import POSTURES, posture_performance
from pose_action_ros.simulation.surfaces import person_surfaces

Array = npt.NDArray[np.float64]
STEP = 0.08
TIMES = np.arange(0.0, 20.0, STEP)
EXPECTED = (
    "sitting_chair sitting_floor kneeling squatting_deep bending crawling lying_back lying_side "
    "lying_front leaning getting_up"
)
each_posture = pytest.mark.parametrize("name", POSTURES)


@lru_cache
def performance_of(name: str, seed: int = 0) -> Performance:
    return posture_performance(np.random.default_rng(seed), name)


@lru_cache
def posed_of(name: str) -> Posed:
    performance = performance_of(name)
    return pose_body(performance.body, performance.channels(TIMES))


@lru_cache
def heights_of(name: str) -> dict[str, Array]:
    posed = posed_of(name)
    points = {joint: posed.joint(joint) for joint in FIGURE.joints}
    return part_heights(performance_of(name).body, points, posed.frames)


def test_postures_are_the_documented_labels() -> None:
    assert " ".join(POSTURES) == EXPECTED
    with pytest.raises(InputError, match=r"'flying'.*lying_back"):
        posture_performance(np.random.default_rng(0), "flying")


@each_posture
def test_the_lowest_point_is_on_the_floor_or_the_bed(name: str) -> None:
    lowest = np.min(list(heights_of(name).values()), axis=0)
    lift = performance_of(name).channels(TIMES)["lift"]
    np.testing.assert_allclose(lowest, lift, atol=1e-9)
    assert lift.min() >= 0


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("lying_back", LYING),
        ("lying_side", LYING),
        ("lying_front", LYING),
        ("sitting_floor", SEAT),
    ],
)
def test_the_trunk_rests_on_the_floor_or_the_bed(name: str, parts: tuple[str, ...]) -> None:
    gap = np.min([heights_of(name)[part] for part in parts], axis=0)
    gap = gap - performance_of(name).channels(TIMES)["lift"]
    assert np.median(gap) < 0.012
    assert (gap < 0.02).mean() > 0.8


def test_a_seated_person_rests_on_the_seat() -> None:
    seat = np.min([heights_of("sitting_chair")[part] for part in SEAT], axis=0)
    tops = np.array([box.top for box in performance_of("sitting_chair").furniture])
    assert np.abs(tops - np.median(seat)).min() < 0.02
    assert np.ptp(seat) < 0.06


@each_posture
def test_drawn_surfaces_are_not_below_the_floor(name: str) -> None:
    """The surfaces are clothes; ellipsoids, seen by a camera with the axes of the world."""
    performance, posed = performance_of(name), posed_of(name)
    lift = performance.channels(TIMES)["lift"]
    camera = VirtualCamera(_intrinsics(), np.eye(3), np.zeros(3))
    for row in range(0, len(TIMES), 60):
        frames = {part: axes[row : row + 1] for part, axes in posed.frames.items()}
        moment = Posed(posed.joints[row : row + 1], frames)
        shapes, _ = person_surfaces(performance.body, moment, camera)
        round_ = ~shapes.axis.any(axis=1)
        spread = np.linalg.inv(shapes.q[round_])[:, 2, 2]
        low = (shapes.middle[round_, 2] - np.sqrt(spread)).min()
        assert low > lift[row] - 0.025 - performance.body.look.loose


@each_posture
def test_elbows_and_knees_do_not_bend_backwards_and_bones_keep_their_length(name: str) -> None:
    posed = posed_of(name)
    for side in ("left", "right"):
        forearm = posed.joint(f"{side}_wrist") - posed.joint(f"{side}_elbow")
        ahead = posed.frames[f"{side}_upper_arm"][:, :, 0]
        assert np.sum(forearm * ahead, axis=1).min() > -1e-9
        shin = posed.joint(f"{side}_ankle") - posed.joint(f"{side}_knee")
        front = posed.frames[f"{side}_thigh"][:, :, 0]
        assert np.sum(shin * front, axis=1).max() < 1e-9
        assert np.ptp(np.linalg.norm(shin, axis=1)) < 1e-9


@each_posture
def test_joint_speeds_are_human(name: str) -> None:
    speed = np.linalg.norm(np.diff(posed_of(name).joints, axis=0), axis=-1) / STEP
    assert speed.max() < 15
    assert np.median(speed.max(axis=1)) < 3


@each_posture
def test_mirrored_channels_give_mirrored_joints(name: str) -> None:
    performance = performance_of(name)
    channels = performance.channels(TIMES[::10])
    mirrored = Channels.zeros(len(channels))
    for channel in CHANNELS:
        side, _, rest = channel.partition("_")
        other = {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, channel)
        mirrored[other] = (-1 if channel in LATERAL else 1) * channels[channel]
    expected = posed_of(name).joints[::10][:, FIGURE.mirror] * [1, -1, 1]
    assert np.allclose(pose_body(performance.body, mirrored).joints, expected, atol=1e-9)


@each_posture
def test_the_pose_is_a_pure_function_of_time_and_styles_differ(name: str) -> None:
    joints = posed_of(name).joints
    assert np.allclose(performance_of(name).joints([TIMES[211]])[0], joints[211], atol=1e-9)
    other = performance_of(name, 1).joints([TIMES[211]])[0]
    assert np.linalg.norm(other - joints[211], axis=1).max() > 0.05


def test_getting_up_ends_in_standing() -> None:
    posed, body = posed_of("getting_up"), performance_of("getting_up").body
    hips = posed.joint("mid_hip")[:, 2]
    assert hips.max() > 0.97 * (body.leg + body.foot_height)
    assert hips.min() < 0.75 * hips.max()


@pytest.mark.parametrize(
    ("name", "axis", "sign"), [("lying_back", 0, 1.0), ("lying_front", 0, -1.0)]
)
def test_lying_people_face_up_or_down(name: str, axis: int, sign: float) -> None:
    facing = posed_of(name).frames["chest"][:, 2, axis] * sign
    assert facing.min() > 0.5
    upright = posed_of(name).frames["chest"][:, 2, 2]
    assert np.abs(upright).max() < 0.75


def _intrinsics() -> Intrinsics:
    return Intrinsics.from_field_of_view(64, 48, 60)
