"""Connections to one PostgreSQL database for many threads, in the store's SQL."""

from __future__ import annotations

import functools
import threading
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from rag.errors import SettingError
from rag.postgres.errors import told
from rag.store.database import Cursor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONNECT_SECONDS = 5
BUSY_SECONDS = 30  # as for SQLite: longer than any one transaction
TRUSTED_SECONDS = 1.0  # a connection that lay longer is tried before it is lent
# PostgreSQL has no character of number 0; this one is no character either, and in no clean text.
STAND_IN = "\uffff"
# Pages of at most some hundred rows are asked for: compiling a plan costs more than it saves. The
# rest is about vectors, see vectors.py.
_SETTINGS = f"""
SET jit = off;
SET lock_timeout = '{BUSY_SECONDS}s';
SET tcp_keepalives_idle = 15;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET hnsw.iterative_scan = strict_order;
SET hnsw.ef_search = 200;
SET hnsw.max_scan_tuples = 200000;
"""


class PostgresConnection:
    """See ``store.database.Connection``.

    Attributes:
        raw: for statements in PostgreSQL's own words; it commits each by itself.
    """

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw
        self.given_back = time.monotonic()

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor:
        return self.raw.execute(cast(Any, translate(sql)), _clean(values) or None)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> psycopg.Cursor[Any]:
        cursor = self.raw.cursor()
        cursor.executemany(cast(Any, translate(sql)), map(_clean, rows))
        return cursor

    def among(self, column: str, values: Collection[int] | Collection[str]) -> tuple[str, Any]:
        return f"{column} = ANY(?)", list(values)

    def write_vector(self, vector: NDArray[np.float16]) -> str:
        return f"[{','.join(map(str, vector.tolist()))}]"

    def read_vector(self, value: str) -> NDArray[np.float32]:
        import numpy as np

        return np.fromstring(value[1:-1], dtype=np.float32, sep=",")

    def number_columns(self, table: str) -> set[str]:
        found = self.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attidentity <> ''",
            (table,),
        )
        return {name for (name,) in found}

    def references(self, table: str) -> list[tuple[str, str, str]]:
        return self.execute(
            """SELECT c.confrelid::regclass::text, mine.attname, theirs.attname
            FROM pg_constraint c
            JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = c.conkey[1]
            JOIN pg_attribute theirs
                ON theirs.attrelid = c.confrelid AND theirs.attnum = c.confkey[1]
            WHERE c.contype = 'f' AND c.conrelid = ?::regclass""",
            (table,),
        ).fetchall()


class PostgresConnections:
    """See ``store.database.Connections``.

    Attributes:
        place: where the database is, without name or password.
        space: a number for the library's schema, by which its locks are told from another's.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self.place = describe_address(address)
        self._idle: list[PostgresConnection] = []
        self._guard = threading.Lock()
        self._closed = False

    @functools.cached_property
    def space(self) -> int:
        with self.plain() as connection:
            (name,) = connection.execute("SELECT current_schema()").fetchone()
        return zlib.crc32(name.encode()) - 2**31  # a lock's number is a signed one

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        with self.plain() as connection:
            connection.raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield connection
            finally:
                _roll_back(connection.raw)

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        with self.plain() as connection:
            connection.raw.execute("BEGIN")
            try:
                yield connection
                connection.raw.execute("COMMIT")
            except BaseException:
                _roll_back(connection.raw)
                raise

    @contextmanager
    def plain(self) -> Iterator[PostgresConnection]:
        with told(self.place):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().raw.close()

    def connect(self) -> psycopg.Connection[Any]:
        """Opens a connection that the caller keeps."""
        with told(self.place):
            raw = psycopg.connect(**_complete(self._address))
            raw.autocommit = True
            raw.execute(cast(Any, _SETTINGS))
            return raw

    def _take(self) -> PostgresConnection:
        while True:
            with self._guard:
                found = self._idle.pop() if self._idle else None
            if found is None:
                return PostgresConnection(self.connect())
            if time.monotonic() - found.given_back < TRUSTED_SECONDS or answers(found.raw):
                return found
            found.raw.close()  # its server went away meanwhile

    def _give_back(self, connection: PostgresConnection) -> None:
        connection.given_back = time.monotonic()
        with self._guard:
            if not self._closed and not connection.raw.closed:
                self._idle.append(connection)
                return
        connection.raw.close()


@functools.lru_cache(maxsize=1_024)
def translate(sql: str) -> str:
    """Gives a statement of the store's SQL as psycopg takes it."""
    return sql.replace("?", "%s").replace("x''", "''::bytea")


def describe_address(address: str) -> str:
    """Gives an address for messages and pages, without user and password."""
    parts = _read_address(address)
    host = str(parts.get("host") or "localhost")
    port = f":{parts['port']}" if str(parts.get("port") or "").isdecimal() else ""
    return f"postgresql://{host}{port}/{parts.get('dbname') or ''}"


def _complete(address: str) -> dict[str, Any]:
    defaults = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "footnote",
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "client_encoding": "utf8",
    }
    return {**defaults, **_read_address(address)}


def _read_address(address: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(address))
    except psycopg.ProgrammingError:
        # What it says would repeat the address, and a password in it.
        raise SettingError(
            "RAG_LIBRARY or RAG_LIBRARY_REPLICA is not an address like "
            "postgresql://user:password@host:5432/database; mend or unset it."
        ) from None


def _clean(values: Sequence[Any]) -> list[Any]:
    return [v.replace("\0", STAND_IN) if isinstance(v, str) and "\0" in v else v for v in values]


def answers(raw: psycopg.Connection[Any]) -> bool:
    """Whether the server at the other end is still there."""
    try:
        raw.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _roll_back(raw: psycopg.Connection[Any]) -> None:
    with suppress(psycopg.Error):  # a connection that was lost has nothing to take back
        raw.execute("ROLLBACK")
