from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pose_action_ros.errors import InputError
from pose_action_ros.pose_tracks import LabelledSpan, PoseTrack
from pose_action_ros.skeletons import HUMAN36M_17, SBU_15

Array = npt.NDArray[np.float64]
anything = st.floats(allow_nan=True, allow_infinity=True, width=32)


def track(**changes: Any) -> PoseTrack:
    values: dict[str, Any] = {
        "skeleton": HUMAN36M_17,
        "stamps": np.arange(5.0),
        "points": np.random.default_rng(0).normal(0, 1, (5, 17, 3)),
        "scores": np.full((5, 17), 0.75),
        "label": "waving_left",
        "source": "clip.mp4",
    }
    return PoseTrack(**{**values, **changes})


@given(
    arrays(np.float64, (2, 17, 3), elements=anything),
    arrays(np.float64, (2, 17), elements=anything),
)
def test_a_joint_has_a_score_or_is_missing_and_nan(points: Array, scores: Array) -> None:
    points[0, 0], scores[0, 0] = 1.0, 1.0
    made = track(stamps=np.array([0.0, 1.0]), points=points, scores=scores)
    present = made.scores > 0
    assert np.isfinite(made.points[present]).all()
    assert np.isnan(made.points[~present]).all()
    assert ((made.scores >= 0) & (made.scores <= 1)).all()


def test_arrays_are_copied_and_read_only() -> None:
    stamps = np.arange(5.0)
    made = track(stamps=stamps)
    stamps[1] = 9.0
    assert made.seconds == 4.0
    with pytest.raises(ValueError, match="read-only"):
        made.points[0] = 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stamps": [0, 1, 2, np.nan, 4]}, "stamps that are not numbers"),
        ({"stamps": [0, 1, 2, 3, np.inf]}, "stamps that are not numbers"),
        ({"stamps": [0, 1, 1, 3, 4]}, r"1\.0 s follows 1\.0 s"),
        ({"stamps": [0, 2, 1, 3, 4]}, r"1\.0 s follows 2\.0 s"),
        ({"points": np.full((5, 17, 3), np.nan)}, "all joints are missing"),
        ({"scores": np.zeros((5, 17))}, "all joints are missing"),
        ({"points": np.ones((5, 15, 3))}, r"\(5, 15, 3\).*\(T, 17, 3\).*human36m_17"),
        ({"skeleton": SBU_15}, "sbu_15"),
        ({"scores": np.ones((4, 17))}, r"\(4, 17\)"),
        ({"stamps": np.ones((5, 1))}, r"stamps \(5, 1\)"),
        ({"stamps": 3.0}, r"stamps \(\)"),
        ({"begin": 5.0}, r"begins at 5\.0 s, expected at most 4"),
        ({"begin": np.nan}, "begins at nan"),
        ({"label": "Waving left"}, "'Waving left', expected lower-case letters"),
    ],
)
def test_wrong_values_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        track(**changes)


def test_one_image_is_no_track() -> None:
    with pytest.raises(InputError, match="got 1 images, expected at least 2"):
        track(stamps=[0.0], points=np.ones((1, 17, 3)), scores=np.ones((1, 17)))


def test_a_track_prints_readably() -> None:
    assert str(track()) == "waving_left, person 0 of clip.mp4: 5 poses in 4.0 s"
    assert repr(track(label="", source="")) == (
        "<unlabelled, person 0 of an unknown source: 5 poses in 4.0 s>"
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0, 1.0, 1.0, "kick"), r"start 1\.0 s and end 1\.0 s"),
        ((0, 1.0, float("nan"), "kick"), "end nan s"),
        ((0, 0.0, 1.0, "Kick"), "'Kick'"),
    ],
)
def test_wrong_spans_are_refused(values: tuple[int, float, float, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        LabelledSpan(*values)
