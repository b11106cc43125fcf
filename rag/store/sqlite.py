"""The store in one SQLite file, in WAL mode."""

from __future__ import annotations

from pathlib import Path

from rag.files import disk_error
from rag.store.connections import SQLiteConnections
from rag.store.jobs import SQLJobs
from rag.store.schema import refuse_newer, upgrade
from rag.store.sql import SQLStore


class SQLiteStore(SQLStore):
    """See ``LibraryStore``. ``path`` is the database file; it is made where it is missing."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(error, path.parent) from error
        self._path = path
        connections = SQLiteConnections(path)
        super().__init__(connections, SQLJobs(connections))
        with connections.plain() as connection:
            refuse_newer(connection)
            upgrade(connection)

    def count_bytes(self) -> int:
        return self._path.stat().st_size

    def problems(self) -> list[str]:
        with self._connections.plain() as connection:
            verdicts = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
            strays = connection.execute("PRAGMA foreign_key_check").fetchall()
        found = [f"The database is damaged: {text}." for text in verdicts if text != "ok"]
        found += [f"The table {row[0]} refers to a row of {row[2]} that is gone." for row in strays]
        return found

    def overwrite_traces(self) -> bool:
        with self._connections.plain() as connection:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
