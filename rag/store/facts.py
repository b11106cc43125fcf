"""What is known of documents besides their text, and of folders that are followed: the tables,
and what is read from and written to them inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from rag.likeness import Fingerprint, band_keys
from rag.records import Folder, Particulars
from rag.store.contract import Traits
from rag.store.database import Connection

_TABLES = """
CREATE TABLE given (
    document TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    title TEXT,
    date TEXT
);
CREATE TABLE traits (
    document TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    rules INTEGER NOT NULL,
    language TEXT,
    words BLOB NOT NULL,
    minima BLOB NOT NULL
);
CREATE INDEX traits_rules ON traits (document, rules);
CREATE INDEX traits_words ON traits (words) WHERE words <> x'';
CREATE TABLE bands (
    "key" INTEGER NOT NULL,
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY ("key", document)
) WITHOUT ROWID;
CREATE INDEX bands_document ON bands (document);
CREATE TABLE kept_pairs (
    one TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    other TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX kept_pairs_other ON kept_pairs (other);
CREATE TABLE folders (path TEXT PRIMARY KEY, watching INTEGER NOT NULL, synced TEXT);
CREATE UNIQUE INDEX sources_address ON sources (location) WHERE origin = 'address';
CREATE UNIQUE INDEX sources_paste ON sources (document, name) WHERE origin = 'paste';
"""


def add_facts(connection: Connection) -> None:
    """Brings the tables of this file into a library that was made without them."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)


# What a person says.


def read_given(connection: Connection, document_id: str) -> Particulars:
    row = connection.execute(
        "SELECT title, date FROM given WHERE document = ?", (document_id,)
    ).fetchone()
    return Particulars(*row) if row else Particulars()


def read_told(connection: Connection, document_id: str) -> Particulars:
    row = connection.execute(
        "SELECT title, date FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    return Particulars(*row) if row else Particulars()


def put_given(connection: Connection, document_id: str, given: Particulars) -> None:
    connection.execute("DELETE FROM given WHERE document = ?", (document_id,))
    if given != Particulars():
        connection.execute(
            "INSERT INTO given SELECT id, ?, ? FROM documents WHERE id = ?",
            (given.title, given.date, document_id),
        )


# Likeness.


def put_traits(connection: Connection, document_id: str, traits: Traits) -> None:
    """Keeps what a document's text is like; nothing where the document is not there."""
    fingerprint = traits.fingerprint
    connection.execute("DELETE FROM traits WHERE document = ?", (document_id,))
    connection.execute("DELETE FROM bands WHERE document = ?", (document_id,))
    connection.execute(
        "INSERT INTO traits SELECT id, ?, ?, ?, ? FROM documents WHERE id = ?",
        (traits.rules, traits.language, fingerprint.words, fingerprint.minima, document_id),
    )
    connection.executemany(
        "INSERT INTO bands SELECT ?, id FROM documents WHERE id = ? ON CONFLICT DO NOTHING",
        [(key, document_id) for key in band_keys(fingerprint.minima)],
    )


def without_traits(connection: Connection, rules: int) -> list[str]:
    found = connection.execute(
        "SELECT id FROM documents d WHERE NOT EXISTS "
        "(SELECT 1 FROM traits WHERE document = d.id AND rules = ?) ORDER BY id",
        (rules,),
    )
    return [id_ for (id_,) in found]


# Two documents are candidates where they have one band in common, or all words; the pairs in either
# order.
_CANDIDATES = """
SELECT mine.document, theirs.document FROM traits mine JOIN traits theirs ON theirs.document IN (
    SELECT b.document FROM bands a JOIN bands b ON b."key" = a."key"
    WHERE a.document = mine.document
    UNION SELECT t.document FROM traits t WHERE t.words = mine.words AND t.words <> x''
) WHERE theirs.document <> mine.document AND NOT EXISTS (
    SELECT 1 FROM kept_pairs WHERE (one = mine.document AND other = theirs.document)
    OR (one = theirs.document AND other = mine.document)
)
"""


def find_candidates(connection: Connection, document_id: str | None) -> Iterator[tuple[str, str]]:
    """Gives the pairs of one document, or of all, that may be duplicates and were not decided."""
    if document_id is None:
        yield from connection.execute(_CANDIDATES)
    else:
        mine = f"{_CANDIDATES} AND mine.document = ?"
        yield from connection.execute(mine, (document_id,))


def read_fingerprints(
    connection: Connection, document_ids: Collection[str]
) -> dict[str, Fingerprint]:
    condition, values = connection.among("document", document_ids)
    found = connection.execute(
        f"SELECT document, words, minima FROM traits WHERE {condition}",  # noqa: S608 - constants
        (values,),
    )
    return {document: Fingerprint(words, minima) for document, words, minima in found}


def keep_pair(connection: Connection, one: str, other: str) -> None:
    first, second = sorted((one, other))
    connection.execute(
        "INSERT INTO kept_pairs SELECT a.id, b.id FROM documents a, documents b "
        "WHERE a.id = ? AND b.id = ? ON CONFLICT DO NOTHING",
        (first, second),
    )


def inherit_pairs(connection: Connection, former: str, document_id: str) -> None:
    """Lets a new version of a document be kept beside whatever the former one was."""
    partners = connection.execute(
        "SELECT other FROM kept_pairs WHERE one = ? UNION "
        "SELECT one FROM kept_pairs WHERE other = ?",
        (former, former),
    ).fetchall()
    for (partner,) in partners:
        if partner != document_id:
            keep_pair(connection, partner, document_id)


# Folders.


def read_folders(connection: Connection) -> list[Folder]:
    found = connection.execute("SELECT path, watching, synced FROM folders ORDER BY path")
    return [Folder(path, bool(watching), synced) for path, watching, synced in found]


def put_folder(connection: Connection, path: str, watching: bool | None) -> None:
    """Notes a folder; whether it is watched stays as it is where ``watching`` is None."""
    connection.execute(
        "INSERT INTO folders VALUES (?, coalesce(?, FALSE), NULL) "
        "ON CONFLICT (path) DO UPDATE SET watching = coalesce(?, folders.watching)",
        (path, watching, watching),
    )


def note_sync(connection: Connection, path: str) -> None:
    put_folder(connection, path, None)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("UPDATE folders SET synced = ? WHERE path = ?", (now, path))


def drop_folder(connection: Connection, path: str) -> None:
    connection.execute("DELETE FROM folders WHERE path = ?", (path,))
