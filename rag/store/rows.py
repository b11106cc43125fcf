"""Records to rows and back."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from rag.records import Block, Document, Page, Source, StoredChunk
from rag.store.database import Connection

DOCUMENT_COLUMNS = (
    "d.id, d.sha256, coalesce((SELECT title FROM given WHERE document = d.id), d.title), d.author, "
    "coalesce((SELECT date FROM given WHERE document = d.id), d.date), d.media_type, d.pages, "
    "d.characters, d.warnings, d.added, d.chunks, "
    "(SELECT language FROM traits WHERE document = d.id)"
)
SOURCE_COLUMNS = "name, origin, location, size, modified_ns"


def read_document(row: Sequence[Any], names: Collection[str]) -> Document:
    id_, sha256, title, author, date, media_type, pages, characters, warnings, *rest = row
    added, chunks, language = rest
    # In the order of the alphabet, so that it does not matter which came in first.
    ordered = tuple(sorted(set(names))) or (str(id_),)
    return Document(
        id=id_,
        name=ordered[0],
        title=title or _without_ending(ordered[0]),
        sha256=sha256,
        date=date,
        author=author,
        media_type=media_type,
        pages=pages,
        characters=characters,
        chunks=chunks,
        added=added,
        names=ordered,
        # Most have none, and thousands are listed at once.
        warnings=() if warnings == "[]" else tuple(json.loads(warnings)),
        language=language,
    )


def _without_ending(name: str) -> str:
    stem, _, _ = name.rpartition(".")
    return stem or name


def write_blocks(blocks: Sequence[Block]) -> str:
    return json.dumps([[b.start, b.end, b.kind, b.level] for b in blocks], separators=(",", ":"))


def read_blocks(text: str) -> list[Block]:
    return [Block(*fields) for fields in json.loads(text)]


def write_pages(pages: Sequence[Page]) -> str:
    return json.dumps([[p.number, p.start, p.end] for p in pages], separators=(",", ":"))


def read_pages(text: str) -> list[Page]:
    return [Page(*fields) for fields in json.loads(text)]


def write_source(source: Source) -> tuple[str, str, str, int, int]:
    return (source.name, source.origin, source.location, source.size, source.modified_ns)


def read_source(row: Sequence[Any]) -> Source:
    return Source(*row)


def read_chunks(connection: Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
    """Reads chunks with their text; a document's text is fetched once for all of its chunks."""
    condition, values = connection.among("id", ids)
    rows = connection.execute(
        'SELECT id, document, start, "end", headings, page FROM chunks '  # noqa: S608 - constants
        f"WHERE {condition} ORDER BY document, start",
        (values,),
    ).fetchall()
    chunks: dict[int, StoredChunk] = {}
    text, text_of = "", None
    for id_, document, start, end, headings, page in rows:
        if document != text_of:
            (text,) = connection.execute(
                "SELECT text FROM texts WHERE document = ?", (document,)
            ).fetchone()
            text_of = document
        path = tuple(json.loads(headings))
        chunks[id_] = StoredChunk(id_, document, start, end, path, page, text[start:end])
    return chunks
