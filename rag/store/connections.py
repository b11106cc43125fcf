"""Connections to one SQLite file for many threads, and SQLite's errors as sentences."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryBroken, LibraryBusy, LibraryFull
from rag.files import disk_error, has_room

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUSY_SECONDS = 30.0  # longer than any one transaction, that of a very long document included
_PRAGMAS = (
    "PRAGMA synchronous = FULL",  # in WAL mode: a commit that returned survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is removed is overwritten, not merely let go
    "PRAGMA temp_store = MEMORY",
)


class SQLiteConnection(sqlite3.Connection):
    """See ``database.Connection``."""

    def among(self, column: str, values: Collection[int] | Collection[str]) -> tuple[str, str]:
        return f"{column} IN (SELECT value FROM json_each(?))", json.dumps(list(values))  # noqa: S608

    def write_vector(self, vector: NDArray[np.float16]) -> bytes:
        return vector.astype("<f2").tobytes()

    def read_vector(self, value: bytes) -> NDArray[np.float32]:
        import numpy as np

        return np.frombuffer(value, dtype="<f2").astype(np.float32)

    def number_columns(self, table: str) -> set[str]:
        found = self.execute("SELECT name, type, pk FROM pragma_table_info(?) WHERE pk", (table,))
        keys = found.fetchall()
        return {name for name, type_, _ in keys if type_ == "INTEGER" and len(keys) == 1}

    def references(self, table: str) -> list[tuple[str, str, str]]:
        return self.execute(
            'SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)', (table,)
        ).fetchall()


class SQLiteConnections:
    """Lends connections, each to one thread at a time, and keeps them for the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[SQLiteConnection] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[SQLiteConnection]:
        """Lends a connection whose statements all see one state of the database."""
        with self.plain() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[SQLiteConnection]:
        """Lends a connection for one transaction: all of it is durable afterwards, or none."""
        with self.plain() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def plain(self) -> Iterator[SQLiteConnection]:
        """Lends a connection outside any transaction."""
        with told(self._path):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> SQLiteConnection:
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return connect(self._path)

    def _give_back(self, connection: SQLiteConnection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def connect(path: Path) -> SQLiteConnection:
    """Opens the file, in WAL mode; transactions are begun and ended by the caller alone."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=SQLiteConnection,
    )
    try:
        _choose_wal(connection)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _choose_wal(connection: sqlite3.Connection) -> None:
    """Switches a new file to WAL; SQLite does not wait by itself where two do so at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns SQLite's errors about the disk into the library's."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind, the rest its variety.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and not _can_grow(path)):
            raise LibraryFull(
                f"The disk that holds {path.parent} has no room left: free some space and try "
                "again; everything that was reported as added is kept."
            ) from error
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusy(
                "Another process is changing this library; wait until it has finished and try "
                "again."
            ) from error
        if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise LibraryBroken(
                f"{path} is damaged ({error}): put back a copy of it, or move it away and add the "
                "documents again."
            ) from error
        if kind in (
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
        ):
            raise LibraryBroken(
                f"{path} cannot be read or written ({error}): check the disk and the folder's "
                "permissions, then try again."
            ) from error
        raise


def _can_grow(path: Path) -> bool:
    """Whether a file can still be written beside the database; SQLite does not say why not."""
    if not has_room(path.parent):
        return False
    probe = path.with_name(f"{path.name}-probe")
    try:
        # As large as the log that could not grow, or a limit on file sizes would not be met.
        with probe.open("wb") as file:
            log = path.with_name(f"{path.name}-wal")
            file.seek(max(path.stat().st_size, log.stat().st_size if log.exists() else 0))
            file.write(b"\0" * 65_536)
    except OSError as error:
        return not isinstance(disk_error(error, path.parent), LibraryFull)
    finally:
        probe.unlink(missing_ok=True)
    return True
