"""The jobs of a library, in the same database, and the table that SQLite has for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rag.records import Job, JobStage
from rag.store.database import Connection, Connections

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
IN_HAND = "stage IN ('fetching', 'reading', 'embedding', 'storing')"
_OVER = "stage IN ('ready', 'refused', 'cancelled')"
_ANEW = "done = 0, total = 0, seconds = 0, ended = NULL, cancelling = FALSE"

KEPT_ENDED = 1_000  # so that a list that nobody clears does not grow without end


def make_jobs_table(connection: Connection) -> None:
    for statement in (_TABLE, *_INDEXES):
        connection.execute(statement)


def _nothing() -> None: ...


class SQLJobs:
    """See ``JobStore``. In SQLite one worker does all; several share another database."""

    skip_locked = ""  # how taking the next leaves aside what another worker is just taking

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def claim(self) -> str:
        """What is set when a worker takes a job, to know it again."""
        return ""

    @property
    def in_hand(self) -> str:
        """The condition of what this worker has in hand."""
        return IN_HAND

    def keep_out(self, connection: Connection) -> None:
        """Lets no job come until the transaction ends; SQLite has one writer at a time anyway."""

    def find_lost(self, connection: Connection) -> str:  # noqa: ARG002 - for another database
        """Gives the condition of what workers had in hand that have died."""
        return IN_HAND

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
                "(SELECT 1 FROM jobs WHERE location <> '' AND location = ? AND kind = ? "
                "AND stage = 'queued')",
                [(*dataclasses.astuple(job), job.location, job.kind) for job in rows],
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
                f"END, note = '', tries = tries + 1, {_ANEW}{self.claim} WHERE number = (SELECT "
                "number FROM jobs WHERE stage = 'queued' ORDER BY tries, number LIMIT 1"
                f"{self.skip_locked}) RETURNING {_COLUMNS}"
            ).fetchone()
        return _read(row) if row else None

    def note(self, job: Job) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "UPDATE jobs SET name = ?, stage = ?, done = ?, total = ?, seconds = ?, note = ? "  # noqa: S608 - constants
                f"WHERE id = ? AND {self.in_hand}",
                (job.name, job.stage, job.done, job.total, job.seconds, job.note, job.id),
            )

    def end(self, job: Job) -> None:
        with self._connections.writing() as connection:
            # The document may have been removed since.
            connection.execute(
                "UPDATE jobs SET name = ?, stage = ?, done = ?, total = ?, pages = ?, "  # noqa: S608 - constants
                "characters = ?, chunks = ?, seconds = ?, note = ?, cancelling = FALSE, ended = ?, "
                f"document = (SELECT id FROM documents WHERE id = ?) WHERE id = ? "
                f"AND {self.in_hand}",
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
            _end_cancelling(connection, self.in_hand)
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', tries = tries - 1, note = '', {_ANEW} "  # noqa: S608 - constants
                f"WHERE id = ? AND {self.in_hand}",
                (job_id,),
            )

    def recover(self, most_tries: int, reason: str) -> None:
        with self._connections.plain() as connection:
            left = connection.execute(
                f"SELECT 1 FROM jobs WHERE {IN_HAND}"  # noqa: S608 - constants
            ).fetchone()
        if left is None:
            return
        with self._connections.writing() as connection:
            lost = self.find_lost(connection)
            _end_cancelling(connection, lost)
            connection.execute(
                "UPDATE jobs SET stage = 'refused', note = ?, ended = ? "  # noqa: S608 - constants
                f"WHERE {lost} AND tries >= ?",
                (reason, _now(), most_tries),
            )
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', note = '', {_ANEW} WHERE {lost}"  # noqa: S608 - constants
            )

    def cancel(self, job_ids: Collection[str]) -> list[str]:
        with self._connections.writing() as connection:
            these, ids = connection.among("id", job_ids)
            connection.execute(
                f"UPDATE jobs SET cancelling = TRUE WHERE {these} AND {IN_HAND}",  # noqa: S608 - constants
                (ids,),
            )
            over = connection.execute(
                "UPDATE jobs SET stage = 'cancelled', note = '', ended = ? "  # noqa: S608 - constants
                f"WHERE {these} AND stage = 'queued' RETURNING id",
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
            these, ids = connection.among("id", job_ids)
            connection.execute(
                f"UPDATE jobs SET stage = 'queued', note = '', tries = 0, {_ANEW} "  # noqa: S608 - constants
                f"WHERE {these} AND stage = 'refused'",
                (ids,),
            )

    def clear_ended(self) -> None:
        with self._connections.writing() as connection:
            connection.execute(f"DELETE FROM jobs WHERE {_OVER}")  # noqa: S608 - constants

    @contextmanager
    def standstill(self) -> Iterator[frozenset[str]]:
        with self._connections.writing() as connection:
            self.keep_out(connection)
            found = connection.execute(
                "SELECT id FROM jobs WHERE stage NOT IN ('ready', 'cancelled')"
            ).fetchall()
            yield frozenset(id_ for (id_,) in found)


def _end_cancelling(connection: Connection, in_hand: str) -> None:
    """Only where nobody is at work on what is in hand any more."""
    connection.execute(
        "UPDATE jobs SET stage = 'cancelled', note = '', cancelling = FALSE, ended = ? "  # noqa: S608 - constants
        f"WHERE {in_hand} AND cancelling",
        (_now(),),
    )


def _forget_oldest(connection: Connection) -> None:
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
