from __future__ import annotations

import pytest
from builtin_interfaces.msg import Time
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.nodes.health import Finding, Level
from pose_action_ros.nodes.stamps import ClockWatch, StampWatch, Timeline, message_stamp

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND


class Steady:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def texts(found: list[Finding]) -> list[str]:
    assert {finding.level for finding in found} <= {Level.WARN}
    return [finding.text for finding in found]


@given(st.floats(-0.099, 1.999), st.floats(0, 100))
def test_a_recent_stamp_is_valid(age: float, later: float) -> None:
    watch = StampWatch("image")
    stamp = NOW - round(age * SECOND)
    watch.arrivals.append((stamp, NOW))
    watch.done = message_stamp(stamp), NOW + round(later * SECOND)
    assert watch.findings() == []
    assert float(watch.values["age on arrival [ms]"]) == pytest.approx(1000 * age, abs=0.06)
    assert float(watch.values["age when done [ms]"]) == pytest.approx(
        1000 * (age + later), abs=0.06
    )


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (NOW + 3 * SECOND, "image stamped 3.00 s in the future by this node's clock"),
        (NOW - 5 * SECOND, "image already 5.0 s old on arrival by this node's clock"),
        (-5 * SECOND, "image already 1700000005.0 s old on arrival by this node's clock"),
        (0, "image without a stamp: the time of its arrival is used"),
    ],
)
def test_a_wrong_stamp_is_reported_once(stamp: int, words: str) -> None:
    watch = StampWatch("image")
    watch.arrivals.append((stamp, NOW))
    assert texts(watch.findings()) == [words]
    assert watch.findings() == []


def test_one_wrong_stamp_among_others_is_found() -> None:
    watch = StampWatch("image")
    for stamp in (NOW, NOW + SECOND, NOW + SECOND):
        watch.arrivals.append((stamp, NOW + SECOND // 2))
    assert texts(watch.findings()) == ["image stamped 0.50 s in the future by this node's clock"]


def test_stamps_that_jump_back_are_reported_for_a_while() -> None:
    steady = Steady()
    watch = StampWatch("image", steady)
    watch.jump(-1.0)
    assert texts(watch.findings()) == ["stamps jumped back by 1.0 s, 0 s ago"]
    steady.now += 4.0
    assert texts(watch.findings()) == ["stamps jumped back by 1.0 s, 4 s ago"]
    steady.now += 7.0
    assert watch.findings() == []


@given(st.lists(st.floats(0, 20), min_size=1, max_size=20))
def test_a_steady_clock_is_valid(steps: list[float]) -> None:
    steady, now = Steady(), NOW
    watch = ClockWatch(steady)
    for step in steps:
        steady.now += step
        now += round(step * SECOND)
        assert watch.findings(now, simulated=False) == []


@pytest.mark.parametrize(("step", "words"), [(8.0, "forward by 7.0 s"), (-1.0, "back by 2.0 s")])
def test_a_clock_that_is_set_is_reported_for_a_while(step: float, words: str) -> None:
    steady = Steady()
    watch = ClockWatch(steady)
    watch.findings(NOW, simulated=False)
    steady.now += 1.0
    now = NOW + round(step * SECOND)
    assert texts(watch.findings(now, simulated=False)) == [f"the clock jumped {words}, 0 s ago"]
    steady.now += 11.0
    assert watch.findings(now + 11 * SECOND, simulated=False) == []


def test_simulated_time_may_stand_still_and_run_fast_but_not_back() -> None:
    steady = Steady()
    watch = ClockWatch(steady)
    found = []
    for now in (5, 5, 500, 3):
        steady.now += 1.0
        found.append(texts(watch.findings(now * SECOND, simulated=True)))
    assert found == [[], [], [], ["the clock jumped back by 497.0 s, 0 s ago"]]


def test_simulated_time_without_a_clock() -> None:
    found = ClockWatch().findings(0, simulated=True)
    assert texts(found) == ["use_sim_time is on, but there is no publisher on /clock"]


@given(st.integers(0, 2**31 - 2), st.integers(0, 10**9 - 1), st.integers(-5_000, 4_000_000))
def test_stamps_are_exact_to_the_nanosecond(sec: int, nanosec: int, later: int) -> None:
    timeline = Timeline()
    first = Time(sec=max(sec, 10_000), nanosec=nanosec)
    timeline.seconds(first)
    second = Time(sec=min(first.sec + later, 2**31 - 1), nanosec=(nanosec * 7) % 10**9)
    assert timeline.stamp(timeline.seconds(second)) == second
