"""Who may change the library: one process, and in it one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryBusy
from rag.files import remove_leftovers
from rag.library.originals import Originals
from rag.library.queue import JobQueue
from rag.locks import Lock
from rag.store import LibraryStore

THREAD_PATIENCE = 30.0  # seconds that a thread waits for another of the same process
THREAD_POLITENESS = 1.0  # the same for the worker, which tells that it waits


class Custody:
    """Holds the library; who holds it first finds nothing left of a writer that died.

    Attributes:
        lock: the right of this process, which its threads share.
    """

    def __init__(
        self, folder: Path, lock: Lock, store: LibraryStore, originals: Originals, queue: JobQueue
    ) -> None:
        """``folder`` is the library's own."""
        self.lock = lock
        self._folder = folder
        self._store = store
        self._originals = originals
        self._queue = queue
        self._changing = threading.Lock()
        self._swept = False

    @contextmanager
    def held(self, polite: bool = False) -> Iterator[None]:
        """Holds the library; ``polite`` is who does not wait long for another thread.

        Raises:
            LibraryBusy: another process or thread has it, and does not let go in time.
        """
        patience = THREAD_POLITENESS if polite else THREAD_PATIENCE
        if not self._changing.acquire(timeout=patience):
            raise LibraryBusy(
                "This library is being changed already; wait until that has finished and try again."
            )
        try:
            with self.lock.held():
                if not self._swept:
                    self.sweep()
                yield
        finally:
            self._changing.release()

    def sweep(self) -> None:
        """Clears away what a writer that died was about to write; only for the holder."""
        remove_leftovers(self._folder)
        self._queue.sweep()
        self._originals.remove_all_but(self._store.uploaded())
        self._swept = True
