"""The jobs of a library that several workers share."""

from __future__ import annotations

from rag.postgres.connections import PostgresConnections
from rag.postgres.locks import WorkerPlace
from rag.records import Job
from rag.store.database import Connection
from rag.store.jobs import IN_HAND, SQLJobs


class PostgresJobs(SQLJobs):
    """See ``JobStore``. Who has a job in hand has a lock, which the server frees when he dies.

    Attributes:
        place: the worker's of this process.
    """

    skip_locked = " FOR UPDATE SKIP LOCKED"

    def __init__(self, connections: PostgresConnections) -> None:
        super().__init__(connections)
        self._space = connections.space
        self.place = WorkerPlace(connections)

    @property
    def claim(self) -> str:
        return f", worker = {self.place.number}"

    @property
    def in_hand(self) -> str:
        return f"{IN_HAND} AND worker = {self.place.number}"

    def take(self) -> Job | None:
        self.place.renew()
        return super().take()

    def keep_out(self, connection: Connection) -> None:
        # Waits for who is just adding some, whose bytes are there before anybody sees the jobs.
        connection.execute("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE")

    def find_lost(self, connection: Connection) -> str:
        found = connection.execute(f"SELECT DISTINCT worker FROM jobs WHERE {IN_HAND}")  # noqa: S608 - constants
        dead = [
            worker
            for (worker,) in found.fetchall()
            if worker == self.place.number or self._is_free(connection, worker)
        ]
        return f"{IN_HAND} AND worker IN ({', '.join(map(str, dead))})" if dead else "FALSE"

    def _is_free(self, connection: Connection, worker: int) -> bool:
        # Taken until the transaction ends: of two that look at once, one puts the jobs back.
        row = connection.execute(
            "SELECT pg_try_advisory_xact_lock(?, ?)", (self._space, worker)
        ).fetchone()
        return bool(row[0])
