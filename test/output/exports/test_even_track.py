"""Tracks at a constant rate."""

import numpy as np
import numpy.typing as npt
import pytest

from pose_action_ros.output.exports.even_track import LONGEST_GAP, even_track
from pose_action_ros.pose_tracks import PoseTrack
from pose_action_ros.skeletons import HUMAN36M_17

Array = npt.NDArray[np.float64]


def _track(stamps: list[float], rate: float | None = 10.0) -> PoseTrack:
    """A person who moves by 1 m a second along x, at y 2 and z 3."""
    points = np.array([[[stamp, 2.0, 3.0]] * 17 for stamp in stamps])
    return PoseTrack(HUMAN36M_17, np.array(stamps), points, np.ones((len(stamps), 17)), rate=rate)


def _x(track: PoseTrack) -> Array:
    x: Array = even_track(track).points[:, 4, 0]
    return x


@pytest.mark.parametrize("rate", [10.0, 29.97002997, 1000 / 33, 60.0])
def test_images_at_the_rate_are_kept_and_turned_upright(rate: float) -> None:
    stamps = [round(number / rate, 6) for number in range(7, 300)]
    track = _track(stamps, rate)
    even = even_track(track)
    assert even.first == 7
    assert even.points.shape == (293, 17, 3)
    np.testing.assert_allclose(even.points, track.points * (1, -1, -1), atol=1e-6)
    np.testing.assert_allclose(even.times, stamps, atol=1e-6)


def test_uneven_images_are_interpolated() -> None:
    np.testing.assert_allclose(
        _x(_track([0.0, 0.07, 0.18, 0.33, 0.41])), [0, 0.1, 0.2, 0.3, 0.4], atol=1e-9
    )


def test_a_long_gap_is_missing_and_a_short_one_is_not() -> None:
    gap = LONGEST_GAP + 0.15
    found = _x(_track([0.0, 0.1, 0.3, 0.3 + gap, 0.4 + gap]))
    np.testing.assert_allclose(found, [0, 0.1, 0.2, 0.3, *[np.nan] * 3, 0.7, 0.8], atol=1e-9)


def test_without_a_rate_the_usual_step_is_taken() -> None:
    assert even_track(_track([0.0, 0.2, 0.4, 0.6, 1.0], None)).rate == pytest.approx(5)


def test_a_joint_that_is_never_visible_stays_missing() -> None:
    points = _track([0.0, 0.1]).points.copy()
    points[:, 5] = np.nan
    track = PoseTrack(HUMAN36M_17, np.array([0.0, 0.1]), points, np.ones((2, 17)), rate=10.0)
    assert np.isnan(even_track(track).points[:, 5]).all()
    assert np.isfinite(even_track(track).points[:, 4]).all()
