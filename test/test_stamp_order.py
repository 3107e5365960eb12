"""Laws of the order of stamps, for streams at 5 to 60 images a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.settings import limits_of
from pose_action_ros.stamp_order import GAP, LATE, MOST_LATE, NANOSECONDS, Order, StampOrder
from pose_action_ros.tracking import TrackerSettings

Placed = list[tuple[Order, int]]
START = 1_700_000_000 * NANOSECONDS

rates = st.floats(5, 60)
counts = st.integers(1, 80)


def stream(count: int, rate: float, start: int = START) -> list[int]:
    return [start + round(number / rate * NANOSECONDS) for number in range(count)]


def placed(stamps: Iterable[int], order: StampOrder | None = None) -> Placed:
    order = order or StampOrder()
    return [order.place(stamp) for stamp in stamps]


def times_of(found: Placed) -> list[int]:
    """The times of the images that are not dropped."""
    return [time for order, time in found if order is not Order.LATE]


@given(st.lists(st.integers(1, int(GAP) * NANOSECONDS), min_size=1, max_size=50))
def test_rising_stamps_are_in_order(steps: list[int]) -> None:
    stamps = [START + sum(steps[: count + 1]) for count in range(len(steps))]
    assert placed(stamps) == [(Order.NEXT, stamp) for stamp in stamps]


@given(counts, rates, st.data())
def test_of_locally_reordered_images_only_the_late_ones_are_dropped(
    count: int, rate: float, data: st.DataObject
) -> None:
    most = min(MOST_LATE - 1, int(LATE * rate) - 1)
    places = [number + data.draw(st.integers(0, most)) for number in range(count)]
    stamps = [stamp for _, stamp in sorted(zip(places, stream(count, rate), strict=True))]
    found = placed(stamps)
    newest = -1
    for stamp, (order, time) in zip(stamps, found, strict=True):
        assert order is (Order.NEXT if stamp > newest else Order.LATE)
        assert time == stamp
        newest = max(newest, stamp)


@given(counts, rates, st.integers(0, 79), st.integers(0, 10**10 * NANOSECONDS))
def test_one_old_image_is_dropped_whatever_its_stamp(
    count: int, rate: float, place: int, age: int
) -> None:
    stamps = stream(count, rate)
    place = 1 + place % count
    wrong = [*stamps[:place], stamps[place - 1] - age, *stamps[place:]]
    order = StampOrder()
    assert times_of(placed(wrong, order)) == stamps
    assert (order.late, order.step) == (1, 0)


@given(st.integers(3, 80), rates, st.integers(0, 79), st.floats(LATE + 3, 1e8))
def test_one_image_ahead_of_its_arrival_is_dropped(
    count: int, rate: float, place: int, seconds: float
) -> None:
    stamps = stream(count, rate)
    wrong = list(stamps)
    wrong[2 + place % (count - 2)] += round(seconds * NANOSECONDS)
    order = StampOrder()
    found = [order.place(stamp, arrival) for stamp, arrival in zip(wrong, stamps, strict=True)]
    kinds = [kind for kind, _ in found]
    assert kinds.count(Order.LATE) == order.late == 1
    assert Order.JUMP not in kinds


@given(st.integers(2, 80), rates, st.floats(LATE + 3, 1e8), st.integers(2, 80))
def test_a_clock_that_is_set_forward_loses_one_image_where_arrivals_are_known(
    before: int, rate: float, seconds: float, after: int
) -> None:
    arrivals, order = stream(before + after, rate), StampOrder()
    ahead = round(seconds * NANOSECONDS)
    found = [
        order.place(arrival + ahead * (number >= before), arrival)
        for number, arrival in enumerate(arrivals)
    ]
    kinds = [kind for kind, _ in found]
    second = Order.JUMP if order.step else Order.NEXT
    assert kinds[before : before + 2] == [Order.LATE, second]
    assert kinds.count(Order.NEXT) >= before + after - 2


@given(counts, st.floats(0.05, 60), st.floats(0.1, 100))
def test_bags_may_be_played_fast(count: int, rate: float, speed: float) -> None:
    stamps, order = stream(count, rate), StampOrder()
    arrivals = [START + round((stamp - START) / speed) for stamp in stamps]
    found = [order.place(stamp, arrival) for stamp, arrival in zip(stamps, arrivals, strict=True)]
    assert found == [(Order.NEXT, stamp) for stamp in stamps]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), rates)
def test_repeated_images_are_dropped(times: list[int], rate: float) -> None:
    stamps = stream(len(times), rate)
    repeated = [stamp for stamp, count in zip(stamps, times, strict=True) for _ in range(count)]
    assert times_of(placed(repeated)) == stamps


@given(st.integers(40, 200), rates, st.integers(1, 4))
def test_a_bag_that_is_played_again_restarts_once_and_loses_one_image(
    count: int, rate: float, rounds: int
) -> None:
    one = stream(count, rate, start=START)
    if one[-1] - one[1] <= LATE * NANOSECONDS:
        one = stream(count, 5.0)
    found = placed(one * rounds)
    expected = [(Order.NEXT, stamp) for stamp in one]
    for _ in range(rounds - 1):
        expected += [(Order.LATE, one[0]), (Order.JUMP, one[1])]
        expected += [(Order.NEXT, stamp) for stamp in one[2:]]
    assert found == expected


@given(counts, rates, st.floats(0, 1e5), st.integers(30, 80))
def test_a_clock_that_is_set_back_restarts_at_most_once_and_drops_few(
    before: int, rate: float, seconds: float, after: int
) -> None:
    step = round(seconds * NANOSECONDS)
    stamps = stream(before + after, rate)
    found = placed([*stamps[:before], *(stamp - step for stamp in stamps[before:])])
    kinds = Counter(order for order, _ in found)
    assert kinds[Order.JUMP] <= 1
    assert kinds[Order.LATE] < MOST_LATE
    assert all(order is Order.NEXT for order, _ in found[before + MOST_LATE :])
    if seconds > LATE + 1 / rate:
        assert (kinds[Order.JUMP], kinds[Order.LATE]) == (1, 1)


@given(counts, rates, st.floats(GAP + 1, 1e9), counts)
def test_a_clock_that_is_set_forward_restarts_once_and_drops_nothing(
    before: int, rate: float, seconds: float, after: int
) -> None:
    step = round(seconds * NANOSECONDS)
    stamps = stream(before + after, rate)
    order = StampOrder()
    found = placed([*stamps[:before], *(stamp + step for stamp in stamps[before:])], order)
    assert [kind for kind, _ in found] == [
        Order.JUMP if number == before else Order.NEXT for number in range(before + after)
    ]
    assert order.step == stamps[before] + step - stamps[before - 1]


def test_no_track_is_kept_over_the_longest_gap() -> None:
    (memory,) = (item for item in fields(TrackerSettings) if item.name == "track_memory")
    assert limits_of(memory).high == GAP


@given(st.lists(st.integers(0, 200), min_size=1, max_size=200))
def test_whatever_the_stamps_few_images_in_a_row_are_dropped(tenths: list[int]) -> None:
    run = 0
    for order, _ in placed(START + tenth * NANOSECONDS // 10 for tenth in tenths):
        run = run + 1 if order is Order.LATE else 0
        assert run < MOST_LATE


@given(counts, rates, st.data(), st.integers(-(10**18), 10**18))
def test_images_without_a_stamp_have_the_time_since_the_newest_image(
    count: int, rate: float, data: st.DataObject, offset: int
) -> None:
    """The clock of the arrivals is another one; the first image has a stamp."""
    stamps = stream(count, rate)
    zero = {number for number in range(1, count) if data.draw(st.booleans())}
    order = StampOrder(live=True)
    found = [
        order.place(0 if number in zero else stamp, stamp + offset)
        for number, stamp in enumerate(stamps)
    ]
    assert found == [(Order.NEXT, stamp) for stamp in stamps]
    assert order.unstamped == len(zero)


@given(counts, rates)
def test_a_driver_without_stamps_has_the_times_of_arrival(count: int, rate: float) -> None:
    stamps = stream(count, rate)
    recorded, live = StampOrder(), StampOrder(live=True)
    assert [recorded.place(0, stamp) for stamp in stamps] == placed(stamps)
    assert [live.place(0, stamp) for stamp in stamps] == [
        (Order.LATE if number == 0 else Order.NEXT, stamp) for number, stamp in enumerate(stamps)
    ]
    assert (recorded.late, live.late, live.unstamped) == (0, 0, count)


@pytest.mark.parametrize("every", [2, 7])
def test_a_live_stream_that_begins_without_a_stamp(every: int) -> None:
    """Arrivals are two years after the stamps: the clocks have nothing in common."""
    stamps = stream(50, 30.0)
    order = StampOrder(live=True)
    found = [
        order.place(stamp if number % every else 0, stamp + 10**17)
        for number, stamp in enumerate(stamps)
    ]
    assert found[1:] == [(Order.NEXT, stamp) for stamp in stamps[1:]]


def test_a_stamp_that_never_changes_is_none() -> None:
    order = StampOrder(live=True)
    found = [order.place(START, arrival) for arrival in stream(40, 30.0, 5)]
    assert times_of(found[:MOST_LATE]) == [START]
    assert all(kind is Order.NEXT for kind, _ in found[MOST_LATE:])
    assert [time - START for _, time in found[MOST_LATE:]] == stream(40, 30.0, 0)[MOST_LATE:]
