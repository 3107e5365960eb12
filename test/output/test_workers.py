"""Jobs in turn, over processes, and over Ray, or a stand-in for Ray."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from pose_action_ros.errors import SettingError, SourceError
from pose_action_ros.output.workers import in_processes, in_turn, on_ray
from waiting import wait_until
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


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent_and_close_their_files(
    tmp_path: Path, number: signal.Signals
) -> None:
    """One of them waits for a job, the other one has one."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    wait_until((tmp_path / "waits").exists)
    children = _children(parent.pid)
    parent.send_signal(number)
    parent.communicate()
    assert parent.returncode == -number
    wait_until((tmp_path / "closed").exists)
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    assert len(children) >= 3  # two workers, and the one that cleans up after them


PARENT = """
import sys
import time
from pathlib import Path
from pose_action_ros.output.workers import in_processes
from workers_work import endless

if __name__ == "__main__":
    for _ in in_processes(endless, [sys.argv[1], "", ""], 2):
        while not (Path(sys.argv[1]) / "job").exists():  # the other worker may be slower
            time.sleep(0.01)
        (Path(sys.argv[1]) / "waits").touch()
"""


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


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
