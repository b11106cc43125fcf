"""The tables, and how an older library becomes a newer one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from rag.errors import LibraryBroken
from rag.store.database import Connection
from rag.store.facts import add_facts
from rag.store.jobs import make_jobs_table
from rag.store.removed import make_removed_tables

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    title TEXT,
    author TEXT,
    date TEXT,
    media_type TEXT NOT NULL,
    pages INTEGER,
    characters INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    warnings TEXT NOT NULL,
    chunking TEXT NOT NULL,
    added TEXT NOT NULL
);
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    location TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL
);
CREATE INDEX sources_document ON sources (document);
CREATE INDEX sources_name ON sources (name);
CREATE UNIQUE INDEX sources_file ON sources (location) WHERE origin = 'file';
CREATE UNIQUE INDEX sources_upload ON sources (document, name) WHERE origin = 'upload';
CREATE TABLE texts (
    document TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,
    pages TEXT NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    headings TEXT NOT NULL,
    page INTEGER,
    content BLOB NOT NULL,
    generation INTEGER NOT NULL
);
CREATE INDEX chunks_document ON chunks (document, start);
CREATE INDEX chunks_content ON chunks (content);
CREATE INDEX chunks_generation ON chunks (generation);
CREATE TABLE removed_chunks (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE INDEX removed_generation ON removed_chunks (generation);
CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    content BLOB NOT NULL,
    model INTEGER NOT NULL REFERENCES models (id),
    vector BLOB NOT NULL
);
CREATE UNIQUE INDEX vectors_content ON vectors (content, model);
"""


def _make_tables(connection: Connection) -> None:
    # executescript would commit the transaction that this runs in.
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    facts = {"library": uuid.uuid4().hex, "generation": 0, "horizon": 0, "removed": 0}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())


# The n-th brings a library from schema n to n + 1; a line once released is never changed.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _make_tables,
    add_facts,
    make_removed_tables,
    make_jobs_table,
)
NEWEST = len(MIGRATIONS)


def upgrade(
    connection: Connection,
    migrations: tuple[Callable[[Connection], None], ...] = MIGRATIONS,
) -> None:
    """Brings the database to the newest schema, in one transaction; nothing where it is.

    Raises:
        LibraryBroken: a newer Footnote made the library.
    """
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migrate in migrations[_version(connection) :]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def refuse_newer(connection: Connection, newest: int = NEWEST) -> None:
    """Raises LibraryBroken where a newer Footnote than this one made the library."""
    version = _version(connection)
    if version > newest:
        raise LibraryBroken(
            f"A newer Footnote made this library (schema {version}, this one knows {newest}): "
            "use that version, or choose another folder with RAG_INDEX."
        )


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
