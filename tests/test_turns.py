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


def test_a_desk_does_the_same_for_threads() -> None:
    desk = Desk(at_once=2)
    gate, done = threading.Event(), threading.Event()
    begun: list[int] = []

    def wait(number: int) -> None:
        begun.append(number)
        gate.wait(20)

    for number in (0, 1):
        desk.submit(lambda n=number: wait(n))  # type: ignore[misc]
    one = Desk(at_once=1)
    for number in range(2, 30):
        one.submit(lambda n=number: begun.append(n))  # type: ignore[misc]
    one.submit(done.set)
    assert done.wait(20)
    assert [number for number in begun if number > 1] == list(range(2, 30))
    third = threading.Event()
    desk.submit(third.set)
    assert not third.is_set()  # both are taken
    gate.set()
    assert third.wait(20)
