from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline_fakes import estimate
from pose_action_ros.drawing.captions import HOLD
from pose_action_ros.output.segments import Segment, Segments

ESTIMATES = st.lists(
    st.tuples(
        st.floats(0.05, 3.0),  # time since the previous estimate
        st.integers(0, 2),  # person
        st.sampled_from(["standing", "walking", "unknown"]),
        st.floats(0, 1),
    ),
    max_size=40,
)
Estimates = list[tuple[float, int, str, float]]


def _merged(estimates: Estimates) -> list[Segment]:
    segments, ended, now = Segments(), [], 0.0
    for step, person, label, score in estimates:
        now += step
        ended += segments.add([estimate(label, now, person, score)], now)
    return ended + segments.finish()


def _slow(estimates: Estimates) -> list[tuple[int, str, int]]:
    """Person, label and number of estimates of each segment: the obvious reference."""
    found: list[tuple[int, str, int]] = []
    stamps = np.cumsum([step for step, *_ in estimates])
    for owner in range(3):
        previous = (-np.inf, "")
        for stamp, (_, person, label, _) in zip(stamps, estimates, strict=True):
            if person != owner:
                continue
            if label == previous[1] and stamp <= previous[0] + HOLD:
                found[-1] = (owner, label, found[-1][2] + 1)
            else:
                found.append((owner, label, 1))
            previous = (stamp, label)
    return found


@given(ESTIMATES)
def test_segments_of_a_person_do_not_overlap_and_are_in_order(estimates: Estimates) -> None:
    for owner in range(3):
        own = [segment for segment in _merged(estimates) if segment.person_ids == (owner,)]
        assert all(segment.start <= segment.end for segment in own)
        for before, after in pairwise(own):
            assert before.end <= after.start
            assert before.label != after.label or after.start >= before.end


@given(ESTIMATES)
def test_the_segments_equal_the_slow_reference(estimates: Estimates) -> None:
    merged = _merged(estimates)
    slow = _slow(estimates)
    key = [(segment.person_ids[0], segment.label) for segment in merged]
    assert sorted(key) == sorted((owner, label) for owner, label, _ in slow)


@given(ESTIMATES)
def test_every_estimate_is_inside_a_segment_with_its_label(estimates: Estimates) -> None:
    merged, now = _merged(estimates), 0.0
    for step, person, label, _ in estimates:
        now += step
        assert any(
            segment.person_ids == (person,)
            and segment.label == label
            and segment.start <= now <= segment.end
            for segment in merged
        )


def test_a_segment_ends_where_the_next_begins() -> None:
    estimates = [(1.0, 0, "standing", 0.5), (0.5, 0, "standing", 0.7), (0.5, 0, "walking", 0.9)]
    first, second = _merged(estimates)
    assert (first.start, first.end, first.label) == (1.0, 2.0, "standing")
    np.testing.assert_allclose(first.score, 0.6)
    assert (second.start, second.end) == (2.0, 2.0)


def test_a_segment_ends_after_its_person_has_left() -> None:
    segments = Segments()
    segments.add([estimate("walking", 1.0)], 1.0)
    assert segments.add([], 1.0 + HOLD) == []
    (ended,) = segments.add([], 1.1 + HOLD)
    assert (ended.start, ended.end) == (1.0, 1.0 + HOLD)
    assert segments.finish() == []
