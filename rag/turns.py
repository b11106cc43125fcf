"""Who may ask when many ask at once: a few together, the others in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable
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
