"""Boxes: hits equal those of the slabs, and boxes hide what is behind them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.camera import Intrinsics
from pose_action_ros.simulation import Body, Scene, Script, VirtualCamera, perform
from pose_action_ros.simulation.furniture import Box, Faces, legs_and_top
from pose_action_ros.simulation.kinematics import about_z
from pose_action_ros.simulation.surroundings import Surroundings
from pose_action_ros.skeletons import BODY_25
from properties import examples

INTRINSICS = Intrinsics.from_field_of_view(160, 120, 60)
CAMERA = VirtualCamera.looking_at([3.0, 0.4, 1.2], [0, 0, 0.8], INTRINSICS)


def slab_depth(box: Box, direction: tuple[float, float]) -> float:
    """Depth [m] at which a ray (x, y, 1) of the camera enters a box, by the slab method."""
    turn = about_z(box.heading)
    ray = turn.T @ CAMERA.rotation.T @ np.array([*direction, 1.0])
    start = turn.T @ (CAMERA.position - np.array(box.middle))
    half = np.array(box.size) / 2
    with np.errstate(divide="ignore"):
        ends = np.stack([(-half - start) / ray, (half - start) / ray])
    enter, leave = ends.min(axis=0).max(), ends.max(axis=0).min()
    return float(enter) if 0 < enter <= leave else np.inf


@examples(60)
@given(
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.2, 1.5)),
    st.tuples(*[st.floats(0.1, 1.2)] * 3),
    st.floats(-180, 180),
    st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
)
def test_faces_are_hit_where_the_slabs_are(
    middle: tuple[float, float, float],
    size: tuple[float, float, float],
    heading: float,
    direction: tuple[float, float],
) -> None:
    box = Box(middle, size, heading)
    hit = Faces.of([box], CAMERA).first_hit(np.array([direction]))[0]
    expected = slab_depth(box, direction)
    smaller = replace(box, size=(size[0] * 0.999, size[1] * 0.999, size[2] * 0.999))
    if np.isinf(expected) or not np.isinf(slab_depth(smaller, direction)):  # not at an edge
        np.testing.assert_allclose(hit, expected, rtol=1e-6)


def test_a_table_hides_the_legs_behind_it() -> None:
    part = perform("standing", np.random.default_rng(3), Body())
    table = (Box((1.0, 0.0, 0.4), (0.1, 2.0, 0.8), 0.0, (0.0, 0.0, 255.0)),)
    scenes = [
        Scene([Script([replace(part, furniture=boxes)], [0.0])], CAMERA, Surroundings("plain"))
        for boxes in ((), table)
    ]
    (before,), (after,) = (scene.truth(1.0) for scene in scenes)
    for name, hidden in (("left_ankle", True), ("right_knee", True), ("nose", False)):
        row = BODY_25.index(name)
        assert before.exposed[row]
        assert after.exposed[row] != hidden
    x, y = after.keypoints.points[BODY_25.index("left_ankle")].round().astype(int)
    pixel = scenes[1].frame(1.0).image[y, x]
    assert pixel[2] > 60
    assert pixel[0] == 0


def test_furniture_moves_with_the_script() -> None:
    part = perform("standing", np.random.default_rng(3), Body())
    part = replace(part, furniture=tuple(legs_and_top((1.0, 0.0), (0.5, 0.5), 0.7, (1, 2, 3))))
    script = Script([part], [0.0], position=(2.0, 1.0), heading=np.pi / 2)
    np.testing.assert_allclose(script.furniture[0].middle, [2.0, 2.0, 0.68], atol=1e-9)
    assert script.furniture[0].top == 0.7
    assert script.furniture[0].mirrored().mirrored() == script.furniture[0]
