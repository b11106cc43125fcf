"""Who may ask when many ask at once: a few together, the others in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from rag.errors import TooManyQuestions

T = TypeVar("T")

AT_ONCE = 2  # one reads while another searches; more only share the same processor
MOST_WAITING = 100


class Turns:
    """Does work in threads, a few at once, first come first served."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._limiter = CapacityLimiter(at_once)  # its queue is first in, first out
        self._most_waiting = most_waiting

    async def take(self, work: Callable[[], T]) -> T:
        """Waits for a turn, and gives what the work gives.

        Raises:
            TooManyQuestions: as many wait as may.
        """
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise TooManyQuestions(
                f"{self._most_waiting} questions wait for their turn: ask again in a moment."
            )
        return await to_thread.run_sync(work, limiter=self._limiter)


class Desk:
    """Does the same in threads of its own, for callers that do not wait; it refuses nobody."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._opening = threading.Lock()
        self._is_open = False

    def submit(self, work: Callable[[], None]) -> None:
        """Has work done when its turn has come; it must not raise."""
        with self._opening:
            if not self._is_open:
                self._is_open = True
                for number in range(self._at_once):
                    name = f"footnote-desk-{number}"
                    threading.Thread(target=self._serve, name=name, daemon=True).start()
        self._waiting.put(work)

    def _serve(self) -> None:
        while True:
            self._waiting.get()()
