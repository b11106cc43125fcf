"""The jobs of a library, in the same database."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rag.records import Job, JobStage
from rag.store.connections import Connections

# A job goes with the document that it became: its name would tell of what was removed.
_TABLE = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    location TEXT NOT NULL,
    title TEXT,
    stage TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    pages INTEGER,
    characters INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    seconds REAL NOT NULL,
    note TEXT NOT NULL,
    document TEXT REFERENCES documents (id) ON DELETE CASCADE,
    submitted TEXT NOT NULL,
    ended TEXT,
    tries INTEGER NOT NULL,
    cancelling INTEGER NOT NULL
)
"""
_INDEXES = (
    "CREATE INDEX jobs_stage ON jobs (stage, tries, number)",
    "CREATE INDEX jobs_location ON jobs (location)",
    "CREATE INDEX jobs_document ON jobs (document)",
)
_COLUMNS = (
    "id, kind, name, location, title, stage, done, total, pages, characters, chunks, seconds, "
    "note, document, submitted, ended, tries, cancelling"
)
_IN_HAND = "stage IN ('fetching', 'reading', 'embedding', 'storing')"
_OVER = "stage IN ('ready', 'refused', 'cancelled')"
_THESE = "id IN (SELECT value FROM json_each(?))"
_ANEW = "done = 0, total = 0, seconds = 0, ended = NULL, cancelling = 0"

KEPT_ENDED = 1_000  # so that a list that nobody clears does not grow without end


def make_jobs_table(connection: sqlite3.Connection) -> None:
    for statement in (_TABLE, *_INDEXES):
        connection.execute(statement)


def _nothing() -> None: ...


