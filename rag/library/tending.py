"""Has the vector index prepare what takes long, in a thread of its own."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable

from rag.errors import LibraryError
from rag.vectors import VectorIndex

logger = logging.getLogger(__name__)


class Tending:
    """Runs while there is something to prepare; ``bring_to_bear`` follows each step of it."""

    def __init__(self, vectors: VectorIndex, bring_to_bear: Callable[[], None]) -> None:
        self._vectors = vectors
        self._bring_to_bear = bring_to_bear
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins, unless it is at it or was stopped for good."""
        with self._guard:
            if self._stopped.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="footnote-vectors", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends it for good, within seconds."""
        self._stopped.set()
        with self._guard:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        atexit.register(self.stop)  # a thread inside FAISS must not outlive the interpreter
        try:
            while self._vectors.prepare(self._stopped.is_set) and not self._stopped.is_set():
                self._bring_to_bear()
        except LibraryError as error:
            # Tried again after the next change, or by the next process.
            logger.info("The vector index is not made quicker for now: %s", error)
        finally:
            atexit.unregister(self.stop)
