from threading import Event

import pytest

from pose_action_ros.nodes.stage import Immediate, NewestWorker
from waiting import wait_until


def test_the_oldest_waiting_item_is_dropped_and_the_newest_processed() -> None:
    begun, go_on = Event(), Event()
    done: list[int] = []

    def work(item: int) -> None:
        begun.set()
        go_on.wait()
        done.append(item)

    worker = NewestWorker(work, lambda _: None)
    assert not worker.offer(0)
    begun.wait()
    dropped = [worker.offer(item) for item in range(1, 5)]
    go_on.set()
    wait_until(lambda: len(done) == 2)
    worker.close()
    assert done == [0, 4]
    assert dropped == [False, True, True, True]


def test_items_that_may_wait_keep_their_order() -> None:
    done: list[int] = []
    worker = NewestWorker(done.append, lambda _: None, waiting=100)
    assert not any(worker.offer(item) for item in range(100))
    wait_until(lambda: len(done) == 100)
    worker.close()
    assert done == list(range(100))


def test_the_worker_continues_after_an_exception() -> None:
    failures: list[Exception] = []
    done = Event()

    def work(item: int) -> None:
        if item == 0:
            raise ZeroDivisionError("zero")
        done.set()

    worker = NewestWorker(work, failures.append, waiting=2)
    worker.offer(0)
    worker.offer(1)
    done.wait()
    worker.close()
    assert [str(error) for error in failures] == ["zero"]


@pytest.mark.parametrize("items", [0, 1])
def test_closing_ends_the_thread(items: int) -> None:
    worker: NewestWorker[int] = NewestWorker(lambda _: None, lambda _: None)
    for item in range(items):
        worker.offer(item)
    worker.close()
    assert not worker._thread.is_alive()


def test_immediate_work_is_done_in_the_call_and_exceptions_are_passed_on() -> None:
    failures: list[Exception] = []
    done: list[float] = []
    worker: Immediate[int] = Immediate(lambda item: done.append(1 / item), failures.append)
    assert not any(worker.offer(item) for item in (2, 0, 4))
    assert done == [0.5, 0.25]
    assert [type(error) for error in failures] == [ZeroDivisionError]
    worker.close()
