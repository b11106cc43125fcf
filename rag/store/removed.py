"""Removed documents: out of every other table, and kept here as rows while they can be put back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rag.records import RemovedDocument
from rag.store import changes
from rag.store.database import Connection

# Every table whose rows belong to a document, with the column that names it; what others refer to
# comes first. A new table that refers to documents is to be added here.
BELONGING = (
    ("documents", "id"),
    ("sources", "document"),
    ("texts", "document"),
    ("chunks", "document"),
    ("given", "document"),
    ("traits", "document"),
    ("bands", "document"),
    ("kept_pairs", "one"),
    ("kept_pairs", "other"),
    ("jobs", "document"),
)

_TABLES = (
    "CREATE TABLE removed_documents (document TEXT PRIMARY KEY, until REAL NOT NULL)",
    """CREATE TABLE removed_rows (
        id INTEGER PRIMARY KEY,
        document TEXT NOT NULL REFERENCES removed_documents (document) ON DELETE CASCADE,
        table_name TEXT NOT NULL,
        row TEXT NOT NULL
    )""",
    "CREATE INDEX removed_rows_document ON removed_rows (document, table_name)",
)


def make_removed_tables(connection: Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def remove_document(
    connection: Connection, document_id: str, until: float | None, generation: int
) -> None:
    """Removes a document and notes that its traces are to be erased; keeps its rows ``until``."""
    if not _count(connection, "documents", "id", document_id):
        return
    connection.execute("DELETE FROM removed_documents WHERE document = ?", (document_id,))
    connection.execute("INSERT INTO removed_documents VALUES (?, ?)", (document_id, until or 0.0))
    if until is not None:
        _keep_rows(connection, document_id)
    changes.remove_document(connection, document_id, generation)


def _keep_rows(connection: Connection, document_id: str) -> None:
    belonging = [(table, f"{column} = ?") for table, column in BELONGING]
    vectors = ("vectors", "content IN (SELECT content FROM chunks WHERE document = ?)")
    for table, condition in (*belonging, vectors):
        found = connection.execute(
            f"SELECT * FROM {table} WHERE {condition}",  # noqa: S608 - constants
            (document_id,),
        )
        columns = [column for column, *_ in found.description]
        connection.executemany(
            'INSERT INTO removed_rows (document, table_name, "row") VALUES (?, ?, ?)',
            (
                (document_id, table, _write_row(dict(zip(columns, values, strict=True))))
                for values in found
            ),
        )


def keep_until(connection: Connection, document_ids: Collection[str], until: float) -> None:
    connection.executemany(
        "UPDATE removed_documents SET until = ? WHERE document = ?",
        ((until, document_id) for document_id in document_ids),
    )


def put_back(connection: Connection, document_id: str, generation: int) -> bool:
    """Puts a document back, or the sources alone where the same content has come in again.

    Gives False, and changes nothing, where nothing is kept of it, or where its only paths stand
    for other documents by now.
    """
    first = ("documents", "sources")
    documents, sources = (list(_kept_rows(connection, document_id, table)) for table in first)
    if not documents:
        return False
    is_there = _count(connection, "documents", "id", document_id) > 0
    if not is_there:
        _insert(connection, "documents", documents, generation)
    _insert(connection, "sources", sources, generation)
    if not _count(connection, "sources", "document", document_id):
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        return False
    if is_there:
        changes.announce_title(connection, document_id, generation)
    else:
        rest = [table for table, _ in BELONGING if table not in first]
        for table in (*rest, "vectors"):
            _insert(connection, table, _kept_rows(connection, document_id, table), generation)
        # What has come back has left no traces that would have to be erased.
        back = _count(connection, "chunks", "document", document_id)
        changes.raise_number(connection, "removed", -back)
    forget(connection, [document_id])
    return True


def find_kept(connection: Connection) -> list[RemovedDocument]:
    """Gives the documents that can be put back, by their names."""
    found = connection.execute(
        """SELECT r.document, min(json_extract(k."row", '$.name')) AS name, r.until
        FROM removed_documents r JOIN removed_rows k USING (document)
        WHERE k.table_name = 'sources' GROUP BY r.document ORDER BY name, r.document"""
    )
    return [RemovedDocument(*row) for row in found]


def drop_kept(connection: Connection, document_ids: Collection[str]) -> None:
    """Gives up what puts these documents back; that they are to be erased stays noted."""
    connection.executemany(
        "DELETE FROM removed_rows WHERE document = ?", ((id_,) for id_ in document_ids)
    )


def forget(connection: Connection, document_ids: Collection[str]) -> None:
    connection.executemany(
        "DELETE FROM removed_documents WHERE document = ?", ((id_,) for id_ in document_ids)
    )


def _kept_rows(connection: Connection, document_id: str, table: str) -> Iterable[Mapping[str, Any]]:
    found = connection.execute(
        'SELECT "row" FROM removed_rows WHERE document = ? AND table_name = ? ORDER BY id',
        (document_id, table),
    )
    return (json.loads(row, object_hook=_read_blob) for (row,) in found)


def _insert(
    connection: Connection,
    table: str,
    kept: Iterable[Mapping[str, Any]],
    generation: int,
) -> None:
    """Inserts rows under new numbers, but for those that refer to what is gone.

    What is there already stays as it is.
    """
    numbers = connection.number_columns(table)
    references = connection.references(table)
    for row in kept:
        if not all(
            row[column] is None or _count(connection, target, key, row[column])
            for target, column, key in references
        ):
            continue
        values = {column: value for column, value in row.items() if column not in numbers}
        if "generation" in values:
            values["generation"] = generation
        if table == "kept_pairs" and not all(
            _count(connection, "documents", "id", id_) for id_ in values.values()
        ):
            continue  # the other one has been removed since
        columns = ", ".join(f'"{column}"' for column in values)
        places = ", ".join("?" * len(values))
        connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING",  # noqa: S608
            tuple(values.values()),
        )


def _count(connection: Connection, table: str, column: str, value: Any) -> int:
    (count,) = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {column} = ?",  # noqa: S608 - constants
        (value,),
    ).fetchone()
    return int(count)


def _write_row(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=lambda blob: {"hex": blob.hex()})


def _read_blob(value: dict[str, Any]) -> Any:
    return bytes.fromhex(value["hex"]) if value.keys() == {"hex"} else value