class SQLiteJobs:
    """See ``JobStore``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, jobs: Sequence[Job], before: Callable[[], None] = _nothing) -> None:
        now = _now()
        rows = [
            dataclasses.replace(job, submitted=now, ended=now if job.is_over else None)
            for job in jobs
        ]
        with self._connections.writing() as connection:
            _forget_oldest(connection)
            connection.executemany(
                f"INSERT INTO jobs ({_COLUMNS}) "  # noqa: S608 - constants
                "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM jobs WHERE location <> '' AND location = ?4 AND kind = ?2 "
                "AND stage = 'queued')",
                map(dataclasses.astuple, rows),
            )
            before()

    def jobs(self) -> list[Job]:
        with self._connections.plain() as connection:
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs ORDER BY number"  # noqa: S608 - constants
            ).fetchall()
        return [_read(row) for row in found]

    def counts(self) -> dict[JobStage, int]:
        with self._connections.plain() as connection:
            return dict(
                connection.execute("SELECT stage, count(*) FROM jobs GROUP BY stage").fetchall()
            )

    def take(self) -> Job | None:
        with self._connections.plain() as connection:  # asked twice a second: no writing for that
            waiting = connection.execute("SELECT 1 FROM jobs WHERE stage = 'queued'").fetchone()
        if waiting is None:
            return None
        with self._connections.writing() as connection:
            row = connection.execute(
                "UPDATE jobs SET stage = CASE kind WHEN 'address' THEN 'fetching' ELSE 'reading' "  # noqa: S608 - constants
                f"END, note = '', tries = tries + 1, {_ANEW} WHERE number = (SELECT number "
                f"FROM jobs WHERE stage = 'queued' ORDER BY tries, number LIMIT 1) "
                f"RETURNING {_COLUMNS}"
            ).fetchone()
        return _read(row) if row else None

    def note(self, job: Job) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "UPDATE jobs SET name = ?, stage = ?, done = ?, total = ?, seconds = ?, note = ? "  # noqa: S608 - constants
                f"WHERE id = ? AND {_IN_HAND}",
                (job.name, job.stage, job.done, job.total, job.seconds, job.note, job.id),
            )

    def end(self, job: Job) -> None:
        with self._connections.writing() as connection:
            # The document may have been removed since.
            connection.execute(
                "UPDATE jobs SET name = ?, stage = ?, done = ?, total = ?, pages = ?, "  # noqa: S608 - constants
                "characters = ?, chunks = ?, seconds = ?, note = ?, cancelling = 0, ended = ?, "
                f"document = (SELECT id FROM documents WHERE id = ?) WHERE id = ? AND {_IN_HAND}",
                (
                    job.name,
                    job.stage,
                    job.done,
                    job.total,
                    job.pages,
                    job.characters,
                    job.chunks,
                    job.seconds,
                    job.note,
                    _now(),
                    job.document_id,
                    job.id,
                ),
            )

    def put_back(self, job_id: str) -> None:
        with self._connections.writing() as connection:
            _end_cancelling(connection)
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', tries = tries - 1, note = '', {_ANEW} "  # noqa: S608 - constants
                f"WHERE id = ? AND {_IN_HAND}",
                (job_id,),
            )

    def recover(self, most_tries: int, reason: str) -> None:
        with self._connections.plain() as connection:
            left = connection.execute(
                f"SELECT 1 FROM jobs WHERE {_IN_HAND}"  # noqa: S608 - constants
            ).fetchone()
        if left is None:
            return
        with self._connections.writing() as connection:
            _end_cancelling(connection)
            connection.execute(
                "UPDATE jobs SET stage = 'refused', note = ?, ended = ? "  # noqa: S608 - constants
                f"WHERE {_IN_HAND} AND tries >= ?",
                (reason, _now(), most_tries),
            )
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', note = '', {_ANEW} WHERE {_IN_HAND}"  # noqa: S608 - constants
            )

    def cancel(self, job_ids: Collection[str]) -> list[str]:
        ids = json.dumps(sorted(job_ids))
        with self._connections.writing() as connection:
            connection.execute(
                f"UPDATE jobs SET cancelling = 1 WHERE {_THESE} AND {_IN_HAND}",  # noqa: S608 - constants
                (ids,),
            )
            over = connection.execute(
                "UPDATE jobs SET stage = 'cancelled', note = '', ended = ? "  # noqa: S608 - constants
                f"WHERE {_THESE} AND stage = 'queued' RETURNING id",
                (_now(), ids),
            ).fetchall()
        return [id_ for (id_,) in over]

    def is_cancelling(self, job_id: str) -> bool:
        with self._connections.plain() as connection:
            row = connection.execute(
                "SELECT cancelling FROM jobs WHERE id = ?", (job_id,)
            ).fetchone()
        return row is not None and bool(row[0])

    def retry(self, job_ids: Collection[str]) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', note = '', tries = 0, {_ANEW} "  # noqa: S608 - constants
                f"WHERE {_THESE} AND stage = 'refused'",
                (json.dumps(sorted(job_ids)),),
            )

    def clear_ended(self) -> None:
        with self._connections.writing() as connection:
            connection.execute(f"DELETE FROM jobs WHERE {_OVER}")  # noqa: S608 - constants

    @contextmanager
    def standstill(self) -> Iterator[frozenset[str]]:
        with self._connections.writing() as connection:
            found = connection.execute(
                "SELECT id FROM jobs WHERE stage NOT IN ('ready', 'cancelled')"
            ).fetchall()
            yield frozenset(id_ for (id_,) in found)


def _end_cancelling(connection: sqlite3.Connection) -> None:
    """Only where nobody is at work on what is in hand."""
    connection.execute(
        "UPDATE jobs SET stage = 'cancelled', note = '', cancelling = 0, ended = ? "  # noqa: S608 - constants
        f"WHERE {_IN_HAND} AND cancelling",
        (_now(),),
    )


def _forget_oldest(connection: sqlite3.Connection) -> None:
    connection.execute(
        "DELETE FROM jobs WHERE stage IN ('ready', 'cancelled') AND number <= (SELECT number "
        "FROM jobs WHERE stage IN ('ready', 'cancelled') ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (KEPT_ENDED,),
    )


# Thousands are listed at once.
_make: Callable[..., Job] = Job


def _read(row: Sequence[Any]) -> Job:
    *fields, cancelling = row
    return _make(*fields, bool(cancelling))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
