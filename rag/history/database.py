"""The database of the conversations: its schema, its transactions, and what goes wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryBroken, LibraryBusy, LibraryError, LibraryFull

BUSY_SECONDS = 10.0

# The script at place n brings a database of schema n to schema n + 1.
MIGRATIONS = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '',
        created TEXT NOT NULL,
        changed TEXT NOT NULL
    ) STRICT;
    CREATE INDEX conversations_by_owner ON conversations (owner, changed);
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        question TEXT NOT NULL,
        answer TEXT,
        asked TEXT NOT NULL,
        answered TEXT
    ) STRICT;
    CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
    """,
    "ALTER TABLE messages ADD COLUMN documents TEXT;",
    """
    CREATE TABLE feedback (
        message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        thumb TEXT NOT NULL CHECK (thumb IN ('up', 'down')),
        comment TEXT NOT NULL,
        given TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE reviews (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        claim INTEGER NOT NULL,
        judgement TEXT CHECK (judgement IN ('right', 'wrong', 'unclear')),
        note TEXT NOT NULL,
        given TEXT NOT NULL,
        PRIMARY KEY (message_id, claim)
    ) STRICT;
    """,
)
SCHEMA = len(MIGRATIONS)


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables, or upgrades older ones; ``path`` is for what a person is told.

    Raises:
        LibraryError: the database comes from a newer Footnote.
    """
    with closing(connection.execute("PRAGMA user_version")) as found:
        schema = int(found.fetchone()[0])
    if schema > SCHEMA:
        raise LibraryError(
            f"The conversations in {path} were kept by a newer Footnote; "
            "update Footnote, or move that file away to start afresh."
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    if schema < SCHEMA:
        _migrate(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        # Another process may have migrated while this one waited for the transaction.
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for script in MIGRATIONS[schema:]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(schema, SCHEMA)}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Keeps all of the block or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite says into what a person can act on."""
    try:
        yield
    except OSError as error:
        raise LibraryError(f"The conversations in {path} cannot be kept: {error}.") from error
    except sqlite3.Error as error:
        raise _error_for(path, error) from error


def _error_for(path: Path, error: sqlite3.Error) -> LibraryError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return LibraryFull(f"The disk has no room left to keep the conversation in {path}.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryBusy(f"Another program is writing to {path}; try again in a moment.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return LibraryBroken(
            f"The conversations in {path} are damaged; move that file away to start afresh."
        )
    return LibraryError(f"The conversations in {path} cannot be kept: {error}.")
