"""Independent jobs in turn, over processes, or over the machines of a Ray cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import sleep
from typing import Any, TypeVar

from pose_action_ros.errors import PoseActionError, SettingError
from pose_action_ros.stopping import STOP_SIGNALS, end_after

_CLOSING = 10.0
"""Time [s] in which an interrupted job closes its files, before its process ends."""

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


def in_turn(
    work: Callable[[Job], Outcome], jobs: Sequence[Job]
) -> Iterator[tuple[int, Outcome | Exception]]:
    """Run the jobs one after the other.

    Yields:
        The number of a job and its result, or the error that ended it.
    """
    for number, job in enumerate(jobs):
        yield number, _outcome(partial(work, job), PoseActionError)


def in_processes(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], count: int
) -> Iterator[tuple[int, Outcome | Exception]]:
    """Run the jobs over processes of this machine; see in_turn. The first finished comes first.

    Args:
        work: a function that other processes can import.
        jobs: picklable arguments.
        count: number of processes.
    """
    context = get_context("spawn")  # threads of engines do not survive a fork
    reading, writing = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, context, initializer=_begin_worker, initargs=(reading,))
    with reading, writing, pool:
        numbers = {pool.submit(_run, work, job): number for number, job in enumerate(jobs)}
        try:
            for future in as_completed(numbers):
                yield numbers[future], _outcome(future.result, PoseActionError, BrokenProcessPool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            writing.close()  # the workers end
            raise


class _Worker:
    """State of a worker process.

    Attributes:
        busy: a job runs.
        ending: the parent has ended, or asks for the end.
    """

    def __init__(self) -> None:
        self.busy = self.ending = False
        self.lock = Lock()

    def interrupt(self, _number: int, _frame: object) -> None:
        """Interrupt the job at its end by the parent; ignore signals of a terminal."""
        if self.busy and self.ending:
            raise KeyboardInterrupt

    def end_with(self, parent: Connection) -> None:
        """Interrupt the job when the parent closes a pipe or is gone; then end with the parent.

        The job is interrupted as by Ctrl-C, so that it closes its files.
        """
        parent.poll(None)
        end_after(_CLOSING, 1)
        with self.lock:
            self.ending = True
            busy = self.busy
        if busy:
            os.kill(os.getpid(), signal.SIGINT)
        while _parent_lives():
            sleep(0.05)
        with self.lock:
            if not self.busy:
                os._exit(0)


_WORKER = _Worker()


def _begin_worker(parent: Connection) -> None:
    """Prepare a worker process: its parent ends it, not a signal."""
    for number in STOP_SIGNALS:
        signal.signal(number, _WORKER.interrupt)
    Thread(target=_WORKER.end_with, args=(parent,), daemon=True).start()


def _run(work: Callable[[Job], Outcome], job: Job) -> Outcome:
    """Run a job in a worker process."""
    with _WORKER.lock:
        if _WORKER.ending:
            raise KeyboardInterrupt
        _WORKER.busy = True
    try:
        return work(job)
    finally:
        with _WORKER.lock:
            _WORKER.busy = False
            if not _parent_lives():
                os._exit(0)


def _parent_lives() -> bool:
    """True unless the process that started this worker has ended."""
    parent = parent_process()
    return parent is None or parent.is_alive()


def on_ray(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], address: str, threads: int
) -> Iterator[tuple[int, Outcome | Exception]]:
    """Run the jobs over a Ray cluster; its machines have this package and the same files.

    Args:
        work: see in_processes.
        jobs: see in_processes.
        address: of the cluster; "local" starts one on this machine, "auto" uses the one that
            runs here.
        threads: CPUs of one job.

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
        running = list(numbers)
        while running:
            (done,), running = ray.wait(running, num_returns=1)
            yield numbers[done], _result(ray, done)
    finally:
        ray.shutdown()


def _ray() -> Any:
    """Import Ray, which is large and optional."""
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        raise SettingError(
            "--ray needs Ray: run pip install '.[ray]' in the source folder, or use --jobs"
        ) from error


def _result(ray: Any, done: Any) -> Any:
    """The result; errors of this package without the traceback of the other machine."""
    outcome = _outcome(partial(ray.get, done), ray.exceptions.RayError)
    cause = getattr(outcome, "cause", None)
    return cause if isinstance(cause, PoseActionError) else outcome


def _outcome(get: Callable[[], Outcome], *expected: type[Exception]) -> Outcome | Exception:
    """The returned value, or the raised error if it is one of the expected types."""
    try:
        return get()
    except expected as error:
        return error
