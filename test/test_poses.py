import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.errors import InputError
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, COCO_18, HUMAN36M_17

Array = npt.NDArray[np.float64]

anything = st.floats(allow_nan=True, allow_infinity=True, width=32)
points2d = arrays(np.float64, (25, 2), elements=anything)
scores25 = arrays(np.float64, 25, elements=anything)


@given(points2d, scores25)
def test_a_joint_has_a_score_or_is_missing_and_nan(points: Array, scores: Array) -> None:
    pose = Pose2D(BODY_25, points, scores)
    assert np.isfinite(pose.points[pose.present]).all()
    assert np.isnan(pose.points[~pose.present]).all()
    assert ((pose.scores >= 0) & (pose.scores <= 1)).all()


@given(points2d, scores25)
def test_the_box_contains_every_joint(points: Array, scores: Array) -> None:
    pose = Pose2D(BODY_25, points, scores)
    box = pose.box()
    if box is None:
        assert not pose.present.any()
    else:
        present = pose.points[pose.present]
        assert ((present >= box[:2]) & (present <= box[2:])).all()


def test_arrays_are_copied_and_read_only() -> None:
    points = np.ones((25, 2))
    pose = Pose2D(BODY_25, points, np.ones(25))
    points[:] = 7
    assert (pose.points == 1).all()
    with pytest.raises(ValueError, match="read-only"):
        pose.points[0] = 3


def test_conversion_keeps_all_but_the_joints() -> None:
    pose = Pose2D(BODY_25, np.ones((25, 2)), np.full(25, 0.5), person_id=4, score=0.7)
    other = pose.to(COCO_18)
    assert (other.skeleton, other.person_id, other.score) == (COCO_18, 4, 0.7)
    np.testing.assert_array_equal(other.scores, 0.5)


def test_a_pose_in_space_converts_by_name_too() -> None:
    pose = Pose3D(HUMAN36M_17, np.ones((17, 3)), np.ones(17), person_id=2, placed=True)
    other = pose.to(BODY_25)
    assert other.placed
    assert other.person_id == 2
    assert other.present.sum() == 15


@pytest.mark.parametrize(("points", "scores"), [((24, 2), 25), ((25, 3), 25), ((25, 2), 24)])
def test_shapes_that_do_not_fit(points: tuple[int, int], scores: int) -> None:
    with pytest.raises(InputError, match=r"expected \(25, 2\) and \(25,\)"):
        Pose2D(BODY_25, np.zeros(points), np.zeros(scores))


def test_a_joint_by_its_name() -> None:
    points = np.arange(50.0).reshape(25, 2)
    pose = Pose2D(BODY_25, points, np.where(np.arange(25) == 1, 0.0, 0.5), 3)
    assert pose["nose"] == (0.0, 1.0, 0.5)
    assert pose["nose"].score == 0.5
    assert np.isnan(pose["neck"].x)
    with pytest.raises(InputError, match="nose, neck"):
        pose["nostril"]
    space = Pose3D(HUMAN36M_17, np.full((17, 3), 2.0), np.ones(17))
    assert space["left_wrist"] == (2.0, 2.0, 2.0, 1.0)


def test_poses_print_readably() -> None:
    pose = Pose2D(BODY_25, np.arange(50.0).reshape(25, 2), np.ones(25), 3)
    assert str(pose) == "Pose2D of person 3: 25 of 25 joints of body_25, box (0, 1) to (48, 49) px"
    assert repr(pose) == f"<{pose}>"
    missing = Pose2D(BODY_25, np.full((25, 2), np.nan), np.zeros(25))
    assert str(missing) == "Pose2D of untracked: 0 of 25 joints of body_25"
    space = Pose3D(HUMAN36M_17, np.full((17, 3), 2.0), np.ones(17), 3)
    assert str(space).endswith("17 of 17 joints of human36m_17, relative to mid_hip")
