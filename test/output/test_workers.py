"""Jobs in turn, over processes, and over Ray, or a stand-in for Ray."""

import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.output.workers import in_processes, in_turn, on_ray
from workers_work import StandIn, halved

Outcomes = Iterator[tuple[int, int | Exception]]
JOBS = [3, -1, 5, 7]


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setitem(sys.modules, "ray", made)
    return made


def _texts(outcomes: Outcomes) -> dict[int, int | str]:
    return {
        number: str(outcome) if isinstance(outcome, Exception) else outcome
        for number, outcome in outcomes
    }


EXPECTED = {0: 1, 1: "got -1", 2: 2, 3: 3}


def test_in_turn() -> None:
    assert list(_texts(in_turn(halved, JOBS)).items()) == list(EXPECTED.items())


def test_processes_give_the_same_and_a_dead_one_is_an_error() -> None:
    assert _texts(in_processes(halved, JOBS, 2)) == EXPECTED
    ((_, outcome),) = in_processes(halved, [2], 1)
    assert isinstance(outcome, BrokenProcessPool)


def test_a_cluster_gives_the_same(ray: StandIn) -> None:
    outcomes = list(on_ray(halved, JOBS, "ray://robot:10001", 3))
    assert [number for number, _ in outcomes] == [3, 2, 1, 0]
    assert _texts(iter(outcomes)) == EXPECTED
    assert isinstance(dict(outcomes)[1], SourceError)
    assert (ray.addresses, ray.options["num_cpus"]) == (["ray://robot:10001"], 3)
    assert not ray.open


@pytest.mark.usefixtures("ray")
def test_without_a_cluster() -> None:
    with pytest.raises(SettingError, match=r"no Ray cluster at 'nowhere:1' \(no route\)"):
        next(on_ray(halved, JOBS, "nowhere:1", 1))


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingError, match=r"pip install '\.\[ray\]'"):
        next(on_ray(halved, JOBS, "auto", 1))


def test_with_ray_itself() -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    assert _texts(on_ray(halved, JOBS, "local", 1)) == EXPECTED
