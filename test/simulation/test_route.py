"""Routes: places in order, stops, and a heading along the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.simulation import Body
from pose_action_ros.simulation.kinematics import pose_body
from pose_action_ros.simulation.motions.gait import strolling
from pose_action_ros.simulation.route import Route
from properties import examples

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))


@examples(10)
@given(st.floats(0.5, 2.0), st.floats(1.0, 3.0))
def test_every_stop_is_reached_at_rest_and_in_order(speed: float, pause: float) -> None:
    route = Route.through(SQUARE, speed, pause)
    reached = []
    for stop in SQUARE:
        distances = np.linalg.norm(route.places - stop, axis=1)
        reached.append(int(distances.argmin()))
        assert distances.min() < 0.2
        assert route.speed[reached[-1]] < 0.6 * speed
    assert reached == sorted(reached)
    assert route.speed.max() < 1.05 * speed


def test_distance_never_falls_and_heading_has_no_jumps() -> None:
    route = Route.through(SQUARE, 1.2, 1.0)
    assert (np.diff(route.way) >= 0).all()
    assert route.way[-1] == pytest.approx(12.0, rel=0.05)
    assert np.abs(np.diff(route.heading)).max() < 10
    moving = route.speed > 1.0
    direction = np.diff(route.places, axis=0)[moving[:-1]]
    ahead = np.radians(route.heading[:-1][moving[:-1]])
    cosines = (direction * np.column_stack([np.cos(ahead), np.sin(ahead)])).sum(axis=1)
    assert np.median(cosines / np.linalg.norm(direction, axis=1)) > 0.99


def test_last_place_is_held() -> None:
    route = Route.through(SQUARE, 1.0, 0.5)
    late = route.at(route.places[:, 1], np.array([1e3]))
    assert late[0] == pytest.approx(4.0, abs=0.1)


def test_person_walks_along_the_route_and_stands_at_its_end() -> None:
    rng = np.random.default_rng(0)
    body, route = Body.random(rng), Route.through(SQUARE, 1.2, 1.0)
    times = np.linspace(0, route.times[-1] + 3, 60)
    joints = pose_body(body, strolling(body, rng, route)(times).limited()).joints
    middle = joints.mean(axis=1)[:, :2]
    way = np.column_stack([route.at(route.places[:, axis], times) for axis in (0, 1)])
    assert np.linalg.norm(middle - way, axis=1).max() < 0.35
    assert np.abs(joints[-1] - joints[-2]).max() < 0.01
    assert joints[..., 2].min() > -0.05
