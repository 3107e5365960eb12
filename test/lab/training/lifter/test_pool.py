"""People that are drawn from recordings: places, directions, times, heads, kinds."""

from __future__ import annotations

import numpy as np
import pytest

from lifter_views import AGES, ALL, COUNT, placed_people
from people_in_view import upright
from pose_action_ros.lab.datasets.capture import Capture
from pose_action_ros.lab.datasets.person import PERSON, standing_heights
from pose_action_ros.lab.training.lifter.people import OWN_BONES, Pools
from pose_action_ros.lab.training.lifter.pool import FACE, Pool, turn_heads
from pose_action_ros.lab.training.lifter.views import (
    random_times,
)


def capture(size: float = 1.0, rate: float = 10.0, frames: int = 30) -> Capture:
    """A person who walks along x by a step of 0.1 m in each frame."""
    ways = np.arange(frames)[:, None, None] * [0.1, 0.0, 0.0]
    return Capture("a", "b", "walking", upright() * size + ways, rate, ALL)


def test_people_stand_on_the_floor_at_the_origin_in_all_directions() -> None:
    crowd = placed_people()[:, 0]
    ankles = crowd[:, [PERSON.index("left_ankle"), PERSON.index("right_ankle")], 2].min(axis=1)
    assert ((ankles > 0.03) & (ankles < 0.13)).all()
    np.testing.assert_allclose(crowd[:, 0, :2], 0, atol=1e-12)
    nose = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    angles = np.arctan2(nose[:, 1], nose[:, 0])
    assert np.histogram(angles, 8, (-np.pi, np.pi))[0].min() > COUNT / 8 / 2


def test_mirrored_people_keep_their_left_hand_on_the_left() -> None:
    crowd = placed_people()[:, 0]
    across = crowd[:, PERSON.index("left_shoulder")] - crowd[:, PERSON.index("right_shoulder")]
    ahead = crowd[:, PERSON.index("nose")] - crowd[:, PERSON.index("neck")]
    # Left is 90 degrees anticlockwise of ahead in the view from above.
    assert (ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0] > 0).all()


def test_a_pool_interpolates_between_frames_and_holds_its_ends() -> None:
    pool = Pool([capture(), capture(rate=20.0)])
    found = pool.at(np.array([0, 1]), np.array([[0.25, -1.0], [0.25, 100.0]]))
    ways = found[:, :, 0, 0] - upright()[0, 0]
    np.testing.assert_allclose(ways, [[0.25, 0.0], [0.5, 2.9]], atol=1e-6)


def test_times_are_drawn_with_room_for_the_older_images() -> None:
    pool = Pool([capture(), capture(frames=3)])
    chosen, times = pool.draw(COUNT, 0.5, np.random.default_rng(0))
    assert set(chosen.tolist()) == {0, 1}
    assert ((times >= 0.5) & (times <= 2.9))[chosen == 0].all()
    np.testing.assert_allclose(times[chosen == 1], 0.2)


def test_heads_turn_about_the_neck_and_keep_their_size() -> None:
    still = np.tile(upright(), (COUNT, 2, 1, 1))
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
    own = standing_heights(found.joints[:, 0]) / standing_heights(upright())
    for kind, size in sizes.items():
        # The others have a random body's bones.
        found_share = (np.abs(own / size - 1) < 1e-3).mean() / shares[kind]
        assert found_share == pytest.approx(OWN_BONES[kind], abs=0.1)
