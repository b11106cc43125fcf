"""What keeps a library: files in a folder, or a PostgreSQL database that several machines share.

Either may have its vectors searched in Milvus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import SettingError
from rag.library.incoming import FolderIncoming, Incoming
from rag.library.originals import FolderOriginals, Originals
from rag.locks import Lock, Presence, Sign, WriteLock
from rag.settings import Settings
from rag.store import LibraryStore, SQLiteStore
from rag.vectors import FaissIndex, VectorIndex
from rag.words import TantivyIndex, WordIndex


@dataclass(frozen=True, slots=True)
class Engines:
    """What a library is put together from.

    Attributes:
        place: where the library is, for people.
        store: the truth; what changes the library reads and writes it here.
        asked: the same for questions, which may read from a replica.
        writing: who may change the library.
        undoing: who looks after what can be put back.
        working: who works off the jobs.
        close: lets go of all of it.
    """

    place: str
    store: LibraryStore
    asked: LibraryStore
    vectors: VectorIndex
    words: WordIndex
    originals: Originals
    incoming: Incoming
    writing: Lock
    undoing: Sign
    working: Lock
    close: Callable[[], None]


def open_engines(settings: Settings) -> Engines:
    """Opens what the settings choose, and makes an empty library where there is none.

    Raises:
        SettingError: what the chosen engine needs is not installed.
        LibraryBroken, LibraryBusy, LibraryFull: as their sentences say.
    """
    engines = _open_postgres(settings) if settings.library else open_folder(settings.index)
    return _search_in_milvus(engines, settings.vectors) if settings.vectors else engines


def open_folder(folder: Path) -> Engines:
    """Opens a library that lies in a folder: SQLite, FAISS and tantivy."""
    store = SQLiteStore(folder / "library.sqlite")
    return Engines(
        place=str(folder),
        store=store,
        asked=store,
        vectors=FaissIndex(folder / "vectors"),
        words=TantivyIndex(folder / "words"),
        originals=FolderOriginals(folder / "originals"),
        incoming=FolderIncoming(folder / "incoming"),
        writing=WriteLock(folder / "write.lock"),
        undoing=Presence(folder / "undo.lock"),
        working=WriteLock(folder / "worker.lock"),
        close=store.close,
    )


def _open_postgres(settings: Settings) -> Engines:
    try:
        from rag import postgres
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise SettingError(
            "RAG_LIBRARY names a PostgreSQL database, and psycopg is not installed: run "
            "`python -m pip install -r requirements-postgres.txt`."
        ) from error
    store = postgres.PostgresStore(settings.library)
    replica = settings.library_replica
    asked = postgres.PostgresStore(replica) if replica else store
    connections = store.connections
    writing = postgres.PostgresLock(connections)
    undoing = postgres.PostgresPresence(connections)

    def close() -> None:
        for part in (writing, undoing, store.place, store, asked):
            part.close()

    return Engines(
        place=connections.place,
        store=store,
        asked=asked,
        vectors=postgres.PgVectorIndex(connections, asked.connections),
        words=postgres.PostgresWords(connections, asked.connections),
        originals=postgres.PostgresOriginals(connections, settings.index / "originals"),
        incoming=postgres.PostgresIncoming(connections),
        writing=writing,
        undoing=undoing,
        working=store.place,
        close=close,
    )


def _search_in_milvus(engines: Engines, address: str) -> Engines:
    try:
        from rag import milvus
    except ModuleNotFoundError as error:
        if error.name not in ("grpc", "pymilvus"):
            raise
        raise SettingError(
            "RAG_VECTORS names a place in Milvus, and pymilvus is not installed: run "
            "`python -m pip install -r requirements-milvus.txt`."
        ) from error
    connection = milvus.MilvusConnection(address)

    def close() -> None:
        connection.close()
        engines.close()

    index = milvus.MilvusIndex(connection, engines.asked)
    return replace(engines, vectors=index, close=close)
