"""A library in PostgreSQL with pgvector: store, jobs, vectors, words, files and locks."""

from rag.postgres.connections import PostgresConnections, describe_address
from rag.postgres.files import PostgresIncoming, PostgresOriginals
from rag.postgres.locks import PostgresLock, PostgresPresence, WorkerPlace
from rag.postgres.store import PostgresStore
from rag.postgres.vectors import PgVectorIndex
from rag.postgres.words import PostgresWords

__all__ = [
    "PgVectorIndex",
    "PostgresConnections",
    "PostgresIncoming",
    "PostgresLock",
    "PostgresOriginals",
    "PostgresPresence",
    "PostgresStore",
    "PostgresWords",
    "WorkerPlace",
    "describe_address",
]
