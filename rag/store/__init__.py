"""The library's one truth: documents, texts, chunks and vectors, in SQLite."""

from rag.store.contract import (
    Changes,
    Counts,
    JobStore,
    LibraryStore,
    NewChunk,
    NewDocument,
    Traits,
)
from rag.store.sqlite import SQLiteStore

__all__ = [
    "Changes",
    "Counts",
    "JobStore",
    "LibraryStore",
    "NewChunk",
    "NewDocument",
    "SQLiteStore",
    "Traits",
]
