"""Detections of rendered people: windows, errors on other people, files."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lifter_views import ALL, COUNT, placed_people, views
from pose_action_ros.errors import InputError
from pose_action_ros.lab.datasets.person import PERSON
from pose_action_ros.lab.training.lifter.detections import (
    Columns,
    Detections,
    random_strides,
    read_detections,
)
from pose_action_ros.lab.training.lifter.views import (
    exact_rays,
    random_views,
)
from pose_action_ros.skeletons import COCO_18


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
    exact = random_views(placed_people(4, 3), found.times_of(strides, 3), defined, rng)
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
