"""What a change of the library writes; each function runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.records import Source
from rag.store import facts
from rag.store.contract import NewDocument
from rag.store.database import Connection
from rag.store.rows import SOURCE_COLUMNS, write_blocks, write_pages, write_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Removals that derived indexes can still learn of; one that is further behind is built anew.
REMEMBERED_REMOVALS = 100_000

# Not with IN, for which SQLite 3.40 leaves the two partial indexes aside.
LOCATED = "(origin = 'file' OR origin = 'address')"
STRAY = "NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.content = vectors.content)"


def raise_generation(connection: Connection) -> int:
    """Numbers a change; whoever else is about to change something waits for its end."""
    raise_number(connection, "generation", 1)
    (generation,) = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    return int(generation)


def raise_number(connection: Connection, key: str, by: int) -> None:
    connection.execute("UPDATE meta SET value = CAST(value AS BIGINT) + ? WHERE key = ?", (by, key))


def put_document(connection: Connection, new: NewDocument, generation: int) -> None:
    parsed = new.parsed
    freed = remove_chunks(connection, new.id, generation)
    connection.execute(
        """INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, author = excluded.author,
        date = excluded.date, media_type = excluded.media_type, pages = excluded.pages,
        characters = excluded.characters, chunks = excluded.chunks,
        warnings = excluded.warnings, chunking = excluded.chunking""",
        (
            new.id,
            new.sha256,
            parsed.title,
            parsed.author,
            parsed.date,
            parsed.media_type,
            len(parsed.pages) or None,
            len(parsed.text),
            len(new.chunks),
            json.dumps(parsed.warnings),
            new.chunking,
            datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    connection.execute(
        """INSERT INTO texts VALUES (?, ?, ?, ?) ON CONFLICT (document) DO UPDATE
        SET text = excluded.text, blocks = excluded.blocks, pages = excluded.pages""",
        (new.id, parsed.text, write_blocks(parsed.blocks), write_pages(parsed.pages)),
    )
    facts.put_given(connection, new.id, new.given)
    if new.traits is not None:
        facts.put_traits(connection, new.id, new.traits)
    if new.former is not None:
        facts.inherit_pairs(connection, new.former, new.id)
    _put_chunks(connection, new, generation)
    put_vectors(connection, new.model, new.vectors)
    collect_vectors(connection, freed)


def _put_chunks(connection: Connection, new: NewDocument, generation: int) -> None:
    connection.executemany(
        'INSERT INTO chunks (document, start, "end", headings, page, content, generation) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                new.id,
                item.chunk.start,
                item.chunk.end,
                json.dumps(item.chunk.headings, ensure_ascii=False),
                item.page,
                item.content,
                generation,
            )
            for item in new.chunks
        ),
    )


def put_source(connection: Connection, document_id: str, source: Source, generation: int) -> None:
    """Notes a source; a path or address that stood for another document leaves that one."""
    if source.location:
        remove_sources(connection, [source.location], generation, keep=document_id)
    known = connection.execute(
        "UPDATE sources SET name = ?, size = ?, modified_ns = ? WHERE document = ? "
        "AND origin = ? AND location = ? AND (location <> '' OR name = ?)",
        (
            source.name,
            source.size,
            source.modified_ns,
            document_id,
            source.origin,
            source.location,
            source.name,
        ),
    )
    if known.rowcount == 0:
        connection.execute(
            f"INSERT INTO sources (document, {SOURCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
            (document_id, *write_source(source)),
        )
    announce_title(connection, document_id, generation)


def remove_sources(
    connection: Connection,
    locations: Collection[str],
    generation: int,
    keep: str = "",
) -> list[str]:
    """Takes paths or addresses from their documents; gives the ids of those that went with it."""
    concerned = {
        document
        for location in locations
        for (document,) in connection.execute(
            f"SELECT document FROM sources WHERE location = ? AND {LOCATED}",  # noqa: S608 - a constant
            (location,),
        )
        if document != keep
    }
    connection.executemany(
        f"DELETE FROM sources WHERE location = ? AND {LOCATED} AND document <> ?",  # noqa: S608
        ((location, keep) for location in locations),
    )
    gone = [document for document in sorted(concerned) if not _has_source(connection, document)]
    for document in concerned.difference(gone):
        announce_title(connection, document, generation)
    for document in gone:
        remove_document(connection, document, generation)
    return gone


def remove_document(connection: Connection, document_id: str, generation: int) -> None:
    freed = remove_chunks(connection, document_id, generation)
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    collect_vectors(connection, freed)


def remove_chunks(connection: Connection, document_id: str, generation: int) -> list[tuple[bytes]]:
    """Removes chunks, remembers their ids, and gives whose vectors may have to go with them."""
    freed = connection.execute(
        "SELECT DISTINCT content FROM chunks WHERE document = ?", (document_id,)
    ).fetchall()
    connection.execute(
        "INSERT INTO removed_chunks SELECT id, ? FROM chunks WHERE document = ?",
        (generation, document_id),
    )
    cursor = connection.execute("DELETE FROM chunks WHERE document = ?", (document_id,))
    raise_number(connection, "removed", cursor.rowcount)
    _forget_old_removals(connection)
    return freed


def _forget_old_removals(connection: Connection) -> None:
    row = connection.execute(
        "SELECT generation FROM removed_chunks ORDER BY generation DESC LIMIT 1 OFFSET ?",
        (REMEMBERED_REMOVALS,),
    ).fetchone()
    if row:
        connection.execute("DELETE FROM removed_chunks WHERE generation <= ?", row)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'horizon'", row)


def put_vectors(
    connection: Connection, model: str, vectors: Mapping[bytes, NDArray[np.float16]]
) -> None:
    connection.execute("INSERT INTO models (name) VALUES (?) ON CONFLICT DO NOTHING", (model,))
    (number,) = connection.execute("SELECT id FROM models WHERE name = ?", (model,)).fetchone()
    connection.executemany(
        "INSERT INTO vectors (content, model, vector) VALUES (?, ?, ?) "
        "ON CONFLICT (content, model) DO UPDATE SET vector = excluded.vector",
        ((c, number, connection.write_vector(row)) for c, row in vectors.items()),
    )


def announce(connection: Connection, contents: Iterable[bytes], generation: int) -> None:
    """Lets derived indexes learn of chunks again whose vectors are new."""
    connection.executemany(
        "UPDATE chunks SET generation = ? WHERE content = ?",
        ((generation, content) for content in contents),
    )


def drop_vectors(connection: Connection, chunk_ids: Collection[int]) -> None:
    """Removes the vectors of these chunks, of every model, and those that no chunk refers to."""
    connection.executemany(
        "DELETE FROM vectors WHERE content = (SELECT content FROM chunks WHERE id = ?)",
        ((id_,) for id_ in chunk_ids),
    )
    connection.execute(f"DELETE FROM vectors WHERE {STRAY}")  # noqa: S608 - a constant


def announce_title(connection: Connection, document_id: str, generation: int) -> None:
    """Lets the word index learn of a title that is made from names, which have changed."""
    connection.execute(
        "UPDATE chunks SET generation = ? WHERE document = ? "
        "AND (SELECT title FROM documents WHERE id = ?) IS NULL",
        (generation, document_id, document_id),
    )


def collect_vectors(connection: Connection, freed: Iterable[tuple[bytes]]) -> None:
    """Removes the vectors of chunks that went, where no other chunk has the same content."""
    connection.executemany(f"DELETE FROM vectors WHERE content = ? AND {STRAY}", freed)  # noqa: S608


def _has_source(connection: Connection, document_id: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM sources WHERE document = ? LIMIT 1", (document_id,)
    ).fetchone()
    return row is not None
