"""Who may ask when many ask at once."""

from __future__ import annotations

import threading

import anyio
import pytest

from rag.errors import TooManyQuestions
from rag.turns import Desk, Turns


def test_few_at_once_and_first_come_first_served() -> None:
    lock = threading.Lock()
    begun: list[int] = []
    together: list[int] = []
    working = 0

    def work(number: int) -> None:
        nonlocal working
        with lock:
            begun.append(number)
            working += 1
            together.append(working)
        with lock:
            working -= 1

    async def ask_all() -> None:
        turns = Turns(at_once=1)
        async with anyio.create_task_group() as group:
            for number in range(30):
                group.start_soon(lambda n=number: turns.take(lambda: work(n)))
                await anyio.lowlevel.checkpoint()  # it has come before the next

    anyio.run(ask_all)
    assert begun == list(range(30))
    assert max(together) == 1


def test_one_more_than_may_wait_is_told_so() -> None:
    release = threading.Event()

    async def ask_all() -> int:
        turns = Turns(at_once=1, most_waiting=2)
        refused = 0
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(turns.take, release.wait)
            await anyio.wait_all_tasks_blocked()
            try:
                await turns.take(release.wait)
            except TooManyQuestions:
                refused += 1
            release.set()
        return refused

    assert anyio.run(ask_all) == 1


def test_an_error_frees_the_turn() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def ask_twice() -> int:
        turns = Turns(at_once=1)
        with pytest.raises(ValueError, match="no"):
            await turns.take(fail)
        return await turns.take(lambda: 7)

    assert anyio.run(ask_twice) == 7


def test_a_desk_takes_few_at_once() -> None:
    desk, lock, done = Desk(at_once=2), threading.Lock(), threading.Event()
    both = threading.Barrier(2, timeout=20)  # nobody passes alone
    together: list[int] = []
    working = 0

    def work() -> None:
        nonlocal working
        with lock:
            working += 1
            together.append(working)
        both.wait()
        with lock:
            working -= 1
            if len(together) == 40 and working == 0:
                done.set()

    for _ in range(40):
        desk.submit(work)
    assert done.wait(20)
    assert max(together) == 2


def test_a_desk_takes_first_who_comes_first() -> None:
    desk, done = Desk(at_once=1), threading.Event()
    begun: list[int] = []
    for number in range(30):
        desk.submit(lambda n=number: begun.append(n))  # type: ignore[misc]
    desk.submit(done.set)
    assert done.wait(20)
    assert begun == list(range(30))
