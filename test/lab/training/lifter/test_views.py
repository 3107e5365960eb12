"""Windows of people before random cameras, missing joints and errors of a detector: their laws."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from people_in_view import standing
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.capture import Capture
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
from pose_action_ros.lab.training.lifter.detections import (
    Columns,
    Detections,
    random_strides,
    read_detections,
)
from pose_action_ros.lab.training.lifter.people import OWN_BONES, Pools
from pose_action_ros.lab.training.lifter.pool import FACE, Pool, placed, turn_heads
from pose_action_ros.lab.training.lifter.robot import remove_joints
from pose_action_ros.lab.training.lifter.views import (
    Views,
    complete_views,
    exact_rays,
    images_of,
    random_times,
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
AGES = np.array([0.0, 0.1, 0.2])
ALL = np.ones(len(PERSON), np.bool_)


def world() -> Array:
    """(21, 3) a standing person, z up, facing x."""
    return np.asarray(standing()[..., [2, 0, 1]] * [-1, 1, -1])


def capture(size: float = 1.0, rate: float = 10.0, frames: int = 30) -> Capture:
    """A person who walks along x by a step of 0.1 m in each frame."""
    ways = np.arange(frames)[:, None, None] * [0.1, 0.0, 0.0]
    return Capture("a", "b", "walking", world() * size + ways, rate, ALL)


def people(seed: int = 0, images: int = 4) -> Array:
    """(COUNT, images, 21, 3) standing people, placed."""
    return placed(np.tile(world(), (COUNT, images, 1, 1)), np.random.default_rng(seed))


def views(seed: int = 0) -> Views:
    rng = np.random.default_rng(seed)
    defined = np.ones((COUNT, len(PERSON)), np.bool_)
    return random_views(people(seed), random_times(COUNT, AGES, rng), defined, rng)


def test_people_stand_on_the_floor_at_the_origin_in_all_directions() -> None:
    crowd = people()[:, 0]
    ankles = crowd[:, [PERSON.index("left_ankle"), PERSON.index("right_ankle")], 2].min(axis=1)
    assert ((ankles > 0.03) & (ankles < 0.13)).all()
    np.testing.assert_allclose(crowd[:, 0, :2], 0, atol=1e-12)
    nose = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    angles = np.arctan2(nose[:, 1], nose[:, 0])
    assert np.histogram(angles, 8, (-np.pi, np.pi))[0].min() > COUNT / 8 / 2


def test_mirrored_people_keep_their_left_hand_on_the_left() -> None:
    crowd = people()[:, 0]
    across = crowd[:, PERSON.index("left_shoulder")] - crowd[:, PERSON.index("right_shoulder")]
    ahead = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    # Left is 90 degrees anticlockwise of ahead in the view from above.
    assert (ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0] > 0).all()


def test_a_pool_interpolates_between_frames_and_holds_its_ends() -> None:
    pool = Pool([capture(), capture(rate=20.0)])
    found = pool.at(np.array([0, 1]), np.array([[0.25, -1.0], [0.25, 100.0]]))
    ways = found[:, :, 0, 0] - world()[0, 0]
    np.testing.assert_allclose(ways, [[0.25, 0.0], [0.5, 2.9]], atol=1e-6)


def test_times_are_drawn_with_room_for_the_older_images() -> None:
    pool = Pool([capture(), capture(frames=3)])
    chosen, times = pool.draw(COUNT, 0.5, np.random.default_rng(0))
    assert set(chosen.tolist()) == {0, 1}
    assert ((times >= 0.5) & (times <= 2.9))[chosen == 0].all()
    np.testing.assert_allclose(times[chosen == 1], 0.2)


def test_heads_turn_about_the_neck_and_keep_their_size() -> None:
    still = np.tile(world(), (COUNT, 2, 1, 1))
    turned = turn_heads(still, np.random.default_rng(0))
    body = [row for row in range(len(PERSON)) if row not in {*FACE, PERSON.index("head_top")}]
    np.testing.assert_array_equal(turned[:, :, body], still[:, :, body])
    neck = PERSON.index("neck")
    for row in FACE:
        before, after = (
            np.linalg.norm(one[:, :, row] - one[:, :, neck], axis=-1) for one in (still, turned)
        )
        np.testing.assert_allclose(before, after, atol=1e-9)
    assert np.linalg.norm(turned - still, axis=-1)[:, :, FACE].max() > 0.1
    np.testing.assert_allclose(turned[:, 0], turned[:, 1])


def test_kinds_of_people_have_their_shares() -> None:
    """Each kind has one height, so that heights identify the kinds."""
    sizes = {"recorded": 3.0, "simulated": 2.0, "free": 4.0}
    shares = {"recorded": 0.5, "simulated": 0.3, "free": 0.2}
    pools = {kind: Pool([capture(size)]) for kind, size in sizes.items()}
    rng = np.random.default_rng(0)
    found = Pools(pools, shares).views(random_times(2000, AGES, rng), rng)
    own = standing_heights(found.joints[:, 0]) / standing_heights(world())
    for kind, size in sizes.items():
        # The others have a random body's bones.
        found_share = (np.abs(own / size - 1) < 1e-3).mean() / shares[kind]
        assert found_share == pytest.approx(OWN_BONES[kind], abs=0.1)


def test_times_fall_and_a_quarter_has_the_newest_image_alone() -> None:
    times = random_times(4000, AGES, np.random.default_rng(0))
    assert times.shape == (4000, images_of(AGES))
    assert not times[:, 0].any()
    steps = np.diff(np.where(np.isfinite(times), times, np.nan), axis=1)
    assert (steps[np.isfinite(steps)] < 0).all()
    alone = np.isnan(times[:, 1:]).all(axis=1).mean()
    assert 0.22 < alone < 0.32
    assert random_times(5, np.zeros(1), np.random.default_rng(0)).tolist() == [[0.0]] * 5


def test_views_have_exact_upright_joints_or_none() -> None:
    found = views()
    exact = found.joints[:, :, INPUT_ROWS]
    present = found.scores > 0
    rays = exact[..., :2] / exact[..., 2:]
    np.testing.assert_allclose(found.rays[present], rays[present])
    assert np.isnan(found.rays[~present]).all()
    assert not present[np.isnan(found.times)].any()
    assert 0.7 < present[:, 0].mean() < 1
    head, foot = (found.joints[:, 0, PERSON.index(name)] for name in ("nose", "left_ankle"))
    assert (head[:, 1] < foot[:, 1]).mean() > 0.98


def test_cameras_of_some_views_move() -> None:
    found = views()
    usable = np.isfinite(found.times[:, 1])
    moved = np.linalg.norm(found.joints[usable, 1] - found.joints[usable, 0], axis=-1).max(axis=1)
    assert 0.2 < (moved > 1e-6).mean() < 0.4
    assert moved.max() < 1.0


def test_targets_are_the_true_pose_at_standard_height() -> None:
    found = views()
    samples, inputs = samples_of(found, AGES), normalise(found.rays[:, 0], found.scores[:, 0])
    lifted = found.joints[:, 0, OUTPUT_ROWS] - found.joints[:, 0, :1]
    scale = STANDARD_HEIGHT / standing_heights(found.joints[:, 0])
    back = virtual_to_optical(samples.targets, inputs.rotations)
    np.testing.assert_allclose(back, lifted * scale[:, None, None], atol=1e-9)
    np.testing.assert_allclose(samples.features[:, 0], inputs.features)
    assert samples.features.shape == (COUNT, len(AGES), 18, 3)
    assert samples.usable.mean() > 0.7
    assert (samples.weights == 1).all()


def test_dropped_joints_are_those_of_detections_in_all_images() -> None:
    scores = drop_joints(np.ones((20000, 2, 18)), np.random.default_rng(1))
    np.testing.assert_array_equal(scores[:, 0], scores[:, 1])
    scores = scores[:, 0]
    whole = (scores > 0).all(axis=1).mean()
    assert 0.5 < whole < 0.7
    neck, shoulder = COCO_18.index("neck"), COCO_18.index("left_shoulder")
    assert not scores[scores[:, shoulder] == 0, neck].any()
    wrist, elbow = COCO_18.index("left_wrist"), COCO_18.index("left_elbow")
    assert (scores[:, wrist] == 0).sum() > (scores[:, elbow] == 0).sum()


def test_a_third_of_the_joints_is_six() -> None:
    missing = (drop_third(np.ones((100, 2, 18)), np.random.default_rng(0)) == 0).sum(axis=-1)
    assert set(missing.ravel().tolist()) <= {6, 7}  # the neck goes with a shoulder


def test_errors_are_a_few_centimetres_and_last() -> None:
    rng = np.random.default_rng(2)
    rays, depths, factors = np.zeros((5000, 3, 18, 2)), np.full(5000, 4.0), np.ones(5000)
    noisy, scores = noisy_keypoints(rays, np.ones((5000, 3, 18)), depths, factors, rng)
    errors = np.linalg.norm(noisy, axis=-1) * 4.0
    assert 0.01 < np.median(errors) < 0.03
    assert errors.max() < 0.9
    assert scores[errors < 0.02].mean() > scores[errors > 0.1].mean()
    changes = np.linalg.norm(np.diff(noisy, axis=1), axis=-1) * 4.0
    assert np.median(changes) < 0.5 * np.median(errors)
    exact, sure = noisy_keypoints(rays, np.ones((5000, 3, 18)), depths, 0 * factors, rng)
    assert not exact.any()
    assert (sure == 1).all()


def detections() -> Detections:
    """Clips of four images, 3 cm too far right and without the left wrist."""
    found = views(3)
    joints = found.joints[np.isfinite(found.rays[:, 0]).all(axis=(1, 2))][:, ::-1]
    clips, images = joints.shape[:2]
    joints = joints.reshape(-1, len(PERSON), 3)
    rays = exact_rays(joints) + [0.03, 0] / joints[:, :1, 2:]
    scores = np.full(rays.shape[:2], 0.9)
    scores[:, COCO_18.index("left_wrist")] = 0.0
    return Detections(
        Columns(
            joints=joints,
            rays=rays,
            scores=scores,
            defined=np.tile(ALL, (len(joints), 1)),
            scene=np.repeat(np.arange(clips), images),
            image=np.tile(np.arange(images), clips),
            action=np.full(len(joints), "any"),
            split=np.full(len(joints), "train"),
        ),
        interval=0.1,
    )


def test_windows_of_detections_are_those_of_the_clip() -> None:
    found = detections()
    windows = found.windows(np.array([3, 1, 7]), 3, np.array([1, 1, 2]))
    np.testing.assert_allclose(
        windows.times, [[0, -0.1, -0.2], [0, -0.1, np.nan], [0, -0.2, np.nan]]
    )
    np.testing.assert_array_equal(
        windows.joints[0, 2], found.windows(np.array([1]), 1).joints[0, 0]
    )


def test_transplanted_errors_equal_those_of_detections_in_metres() -> None:
    found, rng = detections(), np.random.default_rng(0)
    strides = random_strides(COUNT, rng)
    defined = np.ones((COUNT, len(PERSON)), np.bool_)
    exact = random_views(people(4, 3), found.times_of(strides, 3), defined, rng)
    changed = found.transplant(exact, strides, rng)
    present = changed.scores > 0
    assert not present[np.isnan(changed.times)].any()
    offset = (changed.rays - exact.rays) * exact.joints[:, :, :1, 2:]
    # Right in the image, or left where the donor was mirrored.
    np.testing.assert_allclose(np.abs(offset[present][:, 0]), 0.03, atol=1e-9)
    np.testing.assert_allclose(offset[present][:, 1], 0, atol=1e-9)
    wrists = [COCO_18.index("left_wrist"), COCO_18.index("right_wrist")]
    assert (changed.scores[:, 0, wrists] == 0).any(axis=1).all()


def test_drawn_detections_are_rolled_with_their_ground_truth() -> None:
    drawn = detections().draw(200, 3, np.random.default_rng(0))
    offset = np.linalg.norm(drawn.rays - exact_rays(drawn.joints), axis=-1)
    offset *= drawn.joints[:, :, :1, 2]
    np.testing.assert_allclose(offset[np.isfinite(offset)], 0.03, atol=1e-9)


def test_joints_are_missing_as_in_detections_or_any_third_or_none() -> None:
    scores = remove_joints(np.ones((20000, 2, 18)), np.random.default_rng(5))
    missing = (scores[:, 0] == 0).sum(axis=1)
    assert 0.3 < (missing == 0).mean() < 0.6
    assert 0.25 < ((missing == 6) | (missing == 7)).mean() < 0.45
    assert set(np.unique(scores)) == {0.0, 1.0}


def test_complete_views_have_all_joints_of_their_images() -> None:
    complete = complete_views(views(6))
    exact = complete.joints[:, :, INPUT_ROWS]
    np.testing.assert_array_equal(complete.rays, exact[..., :2] / exact[..., 2:])
    assert (complete.scores.all(axis=-1) == np.isfinite(complete.times)).all()


def write(path: Path, found: Detections, split: npt.NDArray[np.str_], rate: float = 10.0) -> str:
    columns = {item.name: getattr(found.columns, item.name) for item in fields(Columns)}
    np.savez(path, allow_pickle=False, rate=rate, **(columns | {"split": split}))
    return str(path)


def test_files_of_detections_are_split_and_joined(tmp_path: Path) -> None:
    found = detections()
    split = np.where(found.columns.scene % 4 == 0, "test", "train")
    path = write(tmp_path / "a.npz", found, split)
    train, held_out = read_detections(path, "train"), read_detections(path, "test")
    assert train is not None
    assert held_out is not None
    assert len(train) + len(held_out) == len(found)
    twice = read_detections(f"{path}, {path}", "test")
    assert twice is not None
    assert len(twice) == 2 * len(held_out)
    last = np.array([len(held_out) - 1])
    np.testing.assert_array_equal(
        twice.windows(last + len(held_out), 4).joints, held_out.windows(last, 4).joints
    )
    other = write(tmp_path / "b.npz", found, split, 20.0)
    with pytest.raises(InputError, match="expected one rate"):
        read_detections(f"{path}, {other}", "test")


def test_empty_path_gives_no_detections_and_wrong_files_are_refused(tmp_path: Path) -> None:
    assert read_detections("", "train") is None
    with pytest.raises(InputError, match=r"none\.npz is no file of detections"):
        read_detections(str(tmp_path / "none.npz"), "train")
    path = tmp_path / "other.npz"
    np.savez(path, joints=np.zeros((2, 21, 3)))
    with pytest.raises(InputError, match="train detections"):
        read_detections(str(path), "train")
