"""Intersections of rays and surfaces, compared with a slow reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.simulation.kinematics import about_x, about_z
from pose_action_ros.simulation.quadrics import cones, ellipsoids, joined
from properties import examples
from references.quadric_rays import in_cone, in_ellipsoid

seeds = st.integers(0, 2**32 - 1)
STEP = 0.004


@examples(12)
@given(seed=seeds)
def test_ellipsoid_is_hit_at_the_first_point_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.uniform([-0.3, -0.3, 1.5], [0.3, 0.3, 2.5])
    frame, radii = (
        about_z(rng.uniform(0, 360)) @ about_x(rng.uniform(0, 360)),
        rng.uniform(0.05, 0.4, 3),
    )
    ray = rng.uniform(-0.25, 0.25, 2)
    hit = ellipsoids(centre[None], frame[None], radii[None]).first_hit(ray[None])[0]
    depths = np.arange(0.5, 3.5, STEP)
    inside = [in_ellipsoid(depth * np.array([*ray, 1]), centre, frame, radii) for depth in depths]
    if sum(inside) > 2:
        assert abs(depths[inside.index(True)] - hit) < 2 * STEP
    elif not any(inside):
        assert np.isinf(hit) or not 0.5 < hit < 3.5 or sum(inside) == 0


@examples(12)
@given(seed=seeds)
def test_cone_is_hit_at_the_first_point_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    middle, way = rng.uniform([-0.2, -0.2, 1.5], [0.2, 0.2, 2.5]), rng.normal(0, 0.3, 3)
    start, end, first, last = (
        middle - way,
        middle + way,
        rng.uniform(0.05, 0.2),
        rng.uniform(0.05, 0.2),
    )
    section = np.array([[first, first, last / first]])
    across = np.cross(way, [0.3, 0.5, 0.8])
    shape = cones(start[None], end[None], across[None], section)
    ray = rng.uniform(-0.2, 0.2, 2)
    depths = np.arange(0.3, 4.0, STEP)
    inside = [in_cone(depth * np.array([*ray, 1]), start, end, first, last) for depth in depths]
    hit = shape.first_hit(ray[None])[0]
    if np.isfinite(hit) and sum(inside) > 2:
        assert inside[int(np.clip(np.searchsorted(depths, hit + 2 * STEP), 0, len(depths) - 1))]
        entered = depths[inside.index(True)]
        flat = np.dot(entered * np.array([*ray, 1]) - start, way) / np.dot(way, way)
        if 0.02 < flat < 1.98:  # not through an end, which is open
            assert abs(entered - hit) < 3 * STEP


@examples(10)
@given(seed=seeds)
def test_bounds_contain_all_hits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ball = ellipsoids(
        rng.uniform([[-0.5, -0.5, 1.5]], [[0.5, 0.5, 3]]),
        np.eye(3)[None],
        rng.uniform(0.05, 0.5, (1, 3)),
    )
    grid = np.stack(np.meshgrid(*[np.linspace(-1.5, 1.5, 101)] * 2), axis=-1).reshape(-1, 2)
    hit = grid[np.isfinite(ball.first_hit(grid))]
    left, top, right, bottom = ball.bounds[0]
    assert ((hit >= [left - 1e-9, top - 1e-9]) & (hit <= [right + 1e-9, bottom + 1e-9])).all()


def test_nearest_surface_in_front_of_the_camera_is_hit() -> None:
    centres = np.array([[0, 0, 4.0], [0, 0, 2.0], [0, 0, -2.0]])
    balls = ellipsoids(centres, np.broadcast_to(np.eye(3), (3, 3, 3)), np.full((3, 3), 0.5))
    assert np.isclose(balls.first_hit(np.zeros((1, 2)))[0], 1.5)
    assert np.isclose(joined([balls, balls]).first_hit(np.zeros((1, 2)))[0], 1.5)
    assert np.isinf(balls.first_hit(np.array([[2.0, 2.0]]))[0])
    assert np.isnan(balls.bounds[2]).all()
