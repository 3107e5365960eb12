import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import InputError
from pose_action_ros.skeletons import (
    BLAZEPOSE_33,
    BODY_25,
    COCO_18,
    HUMAN36M_17,
    SKELETONS,
    Skeleton,
    convert,
    skeleton_named,
)

skeletons = st.sampled_from(list(SKELETONS.values()))


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_a_skeleton_is_a_tree_with_as_many_joints_as_its_name_says(skeleton: Skeleton) -> None:
    assert len(skeleton) == int(skeleton.name.split("_")[-1].removesuffix("m"))
    assert len(skeleton.bones) == len(skeleton) - 1
    for start in range(len(skeleton)):
        path = [start]
        while parent := skeleton.parents[path[-1]]:
            path.append(skeleton.index(parent))
            assert len(path) <= len(skeleton)
        assert path[-1] == skeleton.root


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_mirroring_twice_changes_nothing(skeleton: Skeleton) -> None:
    np.testing.assert_array_equal(skeleton.mirror[skeleton.mirror], np.arange(len(skeleton)))
    for joint, other in zip(skeleton.joints, skeleton.mirror, strict=True):
        assert joint.startswith(("left_", "right_")) == (skeleton.joints[other] != joint)


def test_orders_are_those_of_openpose() -> None:
    assert [BODY_25.index(name) for name in ("nose", "neck", "mid_hip", "left_heel")] == [
        0,
        1,
        8,
        21,
    ]
    assert [COCO_18.index(name) for name in ("right_eye", "left_eye", "left_ear")] == [14, 15, 17]


@given(skeletons, skeletons)
def test_joints_of_the_same_name_are_copied_and_others_are_missing(
    source: Skeleton, target: Skeleton
) -> None:
    values = np.arange(len(source) * 2.0).reshape(-1, 2)
    result = convert(values, source, target)
    for row, joint in enumerate(target.joints):
        if joint in source.joints:
            np.testing.assert_array_equal(result[row], values[source.index(joint)])
        elif joint not in {"neck", "mid_hip", "spine"}:
            assert np.isnan(result[row]).all()


def test_neck_and_mid_hip_are_midpoints_and_missing_with_either_end() -> None:
    values = np.zeros((33, 2))
    values[BLAZEPOSE_33.index("left_shoulder")] = [2, 4]
    result = convert(values, BLAZEPOSE_33, BODY_25)
    np.testing.assert_array_equal(result[BODY_25.index("neck")], [1, 2])
    values[BLAZEPOSE_33.index("right_hip")] = np.nan
    assert np.isnan(convert(values, BLAZEPOSE_33, BODY_25)[BODY_25.index("mid_hip")]).all()


def test_conversion_takes_any_leading_axes() -> None:
    assert convert(np.zeros((2, 5, 25, 3)), BODY_25, HUMAN36M_17).shape == (2, 5, 17, 3)


def test_unknown_names_and_wrong_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="known skeletons are body_25, coco_18"):
        skeleton_named("body_26")
    with pytest.raises(InputError, match="has no joint 'tail'; it has nose, neck"):
        COCO_18.index("tail")
    with pytest.raises(InputError, match=r"expected \(..., 25, D\)"):
        convert(np.zeros((24, 2)), BODY_25, COCO_18)
    with pytest.raises(InputError, match="unique"):
        Skeleton("twins", ("a", "a"), ("", "a"))
    with pytest.raises(InputError, match="not joints of it"):
        Skeleton("orphan", ("a", "b"), ("", "c"))
