"""Documents made by hand, for the tests of the rooms that keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rag.records import Block, Chunk, Page, ParsedDocument, Source
from rag.store import LibraryStore, NewChunk, NewDocument, SQLiteStore
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()


def make_document(
    text: str,
    *,
    title: str | None = None,
    chunking: str = "words:3",
    headings: tuple[str, ...] = (),
    pages: tuple[Page, ...] = (),
) -> NewDocument:
    """A document whose chunks are its lines, embedded by the hashing embedder."""
    data = text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    chunks, start = [], 0
    for line in text.splitlines(keepends=True):
        chunks.append(Chunk(start, start + len(line), headings))
        start += len(line)
    pieces = [text[c.start : c.end] for c in chunks]
    contents = [hashlib.sha256(piece.encode()).digest()[:16] for piece in pieces]
    vectors = dict(zip(contents, EMBEDDER.embed_passages(pieces).astype(np.float16), strict=True))
    parsed = ParsedDocument(
        text=text,
        media_type="text/plain",
        blocks=(Block(0, len(text), "paragraph"),),
        pages=pages,
        title=title,
    )
    new = [NewChunk(c, None, content) for c, content in zip(chunks, contents, strict=True)]
    return NewDocument(sha256[:16], sha256, parsed, new, chunking, EMBEDDER.name, vectors)


def make_source(name: str, folder: str = "/shelf") -> Source:
    return Source(name, "file", f"{folder}/{name}", 10, 1)


def put(store: LibraryStore, name: str, text: str, **options: object) -> str:
    """Puts a document in and gives its id."""
    document = make_document(text, **options)  # type: ignore[arg-type]
    store.put(document, make_source(name))
    return document.id


@contextmanager
def filled_store(folder: Path, texts: Mapping[str, str]) -> Iterator[SQLiteStore]:
    """A store in a folder, with a document of each of these names and texts."""
    store = SQLiteStore(folder / "library.sqlite")
    for name, text in texts.items():
        put(store, name, text)
    yield store
    store.close()
