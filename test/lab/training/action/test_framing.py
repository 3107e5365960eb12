"""Views of people: places of the camera, headings, and what is inside the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.lab.training.action.framing import FRAMINGS, SIZE, View, random_view
from properties import examples

quick = examples(30)
seeds, heights = st.integers(0, 10_000), st.floats(1.0, 2.0)


def inside(view: View, up: float) -> bool:
    """A point above the origin is inside the image."""
    pixel = view.camera.project([0.0, 0.0, up])
    return bool((pixel >= 0).all() and (pixel < SIZE).all())


@pytest.mark.parametrize("name", FRAMINGS)
@quick
@given(seed=seeds, height=heights)
def test_the_camera_is_within_the_limits_and_sees_the_trunk(
    name: str, seed: int, height: float
) -> None:
    view, framing = random_view(np.random.default_rng(seed), height, name), FRAMINGS[name]
    x, y, z = view.camera.position
    assert framing.height[0] <= z <= framing.height[1]
    assert np.hypot(x, y) >= framing.distance[0] - 1e-9
    assert framing.room[0] <= view.room <= framing.room[1]
    assert inside(view, 0.7 * height) or not framing.whole
    if framing.whole:
        assert inside(view, 0.02 * height)
        assert inside(view, height)


@quick
@given(seed=seeds)
def test_near_cameras_do_not_see_the_feet(seed: int) -> None:
    assert not inside(random_view(np.random.default_rng(seed), 1.7, "near"), 0.0)


def test_most_people_face_the_camera_and_some_do_not() -> None:
    turns = []
    for seed in range(400):
        view = random_view(np.random.default_rng(seed), 1.7)
        toward = np.arctan2(*view.camera.position[1::-1])
        turns.append(abs(np.degrees(np.angle(np.exp(1j * (view.heading - toward))))))
    assert 0.55 < np.mean(np.array(turns) <= 40) < 0.75
    assert 0.08 < np.mean(np.array(turns) >= 130) < 0.22
