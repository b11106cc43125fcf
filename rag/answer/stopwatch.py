"""How long each step of an answer took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up how long each step took."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._spent: Counter[str] = Counter()

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            self._spent[step] += round(1e9 * (perf_counter() - started))

    def milliseconds(self) -> dict[str, float]:
        """Gives ``retrieve``, ``read`` and ``total``."""
        total = perf_counter() - self._started
        steps = {step: round(self._spent[step] / 1e6, 1) for step in ("retrieve", "read")}
        return {**steps, "total": round(1000 * total, 1)}
