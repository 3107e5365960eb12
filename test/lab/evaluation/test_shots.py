"""Shots of recordings by virtual cameras."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_in_view import walk
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.datasets.person import standing_heights
from pose_action_ros.lab.evaluation.settings import LifterRun
from pose_action_ros.lab.evaluation.shots import SIZE, random_camera, takes_of
from pose_action_ros.skeletons import COCO_18, HUMAN36M_17


def test_exact_keypoints_are_on_the_rays_of_the_joints() -> None:
    (take,) = takes_of([walk()], LifterRun(cameras=1), 1000)
    shot = take.shot(take.exact())
    rays = shot.intrinsics.rays(shot.keypoints[..., :2])
    for name in set(COCO_18.joints) & set(HUMAN36M_17.joints):
        joint = shot.joints[:, HUMAN36M_17.index(name)]
        np.testing.assert_allclose(
            rays[:, COCO_18.index(name)], joint[:, :2] / joint[:, 2:], atol=1e-9
        )
    assert (shot.keypoints[..., 2] == 1).all()
    assert shot.height == pytest.approx(float(standing_heights(walk().joints)[0]))
    np.testing.assert_allclose(np.diff(shot.stamps), 1 / 15)
    assert set(shot.postures) == {"standing"}
    assert len(shot) == 30


@given(st.integers(0, 1000))
def test_cameras_keep_their_limits_and_see_the_person(seed: int) -> None:
    settings = LifterRun(lowest=0.4, highest=0.9, nearest=2.0, farthest=3.0)
    capture = walk()
    camera = random_camera(capture, settings, np.random.default_rng(seed))
    assert 0.4 <= camera.position[2] <= 0.9
    away = np.linalg.norm(camera.position[:2] - capture.joints[..., :2].mean(axis=(0, 1)))
    assert away >= 2.0
    pixels = camera.project(capture.joints)
    assert np.isfinite(pixels).all()
    assert ((pixels > 0) & (pixels < SIZE)).all(axis=-1).mean() > 0.5


def test_long_recordings_become_pieces() -> None:
    takes = list(takes_of([walk(frames=900)], LifterRun(cameras=1), 1000))
    assert [len(take.capture.joints) for take in takes] == [150, 150, 150]
    joints = np.concatenate([take.capture.joints for take in takes])
    positions = np.sort(joints[:, 0, 0])
    np.testing.assert_allclose(positions, np.arange(450) * 0.04)


def test_the_choice_is_even_and_repeatable() -> None:
    captures = [walk("anna")] * 20 + [walk("bert"), walk("anna", "running")]
    settings = LifterRun(cameras=1)
    first, second = (list(takes_of(captures, settings, 100)) for _ in range(2))
    found = {(take.capture.subject, take.capture.action) for take in first[:3]}
    assert found == {("anna", "walking"), ("bert", "walking"), ("anna", "running")}
    assert len(first) == 4
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.exact(), other.exact())


def test_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(SettingError, match=r"lowest 2\.0 m above highest 1\.0 m"):
        list(takes_of([], LifterRun(lowest=2.0, highest=1.0), 1))
