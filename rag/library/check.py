"""Is the library what it should be? Every promise of the store and its indexes, looked at."""

from __future__ import annotations

from collections.abc import Iterator

from rag.embed import Embedder
from rag.library.prepare import content_hash, embed_chunk
from rag.records import Chunk, Document
from rag.store import LibraryStore
from rag.vectors import VectorIndex
from rag.words import WordIndex

VECTOR_TOLERANCE = 2e-3  # float16 keeps some three decimals
VECTORS_AT_A_TIME = 10_000


def check_store(store: LibraryStore, embedder: Embedder, chunking: str) -> Iterator[str]:
    """Gives what is wrong with the truth itself, a sentence each.

    Documents that were cut by other rules than ``chunking`` are left to the next change, which
    cuts them anew.
    """
    yield from store.problems()
    outdated = set(store.cut_otherwise(chunking))
    for document in store.documents():
        if document.id not in outdated:
            yield from check_document(store, document)
    missing = store.without_vector(embedder.name) if store.model() == embedder.name else []
    if missing:
        yield f"{len(missing)} passages have no vector."
    strays = store.stray_vectors()
    if strays:
        yield f"{strays} vectors belong to no passage."
    wrong = find_wrong_vectors(store, embedder)
    if wrong:
        yield f"{len(wrong)} vectors have the wrong length."


def check_document(store: LibraryStore, document: Document) -> Iterator[str]:
    """Gives what is wrong with one document's text, blocks, pages and chunks."""
    text = store.text(document.id)
    of = f'of "{document.name}" ({document.id})'
    if len(text) != document.characters:
        yield f"The text {of} has {len(text)} characters instead of {document.characters}."
    ranges = [(b.start, b.end) for b in store.blocks(document.id)]
    ranges += [(p.start, p.end) for p in store.pages(document.id)]
    if any(not 0 <= start <= end <= len(text) for start, end in ranges):
        yield f"A block or page {of} lies outside its text."
    contents = store.contents(document.id)
    if len(contents) != document.chunks or not _partition([c for c, _ in contents], len(text)):
        yield f"The passages {of} do not cover its text."
    title = store.own_title(document.id)
    if any(content != content_hash(embed_chunk(title, c, text)) for c, content in contents):
        yield f"A passage {of} is not what was embedded for it."


def check_derived(
    store: LibraryStore, vectors: VectorIndex, words: WordIndex, embedder: Embedder
) -> Iterator[str]:
    """Compares indexes that are level with the store, chunk for chunk."""
    ids = store.chunk_ids()
    held = vectors.read_all()
    if set(held) != set(ids):
        yield _differ("vector index", set(held), set(ids))
    for start in range(0, len(ids), VECTORS_AT_A_TIME):
        kept = store.vectors_of(ids[start : start + VECTORS_AT_A_TIME], embedder.name)
        wrong = [i for i, row in kept.items() if i in held and (held[i] != row).any()]
        if wrong:
            yield f"{len(wrong)} vectors in the vector index are not those of the library."
    found = words.read_ids()
    if found != set(ids):
        yield _differ("word index", found, set(ids))


def find_wrong_vectors(store: LibraryStore, embedder: Embedder) -> list[int]:
    """Gives the ids of chunks whose vectors are not of the dimension, or not of length 1."""
    import numpy as np

    ids = store.chunk_ids()
    wrong = []
    for start in range(0, len(ids), VECTORS_AT_A_TIME):
        rows = store.vectors_of(ids[start : start + VECTORS_AT_A_TIME], embedder.name)
        for id_, row in rows.items():
            fits = len(row) == embedder.dimension
            # What is not a number is not near 1 either.
            if not (fits and abs(float(np.linalg.norm(row)) - 1.0) < VECTOR_TOLERANCE):
                wrong.append(id_)
    return wrong


def _partition(chunks: list[Chunk], characters: int) -> bool:
    ends = [0, *(chunk.end for chunk in chunks)]
    starts = [*(chunk.start for chunk in chunks), characters]
    return starts == ends and all(chunk.start < chunk.end for chunk in chunks)


def _differ(index: str, held: set[int], wanted: set[int]) -> str:
    return (
        f"The {index} lacks {len(wanted - held)} passages and has {len(held - wanted)} "
        "that are gone."
    )
