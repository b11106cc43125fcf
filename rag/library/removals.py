"""Removed documents: put back while there is time, and then erased without a trace."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from rag.errors import LibraryBusy, LibraryError
from rag.library.derived import Derived
from rag.library.originals import Originals
from rag.locks import Sign
from rag.records import RemovedDocument
from rag.store import LibraryStore

RETRY_SECONDS = 2.0  # while the library is being changed, or a reader keeps the database's log

logger = logging.getLogger(__name__)


class Removals:
    """What is removed is erased in time by this process, or by the next one that opens the library.

    ``presence`` says that a process looks after what can be put back. It is freed with the
    process, so that whoever finds it free knows that what is left has been abandoned.
    """

    def __init__(
        self,
        store: LibraryStore,
        derived: Derived,
        originals: Originals,
        presence: Sign,
        hold: Callable[[], AbstractContextManager[None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``hold`` holds the library for changes."""
        self._store = store
        self._derived = derived
        self._originals = originals
        self._presence = presence
        self._hold = hold
        self._clock = clock
        self._abandoned: list[str] = []
        self._timer: threading.Timer | None = None

    def listed(self) -> list[RemovedDocument]:
        """Gives what can be put back."""
        now = self._clock()
        return [d for d in self._store.removed() if now < d.until < math.inf]

    @property
    def are_undoable(self) -> bool:
        return bool(self._store.removed())

    def remove(self, document_ids: Sequence[str], undo_seconds: float) -> None:
        """Removes documents; only for the holder of the library."""
        if undo_seconds <= 0:
            self._store.remove(*document_ids)
            self._derived.write()
            return
        self._presence.claim()
        self._store.remove(*document_ids, until=math.inf)
        self._derived.write()
        # The time begins when all is done, which for thousands of documents takes its own.
        self._store.keep_until(document_ids, self._clock() + undo_seconds)
        self._set_timer()

    def put_back(self, document_ids: Sequence[str]) -> list[str]:
        """Undoes removals; only for the holder of the library."""
        return self._store.put_back(document_ids)

    def erase_due(self) -> None:
        """Erases whatever has had its time; only for the holder of the library."""
        due = sorted({*self._store.unerased(self._clock()), *self._abandoned})
        if due:
            self._store.drop_kept(due)
            self._originals.remove_all_but(self._store.uploaded())
            if self._derived.purge(at_any_size=True):
                self._store.confirm_erased(due)
                self._abandoned = []
        if not self._store.unerased():
            self._presence.leave()

    def erase_abandoned(self) -> None:
        """Erases what a process left behind that has ended; for when a library is opened."""
        left = self._store.unerased()
        if left and self._presence.claim():
            self._abandoned = left
            self._wake()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._presence.leave()

    def _set_timer(self) -> None:
        """Wakes when the first time is over, or soon where that has been in vain."""
        if self._timer is not None:
            self._timer.cancel()
        waits = [document.until - self._clock() for document in self._store.removed()]
        wait = min((wait for wait in waits if wait > 0), default=RETRY_SECONDS)
        self._timer = threading.Timer(wait, self._wake)
        self._timer.daemon = True  # the next process that opens the library makes up for it
        self._timer.start()

    def _wake(self) -> None:
        try:
            with self._hold():
                self.erase_due()
        except LibraryBusy:
            logger.info("The library is being changed; what was removed is erased afterwards.")
        except LibraryError as error:
            logger.warning("What was removed could not be erased yet: %s", error)
        if self._store.unerased():
            self._set_timer()
