"""Random cameras, missing joints and errors of a detector: laws for all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from people_in_view import standing
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import (
    INPUT_ROWS,
    OUTPUT_ROWS,
    PERSON,
    standing_heights,
)
from pose_action_ros.lab.training.detector_noise.views import (
    drop_joints,
    drop_third,
    noisy_keypoints,
)
from pose_action_ros.lab.training.lifter.detections import Detections, read_detections
from pose_action_ros.lab.training.lifter.people import Pools
from pose_action_ros.lab.training.lifter.robot import remove_joints
from pose_action_ros.lab.training.lifter.views import (
    Views,
    complete_views,
    exact_rays,
    random_people,
    random_views,
    samples_of,
)
from pose_action_ros.lifting.normalisation import (
    STANDARD_HEIGHT,
    normalise,
    virtual_to_optical,
)
from pose_action_ros.skeletons import COCO_18

Array = npt.NDArray[np.float64]
COUNT = 400


def world() -> Array:
    """(1, 21, 3) a standing person, z up, facing x."""
    return np.asarray(standing()[None][..., [2, 0, 1]] * [-1, 1, -1])


def people(seed: int = 0) -> Array:
    return random_people(world(), COUNT, np.random.default_rng(seed))


def views(seed: int = 0) -> Views:
    return random_views(people(seed), np.random.default_rng(seed))


def test_people_stand_on_the_floor_at_the_origin_in_all_directions() -> None:
    crowd = people()
    ankles = crowd[:, [PERSON.index("left_ankle"), PERSON.index("right_ankle")], 2].min(axis=1)
    assert ((ankles > 0.04) & (ankles < 0.13)).all()
    np.testing.assert_allclose(crowd[:, 0, :2], 0, atol=1e-12)
    nose = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    angles = np.arctan2(nose[:, 1], nose[:, 0])
    assert np.histogram(angles, 8, (-np.pi, np.pi))[0].min() > COUNT / 8 / 2


def test_pools_have_their_shares() -> None:
    """Each pool has one height, so that heights identify the pools."""

    def heights(recorded: float, simulated: float, free: float) -> dict[float, float]:
        sizes = {"recorded": recorded, "simulated": simulated, "free": free}
        pools = Pools(
            **{kind: {kind: world() * size} if size else {} for kind, size in sizes.items()},
            simulated_share=0.5,
            free_share=0.4,
        )
        measured = standing_heights(pools.views(COUNT, np.random.default_rng(0)).joints)
        ratios = measured / standing_heights(world())[0]
        shares = {size: np.mean(np.abs(ratios / size - 1) < 0.1) for size in sizes.values() if size}
        return {size: round(float(share), 2) for size, share in shares.items()}

    assert heights(1.0, 2.0, 4.0) == {1.0: 0.5, 2.0: 0.3, 4.0: 0.2}
    assert heights(1.0, 2.0, 0.0) == {1.0: 0.5, 2.0: 0.5}
    assert heights(1.0, 0.0, 4.0) == {1.0: 0.5, 4.0: 0.5}
    assert heights(0.0, 2.0, 4.0) == {2.0: 0.6, 4.0: 0.4}
    assert heights(1.0, 0.0, 0.0) == {1.0: 1.0}
    assert heights(0.0, 0.0, 4.0) == {4.0: 1.0}


def test_mirrored_people_keep_their_left_hand_on_the_left() -> None:
    crowd = people()
    across = crowd[:, PERSON.index("left_shoulder")] - crowd[:, PERSON.index("right_shoulder")]
    ahead = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    # Left is 90 degrees anticlockwise of ahead in the view from above.
    assert (ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0] > 0).all()


def test_views_have_exact_upright_joints_or_none() -> None:
    people = views()
    exact = people.joints[:, INPUT_ROWS]
    present = people.scores > 0
    rays = exact[..., :2] / exact[..., 2:]
    np.testing.assert_allclose(people.rays[present], rays[present])
    assert np.isnan(people.rays[~present]).all()
    assert 0.7 < present.mean() < 1
    head, foot = (people.joints[:, PERSON.index(name)] for name in ("nose", "left_ankle"))
    assert (head[:, 1] < foot[:, 1]).mean() > 0.99


def test_targets_are_the_true_pose_at_standard_height() -> None:
    people = views()
    samples, inputs = samples_of(people), normalise(people.rays, people.scores)
    lifted = people.joints[:, OUTPUT_ROWS] - people.joints[:, :1]
    scale = STANDARD_HEIGHT / standing_heights(people.joints)
    back = virtual_to_optical(samples.targets, inputs.rotations)
    np.testing.assert_allclose(back, lifted * scale[:, None, None], atol=1e-9)
    assert samples.usable.mean() > 0.9


def test_dropped_joints_are_those_of_detections() -> None:
    rng = np.random.default_rng(1)
    scores = drop_joints(np.ones((20000, 18)), rng)
    whole = (scores > 0).all(axis=1).mean()
    assert 0.5 < whole < 0.7
    neck, shoulder = COCO_18.index("neck"), COCO_18.index("left_shoulder")
    assert not scores[scores[:, shoulder] == 0, neck].any()
    wrist, elbow = COCO_18.index("left_wrist"), COCO_18.index("left_elbow")
    assert (scores[:, wrist] == 0).sum() > (scores[:, elbow] == 0).sum()


def test_a_third_of_the_joints_is_six() -> None:
    missing = (drop_third(np.ones((100, 18)), np.random.default_rng(0)) == 0).sum(axis=1)
    assert set(missing.tolist()) <= {6, 7}  # the neck goes with a shoulder


def test_errors_are_a_few_centimetres_at_the_distance_of_the_person() -> None:
    rng = np.random.default_rng(2)
    rays, depths = np.zeros((5000, 18, 2)), np.full(5000, 4.0)
    noisy, scores = noisy_keypoints(rays, np.ones((5000, 18)), depths, rng)
    errors = np.linalg.norm(noisy, axis=-1) * 4.0
    assert 0.01 < np.median(errors) < 0.03
    assert errors.max() < 0.9
    assert scores[errors < 0.02].mean() > scores[errors > 0.1].mean()


def detections() -> Detections:
    """Detections 3 cm too far right and without the left wrist."""
    people = views(3)
    joints = people.joints[np.isfinite(people.rays).all(axis=(1, 2))]
    rays = exact_rays(joints) + [0.03, 0] / joints[:, :1, 2:]
    scores = np.full(rays.shape[:2], 0.9)
    scores[:, COCO_18.index("left_wrist")] = 0.0
    return Detections(Views(joints, rays, scores), np.full(len(joints), "any"))


def test_transplanted_errors_equal_those_of_detections_in_metres() -> None:
    exact = views(4)
    found = detections().transplant(exact, np.random.default_rng(0))
    present = found.scores > 0
    offset = (found.rays - exact.rays) * exact.joints[:, :1, 2:]
    # Right in the image, or left where the donor was mirrored.
    np.testing.assert_allclose(np.abs(offset[present][:, 0]), 0.03, atol=1e-9)
    np.testing.assert_allclose(offset[present][:, 1], 0, atol=1e-9)
    wrists = [COCO_18.index("left_wrist"), COCO_18.index("right_wrist")]
    assert (found.scores[:, wrists] == 0).any(axis=1).all()


def test_drawn_detections_are_rolled_with_their_ground_truth() -> None:
    drawn = detections().draw(200, np.random.default_rng(0))
    offset = np.linalg.norm(drawn.rays - exact_rays(drawn.joints), axis=-1)
    np.testing.assert_allclose(offset * drawn.joints[:, :1, 2], 0.03, atol=1e-9)


def test_joints_are_missing_as_in_detections_or_any_third_or_none() -> None:
    scores = remove_joints(np.ones((20000, 18)), np.random.default_rng(5))
    missing = (scores == 0).sum(axis=1)
    assert 0.3 < (missing == 0).mean() < 0.6
    assert 0.25 < ((missing == 6) | (missing == 7)).mean() < 0.45
    assert set(np.unique(scores)) == {0.0, 1.0}


def test_complete_views_have_all_joints() -> None:
    complete = complete_views(views(6))
    exact = complete.joints[:, INPUT_ROWS]
    np.testing.assert_array_equal(complete.rays, exact[..., :2] / exact[..., 2:])
    assert (complete.scores == 1).all()


def test_file_of_detections_is_split(tmp_path: Path) -> None:
    source = detections().views
    test = np.arange(len(source)) % 4 == 0
    actions = np.where(test, "recorded/walking", "waving_left")
    path = tmp_path / "detections.npz"
    columns = {"joints": source.joints, "rays": source.rays, "scores": source.scores}
    split = np.where(test, "test", "train")
    np.savez(path, allow_pickle=False, split=split, action=actions, **columns)
    train, held_out = read_detections(str(path), "train"), read_detections(str(path), "test")
    assert train is not None
    assert held_out is not None
    assert len(train.views) + len(held_out.views) == len(test)
    np.testing.assert_array_equal(held_out.views.joints, source.joints[test])
    assert set(held_out.actions.tolist()) == {"recorded/walking"}


def test_empty_path_gives_no_detections_and_wrong_files_are_refused(tmp_path: Path) -> None:
    assert read_detections("", "train") is None
    with pytest.raises(InputError, match=r"none\.npz is no file of detections"):
        read_detections(str(tmp_path / "none.npz"), "train")
    path = tmp_path / "other.npz"
    np.savez(path, joints=np.zeros((2, 21, 3)))
    with pytest.raises(InputError, match="train detections"):
        read_detections(str(path), "train")
