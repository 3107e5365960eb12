"""Many pieces of work of which none needs another: in turn, over processes, or over machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from typing import Any, TypeVar

from pose_action_ros.errors import PoseActionError, SettingError

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


def in_turn(
    work: Callable[[Job], Outcome], jobs: Sequence[Job]
) -> Iterator[tuple[int, Outcome | Exception]]:
    """One after the other.

    Yields:
        The number of a job and what came of it, or the error that ended it.
    """
    for number, job in enumerate(jobs):
        yield number, _outcome(partial(work, job), PoseActionError)


def in_processes(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], count: int
) -> Iterator[tuple[int, Outcome | Exception]]:
    """Over as many processes of this machine; see in_turn. The first to be done comes first.

    Args:
        work: a function that other processes can import.
        jobs: that they can be sent.
        count: of processes.
    """
    context = get_context("spawn")  # threads of engines do not survive a fork
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        numbers = {pool.submit(work, job): number for number, job in enumerate(jobs)}
        try:
            for future in as_completed(numbers):
                yield numbers[future], _outcome(future.result, PoseActionError, BrokenProcessPool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def on_ray(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], address: str, threads: int
) -> Iterator[tuple[int, Outcome | Exception]]:
    """Over the machines of a Ray cluster, which have this package and see the same files.

    Args:
        work: see in_processes.
        jobs: see in_processes.
        address: of the cluster; "local" starts one on this machine, "auto" takes the one that
            runs here.
        threads: CPUs that a piece of work takes.

    Raises:
        SettingError: Ray is not installed, or there is no cluster.
    """
    ray = _ray()
    try:
        ray.init(address=address)
    except Exception as error:  # Ray raises a plain one when a machine does not start
        raise SettingError(
            f"no Ray cluster at {address!r} ({error}); start one with 'ray start --head', or use "
            "--ray local"
        ) from error
    try:
        remote = ray.remote(num_cpus=threads, max_retries=0)(work)
        numbers = {remote.remote(job): number for number, job in enumerate(jobs)}
        left = list(numbers)
        while left:
            (done,), left = ray.wait(left, num_returns=1)
            yield numbers[done], _fetched(ray, done)
    finally:
        ray.shutdown()


def _ray() -> Any:
    """The library, which is large and only needed here."""
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        raise SettingError(
            "--ray needs Ray: run pip install '.[ray]' in the source folder, or use --jobs"
        ) from error


def _fetched(ray: Any, done: Any) -> Any:
    """What came of it; of our errors what was said there, without the trace of that machine."""
    outcome = _outcome(partial(ray.get, done), ray.exceptions.RayError)
    cause = getattr(outcome, "cause", None)
    return cause if isinstance(cause, PoseActionError) else outcome


def _outcome(get: Callable[[], Outcome], *expected: type[Exception]) -> Outcome | Exception:
    """What it gives, or the error that was to be expected."""
    try:
        return get()
    except expected as error:
        return error
