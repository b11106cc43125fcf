"""Who may change a library in PostgreSQL, and who is alive: advisory locks of a session.

The server frees them when the process that holds them ends, or its machine no longer answers
(some 30 seconds, by TCP's keepalives), as the operating system does with a lock on a file.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from rag.errors import LibraryBusy
from rag.locks import PATIENCE
from rag.postgres.connections import PostgresConnections, answers
from rag.postgres.errors import told

WRITING, UNDOING = 1, 2
FIRST_WORKER = 1_000  # the numbers of workers' locks begin here


class _Session:
    """One lock in a connection of its own, which is opened when it is first wanted."""

    def __init__(self, connections: PostgresConnections, number: int) -> None:
        self._connections = connections
        self._number = number
        self._raw: psycopg.Connection[Any] | None = None

    @property
    def number(self) -> int:
        return self._number

    def acquire(self, patience: float) -> bool:
        """Gives whether the lock was had within so many seconds."""
        keys = (self._connections.space, self._number)
        with told(self._connections.place):
            raw = self._open()
            if patience <= 0:
                row = raw.execute("SELECT pg_try_advisory_lock(%s, %s)", keys).fetchone()
                return bool(row and row[0])
            raw.execute(
                "SELECT set_config('lock_timeout', %s, FALSE)", (f"{int(patience * 1000)}ms",)
            )
            try:
                raw.execute("SELECT pg_advisory_lock(%s, %s)", keys)
            except psycopg.errors.LockNotAvailable:
                return False
            return True

    def is_alive(self) -> bool:
        return self._raw is not None and not self._raw.closed and answers(self._raw)

    def release(self) -> None:
        """Lets go; a connection that was lost has let go already."""
        if self._raw is None:
            return
        with suppress(psycopg.Error):
            self._raw.execute("SELECT pg_advisory_unlock_all()")

    def close(self) -> None:
        if self._raw is not None:
            self._raw.close()

    def _open(self) -> psycopg.Connection[Any]:
        if self._raw is None or not self.is_alive():
            self.close()
            self._raw = self._connections.connect()
        return self._raw


class _SessionLock:
    """See ``locks.Lock``: held as long as one thread of this process holds it."""

    def __init__(self, connections: PostgresConnections, number: int, refusal: str) -> None:
        """``refusal`` is what another is told meanwhile."""
        self._session = _Session(connections, number)
        self._refusal = refusal
        self._guard = threading.Lock()
        self._holds = 0

    @property
    def is_held(self) -> bool:
        return self._holds > 0

    @contextmanager
    def held(self, patience: float = PATIENCE) -> Iterator[None]:
        with self._guard:
            if self._holds == 0 and not self._session.acquire(patience):
                raise LibraryBusy(self._refusal)
            self._holds += 1
        try:
            yield
        finally:
            with self._guard:
                self._holds -= 1
                if self._holds == 0:
                    self._session.release()

    def close(self) -> None:
        self._session.close()


class PostgresLock(_SessionLock):
    """See ``locks.Lock``: the one right to change a library, over all machines."""

    def __init__(self, connections: PostgresConnections) -> None:
        super().__init__(
            connections,
            WRITING,
            "Another process is changing this library; wait until it has finished and try again.",
        )


class PostgresPresence:
    """See ``locks.Sign``: a process looks after what can be put back."""

    def __init__(self, connections: PostgresConnections) -> None:
        self._session = _Session(connections, UNDOING)
        self._guard = threading.Lock()
        self._is_mine = False

    def claim(self) -> bool:
        with self._guard:
            if not (self._is_mine and self._session.is_alive()):
                self._is_mine = self._session.acquire(patience=0.0)
            return self._is_mine

    def leave(self) -> None:
        with self._guard:
            if self._is_mine:
                self._session.release()
            self._is_mine = False

    def close(self) -> None:
        self._session.close()


class WorkerPlace(_SessionLock):
    """See ``locks.Lock``. There is one for each worker; its lock says that the worker lives."""

    def __init__(self, connections: PostgresConnections) -> None:
        super().__init__(
            connections,
            random.SystemRandom().randrange(FIRST_WORKER, 2**31),
            "This library's worker is at work already; wait for it.",
        )

    @property
    def number(self) -> int:
        return self._session.number

    def renew(self) -> None:
        """Takes the lock again where the connection that held it was lost.

        Others may have put back what this worker had in hand; it comes in once all the same.
        """
        if self.is_held and not self._session.is_alive():
            self._session.acquire(PATIENCE)
