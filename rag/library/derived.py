"""Keeps the vector index and the word index level with the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from rag.embed import Embedder
from rag.errors import LibraryBusy, LibraryFull
from rag.library.tending import Tending
from rag.locks import Lock
from rag.store import LibraryStore
from rag.vectors import VectorIndex
from rag.words import WordIndex

# Up to so many chunks the word index is built anew, in some two seconds, as soon as anything was
# removed: only then are the words of what was removed gone from its files. A larger one is built
# anew when a twentieth of it is such remains, or by ``check --repair``.
PURGED_AT_ONCE = 20_000
REMAINS_SHARE = 0.05
# A question brings the indexes level by itself where up to so many chunks have come, in some 0.3 s.
# More it leaves to the thread that brought them.
MANY_CHUNKS = 1_000
ASKING_PATIENCE = 0.5  # seconds that a question waits for another thread to bring them level

logger = logging.getLogger(__name__)


class Derived:
    """The two indexes; ``complete_vectors`` embeds what has no vector of the model yet."""

    def __init__(
        self,
        store: LibraryStore,
        vectors: VectorIndex,
        words: WordIndex,
        lock: Lock,
        get_embedder: Callable[[], Embedder],
        complete_vectors: Callable[[], None],
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._words = words
        self._lock = lock
        self._get_embedder = get_embedder
        self._complete_vectors = complete_vectors
        self._guard = threading.Lock()
        self._tending = Tending(vectors, self._bring_to_bear)

    def close(self) -> None:
        self._tending.stop()

    def level(self) -> None:
        """Brings both level; what another process is about to write is left to it.

        Costs one query where nothing has changed. While another thread brings in a very long
        document, they stay behind by it.
        """
        model = self._get_embedder().name
        if self._is_level(model):
            return
        # What is in the indexes answers, rather than that anybody waits for the rest.
        if self._is_open() and self._lock.is_held and self._is_far_behind():
            return
        if not self._guard.acquire(timeout=ASKING_PATIENCE if self._is_open() else -1):
            return
        try:
            with self._lock.held(patience=0.0):
                self._write(model)
        except LibraryBusy:
            self._read(model)
        except LibraryFull as error:
            logger.warning("The indexes are kept in memory alone: %s", error)
            self._read(model)
        finally:
            self._guard.release()

    def write(self) -> None:
        """Brings both level, with files; only for the holder of the write lock."""
        with self._guard:
            self._write(self._get_embedder().name)

    def purge(self, at_any_size: bool = False) -> bool:
        """Makes what was removed unreadable; only for the holder of the write lock.

        Gives False where a reader keeps the database's log, which still has to be emptied.
        """
        with self._guard:
            # Of the model that every chunk has a vector of: nothing is embedded on the way.
            self._write(self._store.model())
            chunks = self._store.counts().chunks
            remains = self._words.deleted
            if remains and (
                at_any_size or chunks <= PURGED_AT_ONCE or remains > REMAINS_SHARE * chunks
            ):
                self._words.rebuild(self._store)
        if not self._store.erase_traces():
            logger.info("A reader keeps the database's log; it is emptied after the next change.")
            return False
        return True

    def rebuild(self) -> None:
        """Builds both anew from the store; only for the holder of the write lock."""
        with self._guard:
            self._complete_vectors()
            self._vectors.rebuild(self._store, self._get_embedder().name)
            self._words.rebuild(self._store)

    def _is_level(self, model: str) -> bool:
        return (
            self._store.model() == model
            and self._vectors.is_level(self._store, model)
            and self._words.reopen(self._store)
        )

    def _is_open(self) -> bool:
        library = self._store.library_id
        return self._words.is_open(library) and self._vectors.is_open(library)

    def _is_far_behind(self) -> bool:
        changes = self._store.changes_since(self._words.generation)
        return changes is None or len(changes.added) + len(changes.removed) > MANY_CHUNKS

    def _write(self, model: str | None) -> None:
        if self._store.model() != model:
            self._complete_vectors()
        if model is not None:
            self._vectors.follow(self._store, model, save=True)
            self._tending.start()
        self._words.follow(self._store)

    def _bring_to_bear(self) -> None:
        """Has the vector index use what it has prepared; raises LibraryBusy where it may not."""
        with self._guard, self._lock.held(patience=0.0):
            model = self._store.model()
            if model is not None:
                self._vectors.follow(self._store, model, save=True)

    def _read(self, model: str) -> None:
        self._vectors.follow(self._store, model, save=False)
        self._words.serve(self._store)
